// SPDX-License-Identifier: Apache-2.0
// The kernel arguments that all weighted operators share.
#ifndef TINYC_COMPILER_OPS_WEIGHTED_LOWER_H_
#define TINYC_COMPILER_OPS_WEIGHTED_LOWER_H_

#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/kernel.h"
#include "compiler/ops/weighted.h"

namespace tinyc {

// Constant weights as the kernels read them: quantized ones as plain s8.
Tensor KernelWeights(const Tensor& w);

// For a node (x, w, bias) -> y with results limited to [act_min, act_max],
// gives `call` its quant block and appends the arguments between the weights
// and the result.
absl::Status AddWeightedArgs(const Node& node, float act_min, float act_max,
                             KernelCall* call,
                             InputZero input_zero = InputZero::kInBias);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_WEIGHTED_LOWER_H_
