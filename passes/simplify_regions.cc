// SPDX-License-Identifier: Apache-2.0
// What nodes with regions take from outside.
//
//   %c = const [1,2]
//   %y = if(%b, %x, %c)             %y = if(%b, %x)
//     graph(%x, %c) { ... }    =>     graph(%x) { %c = const [1,2] ... }
//     graph(%x, %c) { ... }           graph(%x) { %c = const [1,2] ... }
//
// A capture that is a constant becomes one in the regions, where passes and
// kernels see that it is; one that no region reads goes.
#include <memory>
#include <utility>
#include <vector>

#include "compiler/ops/if.h"
#include "compiler/ops/loop.h"
#include "passes/rewrite.h"
#include "passes/simplify_rules.h"

namespace tinyc {
namespace {

// The first operand of `node` that is a capture, and the input of its regions
// that sees it.
struct FirstCapture {
  size_t operand = 0;
  size_t input = 0;
};
FirstCapture CapturesOf(const Node& node) {
  if (const Loop* loop = node.As<Loop>()) {
    return {loop->first_capture(), loop->first_capture() - 1};
  }
  TINYC_CHECK(node.As<If>() != nullptr);
  return {1, 0};
}

bool IsRead(const Node& node, size_t input) {
  for (const auto& region : node.regions()) {
    if (!region->inputs()[input]->uses().empty()) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<bool> SimplifyRegions(Graph& graph, Node* node) {
  if (node->regions().empty()) return false;
  const FirstCapture first = CapturesOf(*node);
  std::vector<Value*> operands(node->inputs().begin(), node->inputs().end());
  bool changed = false;
  for (size_t i = operands.size(); i-- > first.operand;) {
    const size_t input = first.input + (i - first.operand);
    const bool constant = operands[i]->constant() != nullptr;
    if (!constant && IsRead(*node, input)) continue;
    for (const auto& region : node->regions()) {
      Value* inside = region->inputs()[input];
      if (!inside->uses().empty()) {
        ReplaceAndRename(*region, inside,
                         region->AddConstant(operands[i]->constant()));
      }
      region->RemoveInput(input);
    }
    operands.erase(operands.begin() + static_cast<std::ptrdiff_t>(i));
    changed = true;
  }
  if (!changed) return false;
  Graph::Options options;
  options.loc = node->loc();
  options.regions.assign(node->regions().begin(), node->regions().end());
  TINYC_ASSIGN_OR_RETURN(Node* const smaller,
                         graph.Insert(node, node->op().Clone(),
                                      std::move(operands), std::move(options)));
  for (size_t r = 0; r < node->outputs().size(); ++r) {
    ReplaceAndRename(graph, node->output(r), smaller->output(r));
  }
  return true;
}

}  // namespace tinyc
