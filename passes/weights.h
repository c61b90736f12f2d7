// SPDX-License-Identifier: Apache-2.0
// Convolution and dense layer seen alike: a matrix of constant weights, one row
// per output channel, with a bias and limits.
#ifndef TINYC_PASSES_WEIGHTS_H_
#define TINYC_PASSES_WEIGHTS_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// True for conv and dense.
bool IsWeighted(const Node& node);
// True when the results of a weighted node are not limited by an activation.
bool HasNoActivation(const Node& node);
// True when a tap of a weighted node can lie outside its operand.
bool HasPadding(const Node& node);

// The dimension of the channels in the operand and in the result.
size_t InputChannelAxis(const Node& node);
size_t OutputChannelAxis(const Node& node);

// The constant that `value` is or, as dequantize(constant), stands for; null
// when it is neither.
const Tensor* ConstantBehind(const Value* value);

// The real numbers of a constant (see ConstantBehind) that broadcasts to
// `shape` along its dimension `axis` only: one per index of that dimension.
// Empty when the value is something else.
std::vector<double> PerChannel(const Value* value, const Shape& shape,
                               size_t axis);

// The f32 weights of a weighted node, element by element:
// f(output channel, input channel, weight).  The node's weight is a constant.
Tensor MapWeights(
    const Node& node,
    absl::FunctionRef<double(int64_t out, int64_t in, double weight)> f);

}  // namespace tinyc

#endif  // TINYC_PASSES_WEIGHTS_H_
