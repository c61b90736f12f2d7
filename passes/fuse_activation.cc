// SPDX-License-Identifier: Apache-2.0
// A clip (simplify makes a relu one) after a convolution or a dense layer
// becomes the limits that their kernels apply anyway.
//
//   %1 = conv(%x, %w)
//   %2 = clip(%1) {min=0, max=6}   =>   %2 = conv(%x, %w) {act_min=0,
//   act_max=6}
//
// Only when %1 has no other user.  What quantize saturates needs no clip:
// simplify.
#include <algorithm>
#include <memory>
#include <utility>

#include "compiler/ops/clip.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/dense.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// `op` followed by `clip`.
template <typename T>
std::unique_ptr<const Op> Limited(const T& op, const Clip& clip) {
  const auto limit = [&](float a) {
    return std::min(std::max(a, clip.min), clip.max);
  };
  auto limited = std::make_unique<T>(op);
  limited->act_max = limit(op.act_max);
  limited->act_min = limit(std::min(op.act_min, op.act_max));
  return limited;
}

absl::StatusOr<bool> Fuse(Graph& graph, Node* node) {
  const Clip* clip = node->As<Clip>();
  if (clip == nullptr) return false;
  Value* x = node->input(0);
  if (OnlyUser(*x) != node || !(x->type() == node->output()->type())) {
    return false;
  }
  std::unique_ptr<const Op> fused;
  if (const Conv* conv = ProducedBy<Conv>(x)) fused = Limited(*conv, *clip);
  if (const Dense* dense = ProducedBy<Dense>(x)) fused = Limited(*dense, *clip);
  if (fused == nullptr) return false;
  TINYC_RETURN_IF_ERROR(graph.SetOp(x->producer(), std::move(fused)));
  graph.SetLoc(x->producer(), Loc::Join(x->producer()->loc(), node->loc()));
  ReplaceAndRename(graph, node->output(), x);
  return true;
}

}  // namespace

absl::Status FuseActivation(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return RewriteNodes(*module.graph, Fuse).status();
}

}  // namespace tinyc
