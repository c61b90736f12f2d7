// SPDX-License-Identifier: Apache-2.0
// Computes once what is computed twice, and keeps equal constants once.
//
//   %1 = sigmoid(%x)
//   %2 = sigmoid(%x)             %1 = sigmoid(%x)
//   %3 = mul(%1, %2)       =>    %3 = mul(%1, %1)
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

void MergeConstants(Graph& graph) {
  absl::flat_hash_map<size_t, std::vector<Value*>> seen;
  for (Value* value : graph.Constants()) {
    const Tensor& tensor = *value->constant();
    std::vector<Value*>& bucket =
        seen[absl::HashOf(tensor.bytes(), static_cast<int>(tensor.dtype()))];
    bool merged = false;
    for (Value* first : bucket) {
      if (!(*first->constant() == tensor) || !CanReplace(*value, *first)) {
        continue;
      }
      Replace(graph, value, first);
      merged = true;
      break;
    }
    if (!merged) bucket.push_back(value);
  }
}

bool Same(const Node& a, const Node& b) {
  if (!a.op().Equals(b.op()) || a.inputs() != b.inputs() ||
      !a.regions().empty() || !b.regions().empty() ||
      a.outputs().size() != b.outputs().size()) {
    return false;
  }
  // Quantized results may differ in what was wanted of them.
  for (size_t i = 0; i < a.outputs().size(); ++i) {
    if (!CanReplace(*b.output(i), *a.output(i))) return false;
  }
  return true;
}

void MergeGraph(Graph& graph) {
  for (const auto& node : graph.nodes()) {
    for (const auto& region : node->regions()) MergeGraph(*region);
  }
  MergeConstants(graph);
  // In execution order one walk is enough: when two nodes are compared, equal
  // operands are one value.
  absl::flat_hash_map<size_t, std::vector<Node*>> seen;
  for (Node* node : graph.NodeSnapshot()) {
    std::vector<Node*>& bucket =
        seen[absl::HashOf(std::string(node->op().name()), node->inputs())];
    Node* equal = nullptr;
    for (Node* first : bucket) {
      if (equal == nullptr && Same(*first, *node)) equal = first;
    }
    if (equal == nullptr) {
      bucket.push_back(node);
      continue;
    }
    for (size_t i = 0; i < node->outputs().size(); ++i) {
      if (node->output(i)->uses().empty()) continue;
      Replace(graph, node->output(i), equal->output(i));
    }
    graph.SetLoc(equal, Loc::Join(equal->loc(), node->loc()));
    graph.Erase(node);
  }
}

}  // namespace

absl::Status MergeEqual(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  MergeGraph(*module.graph);
  return absl::OkStatus();
}

}  // namespace tinyc
