// SPDX-License-Identifier: Apache-2.0
#include "passes/change_layout.h"

#include <memory>
#include <utility>
#include <vector>

#include "compiler/ops/arg_max_pool.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/lp_pool.h"
#include "compiler/ops/pool.h"
#include "compiler/ops/transpose.h"
#include "passes/permutation.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// `op` with that layout; null when it has it or is no spatial operator.
template <typename T>
std::unique_ptr<const Op> WithLayout(const Node& node, Layout layout) {
  const T* op = node.As<T>();
  if (op == nullptr || op->layout == layout) return nullptr;
  auto changed = std::make_unique<T>(*op);
  changed->layout = layout;
  return changed;
}

absl::StatusOr<bool> ChangeNode(Graph& graph, Node* node, Layout layout) {
  std::unique_ptr<const Op> op = WithLayout<Conv>(*node, layout);
  if (op == nullptr) op = WithLayout<MaxPool>(*node, layout);
  if (op == nullptr) op = WithLayout<AveragePool>(*node, layout);
  if (op == nullptr) op = WithLayout<ArgMaxPool>(*node, layout);
  if (op == nullptr) op = WithLayout<LpPool>(*node, layout);
  if (op == nullptr) return false;

  const int rank = node->input(0)->type().rank();
  const NewNode place = {
      .before = node, .from = {node}, .want = {node->output()->type().elem()}};
  Transpose before;
  Transpose after;
  before.perm = ToChannelsLast(rank);
  after.perm = ToChannelsFirst(rank);
  if (layout == Layout::kNchw) std::swap(before.perm, after.perm);
  std::vector<Value*> inputs(node->inputs().begin(), node->inputs().end());
  TINYC_ASSIGN_OR_RETURN(inputs[0],
                         AddNode(graph, place, std::move(before), {inputs[0]}));
  TINYC_ASSIGN_OR_RETURN(
      Value* const changed,
      AddNode(graph, place, std::move(op), std::move(inputs)));
  TINYC_ASSIGN_OR_RETURN(Value* const result,
                         AddNode(graph, place, std::move(after), {changed}));
  ReplaceAndRename(graph, node->output(), result);
  return true;
}

}  // namespace

absl::Status ChangeLayout(Graph& graph, Layout layout) {
  return RewriteNodes(graph,
                      [layout](Graph& graph, Node* node) {
                        return ChangeNode(graph, node, layout);
                      })
      .status();
}

}  // namespace tinyc
