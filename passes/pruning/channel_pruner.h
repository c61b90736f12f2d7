// SPDX-License-Identifier: Apache-2.0
// Takes channels from a float model until it is as small as asked for.
#ifndef TINYC_PASSES_PRUNING_CHANNEL_PRUNER_H_
#define TINYC_PASSES_PRUNING_CHANNEL_PRUNER_H_

#include <cstddef>
#include <vector>

#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "passes/pruning/channel_options.h"
#include "passes/pruning/channel_units.h"
#include "passes/quantization/calibration.h"
#include "passes/quantization/loss.h"

namespace tinyc {

struct ChannelPruneResult {
  ModelCost before;
  ModelCost after;
  size_t channels = 0;                        // that went
  size_t units = 0;                           // that could go
  Importance importance = Importance::kBest;  // that was used
  size_t samples = 0;
  Loss loss;  // on the samples
};

// `graph` is left without the channels that its outputs miss least, its other
// weights repaired for the loss.  Needs samples of its inputs.
absl::StatusOr<ChannelPruneResult> PruneChannelsOf(
    Graph& graph, const ChannelPruneOptions& options,
    std::vector<Sample> samples);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_CHANNEL_PRUNER_H_
