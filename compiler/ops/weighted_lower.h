// SPDX-License-Identifier: Apache-2.0
// The kernel arguments that all weighted operators share.
#ifndef TINYC_COMPILER_OPS_WEIGHTED_LOWER_H_
#define TINYC_COMPILER_OPS_WEIGHTED_LOWER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/kernel.h"
#include "compiler/ops/weighted.h"

namespace tinyc {

// How kernels read quantized weights: a byte each, or 4 bits each and without
// zero points.
enum class WeightForm { kBytes, kPacked };

// kPacked for a node (x, w, bias) -> y of 8-bit activations and such weights.
WeightForm WeightFormOf(const Node& node);

// The family `stem` of the kernels that compute results of type `y` from
// weights in `form`: "conv2d_s8", "conv2d_s8s4".
absl::StatusOr<std::string> WeightedFamily(absl::string_view stem,
                                           const TensorType& y,
                                           WeightForm form);

// Constant weights as the kernels read them: quantized ones as plain s8 or s4.
Tensor KernelWeights(const Tensor& w, WeightForm form);

// For a node (x, w, bias) -> y with results limited to [act_min, act_max],
// gives `call` its quant block and appends the arguments between the weights
// and the result.
absl::Status AddWeightedArgs(const Node& node, float act_min, float act_max,
                             WeightForm form, KernelCall* call,
                             InputZero input_zero = InputZero::kInBias);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_WEIGHTED_LOWER_H_
