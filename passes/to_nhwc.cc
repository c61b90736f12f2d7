// SPDX-License-Identifier: Apache-2.0
// Gives convolution and pooling their operands with the channels last, as the
// kernels want them.
//
//   %y = conv(%x, %w)    =>    %1 = transpose(%x) {perm=[0,2,3,1]}
//                              %2 = conv(%1, %w) {layout=nhwc}
//                              %y = transpose(%2) {perm=[0,3,1,2]}
//
// sink-transposes then removes the transposes between them.
#include <memory>
#include <utility>
#include <vector>

#include "compiler/ops/arg_max_pool.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/lp_pool.h"
#include "compiler/ops/pool.h"
#include "compiler/ops/transpose.h"
#include "passes/pass.h"
#include "passes/permutation.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// `op` with channels last; null when it has them or is no spatial operator.
template <typename T>
std::unique_ptr<const Op> ChannelsLast(const Node& node) {
  const T* op = node.As<T>();
  if (op == nullptr || op->layout == Layout::kNhwc) return nullptr;
  auto last = std::make_unique<T>(*op);
  last->layout = Layout::kNhwc;
  return last;
}

absl::StatusOr<bool> ToNhwcNode(Graph& graph, Node* node) {
  std::unique_ptr<const Op> op = ChannelsLast<Conv>(*node);
  if (op == nullptr) op = ChannelsLast<MaxPool>(*node);
  if (op == nullptr) op = ChannelsLast<AveragePool>(*node);
  if (op == nullptr) op = ChannelsLast<ArgMaxPool>(*node);
  if (op == nullptr) op = ChannelsLast<LpPool>(*node);
  if (op == nullptr) return false;

  const int rank = node->input(0)->type().rank();
  const NewNode place = {
      .before = node, .from = {node}, .want = {node->output()->type().elem()}};
  Transpose to_last;
  to_last.perm = ToChannelsLast(rank);
  Transpose to_first;
  to_first.perm = ToChannelsFirst(rank);
  std::vector<Value*> inputs(node->inputs().begin(), node->inputs().end());
  TINYC_ASSIGN_OR_RETURN(
      inputs[0], AddNode(graph, place, std::move(to_last), {inputs[0]}));
  TINYC_ASSIGN_OR_RETURN(Value* const last, AddNode(graph, place, std::move(op),
                                                    std::move(inputs)));
  TINYC_ASSIGN_OR_RETURN(Value* const first,
                         AddNode(graph, place, std::move(to_first), {last}));
  ReplaceAndRename(graph, node->output(), first);
  return true;
}

}  // namespace

absl::Status ToNhwc(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return RewriteNodes(*module.graph, ToNhwcNode).status();
}

}  // namespace tinyc
