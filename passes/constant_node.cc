// SPDX-License-Identifier: Apache-2.0
#include "passes/constant_node.h"

#include <utility>
#include <vector>

#include "compiler/interpreter/interpreter.h"
#include "passes/rewrite.h"

namespace tinyc {

bool HasConstantOperands(const Node& node) {
  if (!node.regions().empty()) return false;  // any amount of work
  bool any = false;
  for (const Value* value : node.inputs()) {
    if (value == nullptr) continue;
    if (value->constant() == nullptr) return false;
    any = true;
  }
  return any;
}

absl::Status FoldNode(Graph& graph, Node* node) {
  std::vector<const Tensor*> in;
  for (const Value* value : node->inputs()) {
    in.push_back(value == nullptr ? nullptr : value->constant().get());
  }
  absl::StatusOr<std::vector<Tensor>> out = EvaluateNode(*node, in);
  if (!out.ok()) return WithLoc(out.status(), *node);
  for (size_t i = 0; i < out->size(); ++i) {
    if (node->output(i)->uses().empty()) continue;
    ReplaceAndRename(graph, node->output(i),
                     graph.AddConstant(std::move((*out)[i])));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
