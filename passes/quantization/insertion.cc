// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/insertion.h"

#include "absl/strings/str_cat.h"
#include "passes/rewrite.h"

namespace tinyc {

NodeAfter::NodeAfter(const Graph& graph) {
  const Node* before = nullptr;
  for (const auto& node : graph.nodes()) {
    next_[before] = node.get();
    before = node.get();
  }
}

Node* NodeAfter::Of(const Value& value) const {
  const auto found = next_.find(value.producer());
  return found == next_.end() ? nullptr : found->second;
}

void ReadThrough(Graph& graph, Value* value, Value* through) {
  // The first node of the chain goes on reading `value`.
  Node* first = through->producer();
  while (first->input(0) != value) first = first->input(0)->producer();
  const bool output = IsGraphOutput(*value);
  graph.ReplaceUses(value, through);
  graph.SetInput(first, 0, value);
  if (!output) return;
  if (!IsGraphInput(*value)) {
    TakeName(graph, value, through);
    graph.Rename(value, absl::StrCat(through->name(), "_float"));
    return;
  }
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    if (graph.outputs()[i] == through) graph.SetOutput(i, value);
  }
}

}  // namespace tinyc
