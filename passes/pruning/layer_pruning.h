// SPDX-License-Identifier: Apache-2.0
// Pruning one layer by the moments of what it reads.
#ifndef TINYC_PASSES_PRUNING_LAYER_PRUNING_H_
#define TINYC_PASSES_PRUNING_LAYER_PRUNING_H_

#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "passes/fitting/layer_moments.h"
#include "passes/pruning/layers.h"
#include "passes/pruning/options.h"
#include "passes/pruning/removal.h"

namespace tinyc {

// In which order each row loses the units that it has left.  `moments`: of each
// group; without them, by magnitude.
absl::StatusOr<std::vector<Removal>> RemovalsOf(
    const PrunedLayer& layer, absl::Span<const LayerMoments> moments,
    PruneOptions::Method method);

// Takes the cheapest units until `count` of the layer are gone.
void RemoveUntil(size_t count, absl::Span<const Removal> removals,
                 PrunedLayer* layer);

// Weights without those that are gone.
void KeepRest(PrunedLayer* layer);

// Weights without those that are gone, by least squares, held as strongly to
// what they were as does best on samples left out, and rounded if they are
// stored as integers; and the biases that the means ask for.
absl::Status FitRest(absl::Span<const LayerMoments> moments,
                     PrunedLayer* layer);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_LAYER_PRUNING_H_
