// SPDX-License-Identifier: Apache-2.0
// Moves a clamp above the max pool that it follows, to where fuse-activation
// finds it.
//
//   %c = conv(%x, %w)                        %c = conv(%x, %w)
//   %p = max_pool(%c)                =>      %r = clip(%c) {min=0}
//   %y = clip(%p) {min=0}                    %y = max_pool(%r)
//
// Exact: a clamp is monotone, so the greatest of clamped values is the clamped
// greatest.  Only below a convolution that feeds the pool alone, which takes
// the clamp in: anywhere else it would touch more elements than before.  Run
// before fuse-activation.
#include "compiler/ops/clip.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/pool.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

absl::StatusOr<bool> Hoist(Graph& graph, Node* node) {
  if (node->As<Clip>() == nullptr && node->op().name() != "relu") return false;
  Value* pooled = node->input(0);
  if (ProducedBy<MaxPool>(pooled) == nullptr || OnlyUser(*pooled) != node) {
    return false;
  }
  Node* pool = pooled->producer();
  Value* x = pool->input(0);
  if (ProducedBy<Conv>(x) == nullptr || OnlyUser(*x) != pool ||
      !(node->output()->type() == pooled->type())) {
    return false;
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * clamped,
      AddNode(graph,
              {.before = node, .from = {node}, .want = {x->type().elem()}},
              node->op().Clone(), {x}));
  TINYC_ASSIGN_OR_RETURN(
      Value * result,
      AddNode(graph,
              {.before = node, .from = {pool}, .want = {x->type().elem()}},
              pool->op().Clone(), {clamped}));
  ReplaceAndRename(graph, node->output(), result);
  return true;
}

}  // namespace

absl::Status HoistClamps(Module& module, const PassOptions&) {
  return RewriteNodes(*module.graph, Hoist).status();
}

}  // namespace tinyc
