// SPDX-License-Identifier: Apache-2.0
// How many of the weights that a model loses each layer loses.
#ifndef TINYC_PASSES_PRUNING_ALLOCATION_H_
#define TINYC_PASSES_PRUNING_ALLOCATION_H_

#include <vector>

#include "absl/types/span.h"
#include "compiler/ir/attr.h"

namespace tinyc {

// THE list of rules.
//   uniform      each layer loses the same share
//   lamp         by magnitude relative to what is left of the layer
//   global       by magnitude
//   sensitivity  by what it costs at the model's outputs
enum class Allocation { kUniform, kLamp, kGlobal, kSensitivity };
template <>
struct EnumNames<Allocation> {
  static constexpr absl::string_view kNames[] = {"uniform", "lamp", "global",
                                                 "sensitivity"};
};

// Layer-adaptive magnitude scores (Lee et al. 2021, "Layer-adaptive sparsity
// for the magnitude-based pruning", section 3): the square of each weight
// relative to the sum of all squares of its layer that are not less.
std::vector<double> LampScores(const std::vector<double>& squares);

// How many of each layer's scores are among the `count` least of all layers.
std::vector<size_t> LeastOf(absl::Span<const std::vector<double>> layers,
                            size_t count);

// `share` of the number of each layer's scores.
std::vector<size_t> ShareOfEach(absl::Span<const std::vector<double>> layers,
                                double share);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_ALLOCATION_H_
