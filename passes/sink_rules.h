// SPDX-License-Identifier: Apache-2.0
// The rules of the pass sink-transposes, by kind of operator.
#ifndef TINYC_PASSES_SINK_RULES_H_
#define TINYC_PASSES_SINK_RULES_H_

#include <memory>
#include <optional>
#include <vector>

#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "passes/permutation.h"

namespace tinyc {

// op(transpose(x) {perm}) = transpose(op'(x)) {out_perm}
struct Sunk {
  std::unique_ptr<const Op> op;
  Permutation out_perm;
};

// For an operator whose only operand, or whose data operand 0, is transposed;
// for concat and binary functions all
// of them are transposed alike.  nullopt: the transpose cannot pass.
std::optional<Sunk> SinkThrough(const Node& node, const Permutation& perm);

// True when SinkThrough wants every operand of the node transposed.
bool SinksAllOperands(const Node& node);

// True when each element of the result depends on the same element of operand
// 0 alone, in the same way for all of them.
bool IsElementwise(const Node& node);

// dense(reshape(transpose(x))): permutes the columns of the weights instead.
// `node` is the reshape; elementwise nodes may stand before the dense layers.
absl::StatusOr<bool> SinkIntoDense(Graph& graph, Node* node);

}  // namespace tinyc

#endif  // TINYC_PASSES_SINK_RULES_H_
