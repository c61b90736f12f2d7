// SPDX-License-Identifier: Apache-2.0
// The layers of a model whose weights pruning changes.
#ifndef TINYC_PASSES_PRUNING_LAYERS_H_
#define TINYC_PASSES_PRUNING_LAYERS_H_

#include <optional>
#include <string>
#include <vector>

#include "Eigen/Core"
#include "compiler/ir/graph.h"
#include "passes/fitting/masked_fit.h"
#include "passes/fitting/patches.h"
#include "passes/pruning/fitted_layer.h"
#include "passes/pruning/options.h"
#include "passes/pruning/removal.h"
#include "passes/quantization/channels.h"

namespace tinyc {

// Beyond so many weights solving a row takes too long.
inline constexpr size_t kGreatestFittedRow = 1024;

struct PrunedLayer : FittedLayer {
  std::string sum;    // before the activation, in its float forms
  Channels channels;  // of the output
  // Nothing for layers whose operand has no vectors.
  std::optional<Patches> patches = {};
  bool prunable = false;        // may lose weights
  Units units = {};             // of each row
  std::vector<Gone> gone = {};  // [output channel][unit]
  Mask kept = {};

  // Whether the moments of what it reads can be known, and are not too many.
  bool IsFitted() const;
  Eigen::Index RowsPerGroup() const;
  size_t CountUnits() const { return gone.size() * units.weights.size(); }
  size_t CountGone() const;  // units
  size_t MostGone() const;   // units, as far as the pattern lets them
  void Remove(size_t row, size_t unit);
};

// Convolutions and dense layers with weights that are constants of their own,
// f32 or, in a model of quantize/dequantize pairs, integers behind a
// dequantize.
std::vector<PrunedLayer> FindLayers(const Graph& graph,
                                    const PruneOptions& options);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_LAYERS_H_
