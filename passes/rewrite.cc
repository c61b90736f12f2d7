// SPDX-License-Identifier: Apache-2.0
#include "passes/rewrite.h"

#include <algorithm>
#include <string>

namespace tinyc {
namespace {

bool IsDead(const Node& node) {
  return std::all_of(node.outputs().begin(), node.outputs().end(),
                     [](const Value* value) { return value->uses().empty(); });
}

}  // namespace

absl::StatusOr<bool> RewriteNodes(
    Graph& graph,
    absl::FunctionRef<absl::StatusOr<bool>(Graph& graph, Node* node)> rewrite) {
  bool any = false;
  EraseDeadNodes(graph);  // they would count as users
  // Every rule makes its graph smaller or moves something in one direction, so
  // that far fewer walks are needed; a rule that goes in circles ends here.
  size_t walks_left = 100 + 4 * graph.nodes().size();
  for (bool changed = true; changed;) {
    changed = false;
    if (walks_left-- == 0) return Internal("a rewrite does not come to an end");
    for (Node* node : graph.NodeSnapshot()) {
      if (IsDead(*node)) continue;
      for (const auto& region : node->regions()) {
        TINYC_ASSIGN_OR_RETURN(const bool inside,
                               RewriteNodes(*region, rewrite));
        any = any || inside;
      }
      TINYC_ASSIGN_OR_RETURN(const bool here, rewrite(graph, node));
      changed = changed || here;
    }
    EraseDeadNodes(graph);
    any = any || changed;
  }
  return any;
}

void EraseDeadNodes(Graph& graph) {
  // Users stand after producers, so one walk from the end sees them all.
  std::vector<Node*> nodes = graph.NodeSnapshot();
  std::reverse(nodes.begin(), nodes.end());
  for (Node* node : nodes) {
    if (IsDead(*node)) {
      graph.Erase(node);
      continue;
    }
    for (const auto& region : node->regions()) EraseDeadNodes(*region);
  }
}

bool IsGraphInput(const Value& value) {
  return value.producer() == nullptr && value.constant() == nullptr;
}

bool IsGraphOutput(const Value& value) {
  return std::any_of(value.uses().begin(), value.uses().end(),
                     [](const Use& use) { return use.node == nullptr; });
}

bool CanReplace(const Value& from, const Value& to) {
  if (!(from.type() == to.type())) return false;
  return !IsGraphOutput(from) || !(IsGraphInput(to) || IsGraphOutput(to));
}

void Replace(Graph& graph, Value* from, Value* to) {
  TINYC_CHECK(CanReplace(*from, *to));
  if (IsGraphOutput(*from)) {
    ReplaceAndRename(graph, from, to);
  } else {
    graph.ReplaceUses(from, to);
  }
}

void ReplaceAndRename(Graph& graph, Value* from, Value* to) {
  graph.ReplaceUses(from, to);
  TakeName(graph, from, to);
}

void TakeName(Graph& graph, Value* from, Value* to) {
  std::string name = from->name();
  graph.Rename(from, "replaced");
  graph.Rename(to, std::move(name));
}

absl::StatusOr<Value*> AddNode(Graph& graph, const NewNode& place,
                               std::unique_ptr<const Op> op,
                               std::vector<Value*> inputs) {
  Graph::Options options;
  for (const Node* node : place.from) {
    options.loc = Loc::Join(options.loc, node->loc());
  }
  options.want = place.want;
  TINYC_ASSIGN_OR_RETURN(
      Node * node, graph.Insert(place.before, std::move(op), std::move(inputs),
                                std::move(options)));
  TINYC_CHECK(node->outputs().size() == 1);
  return node->output();
}

Node* OnlyUser(const Value& value) {
  return value.has_single_use() ? value.uses()[0].node : nullptr;
}

}  // namespace tinyc
