// SPDX-License-Identifier: Apache-2.0
// A product with a constant matrix is a dense layer, whose kernels take their
// weights packed and a bias.
//
//   %y = matmul(%x, %w)    =>    %1 = transpose(%w) {perm=[1,0]}
//                                %y = dense(%x, %1)
//
// %w may be dequantize(constant).  simplify and fold-constants compute %1.
#include "compiler/ops/dense.h"
#include "compiler/ops/matmul.h"
#include "compiler/ops/transpose.h"
#include "passes/pass.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

absl::StatusOr<bool> ToDense(Graph& graph, Node* node) {
  if (node->As<Matmul>() == nullptr) return false;
  Value* x = node->input(0);
  Value* w = node->input(1);
  // Constant weights of two layers that share them stay shared.  There are no
  // dense kernels for f64.
  if (x->type().quantized() || !IsFloat(x->type().dtype) ||
      x->type().dtype == DType::kF64 || ConstantBehind(x) != nullptr ||
      ConstantBehind(w) == nullptr || !w->has_single_use() ||
      w->type().rank() != 2) {
    return false;
  }
  Transpose transpose;
  transpose.perm = {1, 0};
  TINYC_ASSIGN_OR_RETURN(Value* const rows,
                         AddNode(graph, {.before = node, .from = {node}},
                                 std::move(transpose), {w}));
  TINYC_ASSIGN_OR_RETURN(
      Value* const result,
      AddNode(graph, {.before = node, .from = {node}}, Dense(), {x, rows}));
  if (!(result->type() == node->output()->type())) return false;
  ReplaceAndRename(graph, node->output(), result);
  return true;
}

}  // namespace

absl::Status MatmulToDense(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return RewriteNodes(*module.graph, ToDense).status();
}

}  // namespace tinyc
