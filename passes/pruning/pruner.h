// SPDX-License-Identifier: Apache-2.0
// Prunes the layers of a model on samples of its inputs.
#ifndef TINYC_PASSES_PRUNING_PRUNER_H_
#define TINYC_PASSES_PRUNING_PRUNER_H_

#include <functional>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "passes/pruning/options.h"
#include "passes/quantization/calibration.h"
#include "passes/quantization/loss.h"

namespace tinyc {

// What a round has come to.
struct PruneRound {
  size_t zeros = 0;    // weights at 0 in the layers that may lose weights
  size_t weights = 0;  // of these layers
  // Of these layers, those too long or of a kind that is not repaired.
  size_t unrepaired = 0;
  size_t layers = 0;
  size_t samples = 0;
  Loss loss;  // on the samples, against the model from before the first round
};

// Is given the pruned graph after each round but the last one, and may change
// weights and biases as long as weights at 0 stay there.  The next round starts
// from what it leaves.
using BetweenRounds =
    std::function<absl::Status(Graph& graph, const PruneRound& round)>;

// Makes weights of the model `graph` zero, more of them round by round,
// and gives the others and the biases what that takes from the sums.  Uses as
// many of the samples as fit the memory.
absl::StatusOr<std::vector<PruneRound>> PruneLayers(
    Graph& graph, const PruneOptions& options, std::vector<Sample> samples,
    const BetweenRounds& between = nullptr);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_PRUNER_H_
