// SPDX-License-Identifier: Apache-2.0
// Runs a graph by Op::Evaluate: the meaning of a model.  Slow and plain.
#ifndef TINYC_COMPILER_INTERPRETER_INTERPRETER_H_
#define TINYC_COMPILER_INTERPRETER_INTERPRETER_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// The graph's outputs for `inputs`, which have the types of graph.inputs().
absl::StatusOr<std::vector<Tensor>> Interpret(const Graph& graph,
                                              absl::Span<const Tensor> inputs);

// As Interpret, and calls observe(value, tensor) for every node output.
absl::StatusOr<std::vector<Tensor>> Interpret(
    const Graph& graph, absl::Span<const Tensor> inputs,
    absl::FunctionRef<void(const Value&, const Tensor&)> observe);

// The outputs of one node for given operands (null: absent).
absl::StatusOr<std::vector<Tensor>> EvaluateNode(
    const Node& node, absl::Span<const Tensor* const> inputs);

}  // namespace tinyc

#endif  // TINYC_COMPILER_INTERPRETER_INTERPRETER_H_
