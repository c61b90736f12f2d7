// SPDX-License-Identifier: Apache-2.0
// From one scale to another without the detour through floats, rounded once.
//
//   %1 = dequantize(%x)
//   %2 = quantize(%1)        =>    %2 = requantize(%x)
//
// For 8 and 16 bits, per tensor.  Between equal types nothing is left of the
// two: simplify.
#include "compiler/ops/quantize.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

bool CanRequantize(const TensorType& type) {
  const int bits = InfoOf(type.dtype).bits;
  return type.quantized() && type.quant->per_tensor() &&
         (bits == 8 || bits == 16);
}

absl::StatusOr<bool> Fuse(Graph& graph, Node* node) {
  if (node->As<QuantizeOp>() == nullptr ||
      ProducedBy<Dequantize>(node->input(0)) == nullptr) {
    return false;
  }
  Node* dequantize = node->input(0)->producer();
  Value* x = dequantize->input(0);
  const TensorType& type = node->output()->type();
  if (!CanRequantize(x->type()) || !CanRequantize(type) || x->type() == type) {
    return false;
  }
  TINYC_ASSIGN_OR_RETURN(
      Value* const result,
      AddNode(
          graph,
          {.before = node, .from = {dequantize, node}, .want = {type.elem()}},
          Requantize(), {x}));
  ReplaceAndRename(graph, node->output(), result);
  return true;
}

}  // namespace

absl::Status FuseRequantize(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return RewriteNodes(*module.graph, Fuse).status();
}

}  // namespace tinyc
