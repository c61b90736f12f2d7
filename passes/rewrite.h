// SPDX-License-Identifier: Apache-2.0
// What the graph passes share: walking to a fixed point, adding nodes that keep
// the origin of those they replace, and replacing values without losing the
// names that the model's interface has.
#ifndef TINYC_PASSES_REWRITE_H_
#define TINYC_PASSES_REWRITE_H_

#include <concepts>
#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// Calls `rewrite` on every node of `graph` and of the regions in it, in
// execution order, until a whole walk returns false each time.  A rewrite may
// insert nodes and replace uses; it erases nothing: nodes without uses are
// removed before and between the walks.  True when anything was rewritten.
absl::StatusOr<bool> RewriteNodes(
    Graph& graph,
    absl::FunctionRef<absl::StatusOr<bool>(Graph& graph, Node* node)> rewrite);

// Erases the nodes of `graph` and of the regions in it that no output needs.
void EraseDeadNodes(Graph& graph);

bool IsGraphInput(const Value& value);
bool IsGraphOutput(const Value& value);

// True when every use of `from` may become a use of `to`: their types are
// equal, and an output of the graph keeps its name, which it cannot when `to`
// is an input or another output.
bool CanReplace(const Value& from, const Value& to);

// Makes every use of `from` a use of `to`, which takes the name of `from` when
// that is an output of the graph.  Needs CanReplace.
void Replace(Graph& graph, Value* from, Value* to);

// As Replace, for a value `to` that was made to stand for `from`: it takes the
// name in any case.
void ReplaceAndRename(Graph& graph, Value* from, Value* to);

// Gives `to` the name of `from`, which is about to go.
void TakeName(Graph& graph, Value* from, Value* to);

// The single result of `op`, added before `before`.  `from`: the nodes that it
// comes from, whose locations it joins.
struct NewNode {
  Node* before = nullptr;
  std::vector<const Node*> from = {};
  std::vector<ElemType> want = {};
};
absl::StatusOr<Value*> AddNode(Graph& graph, const NewNode& place,
                               std::unique_ptr<const Op> op,
                               std::vector<Value*> inputs);
template <std::derived_from<Op> T>
absl::StatusOr<Value*> AddNode(Graph& graph, const NewNode& place, T op,
                               std::vector<Value*> inputs) {
  return AddNode(graph, place,
                 std::unique_ptr<const Op>(std::make_unique<T>(std::move(op))),
                 std::move(inputs));
}

// The operator that computes `value`, when that is a T; else null.
template <typename T>
const T* ProducedBy(const Value* value) {
  return value == nullptr || value->producer() == nullptr
             ? nullptr
             : value->producer()->As<T>();
}

// The node that is the only user of `value`; null when there are others or
// when the value is an output of the graph.
Node* OnlyUser(const Value& value);

}  // namespace tinyc

#endif  // TINYC_PASSES_REWRITE_H_
