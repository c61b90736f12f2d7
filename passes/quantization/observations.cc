// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/observations.h"

#include "passes/rewrite.h"

namespace tinyc {

Observations TakeObserved(Graph& graph) {
  Observations observations;
  for (Node* node : graph.NodeSnapshot()) {
    const Observed* op = node->As<Observed>();
    if (op == nullptr) continue;
    Value* value = node->input(0);
    if (value->constant() == nullptr) {
      observations.ranges[value] = {op->min, op->max};
    }
    if (op->as != Storage::kAny) observations.storages[value] = op->as;
    if (!CanReplace(*node->output(), *value)) continue;
    Replace(graph, node->output(), value);
    graph.Erase(node);
  }
  return observations;
}

}  // namespace tinyc
