// SPDX-License-Identifier: Apache-2.0
//   quantize(dequantize(x))        =>  x           when the types are equal
//   dequantize(requantize(x))      =>  dequantize(x)
//   requantize(quantize(x))        =>  quantize(x)
//       when requantize only moves the zero point with the range, as from u8
//       to s8, so that each element stands for the same number
//   reshape(dequantize(constant))  =>  dequantize(reshape(constant))
//       transpose too, so that fold-constants can compute it
//   quantize(clip(x))              =>  quantize(x)
//       when quantize saturates at the limits of clip
//   reinterpret(reinterpret(x))    =>  reinterpret(x)
//   reinterpret, cast, requantize to the type of x => x
//   cast(cast(x)) to the type of x => x
//       when the type between holds all its numbers
#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "compiler/ops/cast.h"
#include "compiler/ops/clip.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/transpose.h"
#include "passes/rewrite.h"
#include "passes/simplify_rules.h"

namespace tinyc {
namespace {

// True when equal positions in the two ranges stand for equal numbers.
bool IsShifted(const TensorType& from, const TensorType& to) {
  if (!from.quantized() || !to.quantized() || !from.quant->per_tensor() ||
      !to.quant->per_tensor() || from.quant->scale != to.quant->scale) {
    return false;
  }
  return InfoOf(from.dtype).bits == InfoOf(to.dtype).bits &&
         from.quant->zero_point[0] - MinOf(from.dtype) ==
             to.quant->zero_point[0] - MinOf(to.dtype);
}

// True when quantizing to `type` saturates every number that clip changes.
bool SaturatesLike(const TensorType& type, const Clip& clip) {
  if (!(clip.min <= clip.max)) return false;
  const auto stored = [&](float limit, size_t c) {
    // As Quantize does it.
    const float quotient = std::nearbyint(limit / type.quant->scale[c]);
    return double{quotient} + type.quant->zero_point[c];
  };
  for (size_t c = 0; c < type.quant->scale.size(); ++c) {
    if (stored(clip.min, c) > MinOf(type.dtype) ||
        stored(clip.max, c) < MaxOf(type.dtype)) {
      return false;
    }
  }
  return true;
}

// The result of `node` computed from the operand of the node before it.
absl::StatusOr<bool> Skip(Graph& graph, Node* node,
                          std::unique_ptr<const Op> op) {
  Node* before = node->input(0)->producer();
  TINYC_ASSIGN_OR_RETURN(Value* const result,
                         AddNode(graph,
                                 {.before = node,
                                  .from = {before, node},
                                  .want = {node->output()->type().elem()}},
                                 std::move(op), {before->input(0)}));
  ReplaceAndRename(graph, node->output(), result);
  return true;
}

absl::StatusOr<bool> SimplifyQuantize(Graph& graph, Node* node) {
  Value* x = node->input(0);
  if (ProducedBy<Dequantize>(x) != nullptr) {
    Value* source = x->producer()->input(0);
    if (!CanReplace(*node->output(), *source)) return false;
    Replace(graph, node->output(), source);
    return true;
  }
  const Clip* clip = ProducedBy<Clip>(x);
  if (clip == nullptr || !SaturatesLike(node->output()->type(), *clip)) {
    return false;
  }
  graph.SetLoc(node, Loc::Join(node->loc(), x->producer()->loc()));
  graph.SetInput(node, 0, x->producer()->input(0));
  return true;
}

absl::StatusOr<bool> SimplifyRequantize(Graph& graph, Node* node) {
  Value* x = node->input(0);
  if (ProducedBy<QuantizeOp>(x) == nullptr || OnlyUser(*x) != node ||
      !IsShifted(x->type(), node->output()->type())) {
    return false;
  }
  return Skip(graph, node, std::make_unique<QuantizeOp>());
}

absl::StatusOr<bool> SimplifyDequantize(Graph& graph, Node* node) {
  Value* x = node->input(0);
  if (ProducedBy<Requantize>(x) == nullptr ||
      !IsShifted(x->producer()->input(0)->type(), x->type())) {
    return false;
  }
  return Skip(graph, node, std::make_unique<Dequantize>());
}

// A movement of a quantized constant behind its dequantize, before it.
absl::StatusOr<bool> MoveBeforeDequantize(Graph& graph, Node* node) {
  Value* x = node->input(0);
  if (ProducedBy<Dequantize>(x) == nullptr) return false;
  Node* dequantize = x->producer();
  if (dequantize->input(0)->constant() == nullptr) return false;
  absl::StatusOr<Value*> moved =
      AddNode(graph, {.before = node, .from = {node}}, node->op().Clone(),
              {dequantize->input(0)});
  if (!moved.ok()) return false;  // no axis is left for the scales
  TINYC_ASSIGN_OR_RETURN(Value* const result,
                         AddNode(graph, {.before = node, .from = {dequantize}},
                                 std::make_unique<Dequantize>(), {*moved}));
  ReplaceAndRename(graph, node->output(), result);
  return true;
}

// True when every number of type `x` is one of type `wide`.
bool Holds(DType wide, DType x) {
  const int bits = InfoOf(x).bits;
  if (x == DType::kBool) return wide != DType::kBool;
  if (!IsFloat(wide)) {
    return IsInteger(x) && InfoOf(wide).bits > bits &&
           (IsUnsigned(x) || !IsUnsigned(wide));
  }
  if (InfoOf(wide).bits < 32) return false;
  // A float holds integers of half its size and shorter floats.
  const bool shorter = bits < InfoOf(wide).bits;
  return shorter && (IsFloat(x) || 2 * bits <= InfoOf(wide).bits);
}

absl::StatusOr<bool> SimplifyCast(Graph& graph, Node* node) {
  const Value* wide = node->input(0);
  if (ProducedBy<Cast>(wide) == nullptr) return false;
  Value* x = wide->producer()->input(0);
  // Saturation would change the infinities of f8e5m2.
  if (!Holds(wide->type().dtype, x->type().dtype) ||
      x->type().dtype == DType::kF8E5M2 || !CanReplace(*node->output(), *x)) {
    return false;
  }
  Replace(graph, node->output(), x);
  return true;
}

}  // namespace

absl::StatusOr<bool> SimplifyConversion(Graph& graph, Node* node) {
  if (node->As<Reinterpret>() != nullptr || node->As<Cast>() != nullptr ||
      node->As<Requantize>() != nullptr) {
    if (CanReplace(*node->output(), *node->input(0))) {
      Replace(graph, node->output(), node->input(0));
      return true;
    }
  }
  if (node->As<Reshape>() != nullptr || node->As<Transpose>() != nullptr) {
    return MoveBeforeDequantize(graph, node);
  }
  if (node->As<Cast>() != nullptr) return SimplifyCast(graph, node);
  if (node->As<QuantizeOp>() != nullptr) return SimplifyQuantize(graph, node);
  if (node->As<Requantize>() != nullptr) return SimplifyRequantize(graph, node);
  if (node->As<Dequantize>() != nullptr) return SimplifyDequantize(graph, node);
  if (node->As<Reinterpret>() != nullptr &&
      ProducedBy<Reinterpret>(node->input(0)) != nullptr) {
    return Skip(graph, node, std::make_unique<Reinterpret>());
  }
  return false;
}

}  // namespace tinyc
