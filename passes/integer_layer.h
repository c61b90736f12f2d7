// SPDX-License-Identifier: Apache-2.0
// The constants of a convolution or dense layer in integers; for integerize.
#ifndef TINYC_PASSES_INTEGER_LAYER_H_
#define TINYC_PASSES_INTEGER_LAYER_H_

#include <optional>
#include <vector>

#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

// `value` computed from constants alone, or nothing.
std::optional<Tensor> ConstantTensor(const Value& value);

// For a layer that is to compute `elem` from stored `operands`, its float bias
// still among them: replaces the bias by its integers, gives weights that are 0
// a scale that suits it, and checks that the sums cannot overflow.
absl::Status PrepareLayer(Graph& graph, const Node& node, const ElemType& elem,
                          std::vector<Value*>* operands);

}  // namespace tinyc

#endif  // TINYC_PASSES_INTEGER_LAYER_H_
