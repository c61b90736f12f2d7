// SPDX-License-Identifier: Apache-2.0
// com.microsoft Attention, MultiHeadAttention => attention
//   Attention: q, k, v = the parts of input * weights + bias
#include <cmath>
#include <vector>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// Columns start .. start + size - 1 of `x`.
absl::StatusOr<Value*> Columns(OnnxNode& node, Value* x, int64_t start,
                               int64_t size) {
  const Shape& shape = x->type().shape;
  std::vector<int64_t> sizes(shape.begin(), shape.end());
  std::vector<int64_t> starts(sizes.size(), 0);
  starts.back() = start;
  sizes.back() = size;
  return node.Emit("slice", {x}, {{"starts", starts}, {"sizes", sizes}});
}

// What is added to the scores: the attention bias (null: none), and a great
// negative number where the padding mask [B,L] (null: none) is 0.
absl::StatusOr<Value*> AddPadding(OnnxNode& node, Value* bias, Value* padding,
                                  int64_t batches, int64_t keys) {
  const float filter = node.Float("mask_filter_value", -10000);
  if (padding == nullptr) return bias;
  if (padding->type().shape != Shape{batches, keys}) {
    return Unimplemented(
        "a padding mask of shape ", ToString(padding->type().shape),
        " is not supported; make it one of ", ToString({batches, keys}));
  }
  TINYC_ASSIGN_OR_RETURN(Value * mask, CastTo(node, padding, DType::kF32));
  TINYC_ASSIGN_OR_RETURN(mask, WithScalar(node, "sub", mask, 1));
  TINYC_ASSIGN_OR_RETURN(mask, WithScalar(node, "mul", mask, -filter));
  TINYC_ASSIGN_OR_RETURN(mask, ReshapeTo(node, mask, {batches, 1, 1, keys}));
  return bias == nullptr ? mask : node.Emit("add", {bias, mask});
}

// Sets the result for q, k and v, all [B,S,H*D].
absl::Status SetAttention(OnnxNode& node, Value* q, Value* k, Value* v,
                          Value* bias, Value* padding) {
  const int64_t heads = node.Int("num_heads", 0);
  const bool causal = node.Int("unidirectional", 0) != 0;
  const Shape& shape = q->type().shape;
  if (shape.size() != 3 || k->type().rank() != 3 || heads < 1 ||
      q->type().dtype != DType::kF32) {
    return Unimplemented("queries and keys of shapes ", ToString(shape),
                         " and ", ToString(k->type().shape), " in ", heads,
                         " heads are not supported");
  }
  const int64_t keys = k->type().shape[1];
  if (causal && shape[1] != keys) {
    return Unimplemented("unidirectional attention of ", shape[1],
                         " queries to ", keys, " keys is not supported");
  }
  const double size = static_cast<double>(shape[2] / heads);
  float scale = node.Float("scale", 0);
  if (scale == 0) scale = static_cast<float>(1 / std::sqrt(size));
  TINYC_ASSIGN_OR_RETURN(Value * mask,
                         AddPadding(node, bias, padding, shape[0], keys));
  return node.SetOutput(0, node.Emit("attention", {q, k, v, mask},
                                     {{"q_heads", heads},
                                      {"kv_heads", heads},
                                      {"scale", scale},
                                      {"right", int64_t{causal ? 0 : -1}}}));
}

}  // namespace

absl::Status ImportMicrosoftAttention(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * w, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.OptionalInput(2));
  TINYC_ASSIGN_OR_RETURN(Value * padding, node.OptionalInput(3));
  TINYC_ASSIGN_OR_RETURN(Value * scores_bias, node.OptionalInput(5));
  if (x->type().rank() != 3 || w->type().rank() != 2) {
    return Invalid("its input and weights have ranks ", x->type().rank(),
                   " and ", w->type().rank());
  }
  std::vector<int64_t> sizes = node.Ints("qkv_hidden_sizes");
  const int64_t columns = w->type().shape[1];
  if (sizes.empty()) sizes.assign(3, columns / 3);
  if (sizes.size() != 3 || sizes[0] < 1 || sizes[1] != sizes[0] ||
      sizes[2] < 1 || sizes[0] + sizes[1] + sizes[2] != columns) {
    return Invalid("its weights have ", columns,
                   " columns, which are not those of queries, keys and values");
  }
  TINYC_ASSIGN_OR_RETURN(x, EmitLinear(node, x, w, false, bias));
  TINYC_ASSIGN_OR_RETURN(Value * q, Columns(node, x, 0, sizes[0]));
  TINYC_ASSIGN_OR_RETURN(Value * k, Columns(node, x, sizes[0], sizes[1]));
  TINYC_ASSIGN_OR_RETURN(Value * v,
                         Columns(node, x, sizes[0] + sizes[1], sizes[2]));
  return SetAttention(node, q, k, v, scores_bias, padding);
}

absl::Status ImportMultiHeadAttention(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * q, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * k, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * v, node.Input(2));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.OptionalInput(3));
  TINYC_ASSIGN_OR_RETURN(Value * padding, node.OptionalInput(4));
  TINYC_ASSIGN_OR_RETURN(Value * scores_bias, node.OptionalInput(5));
  if (bias != nullptr) {
    int64_t start = 0;
    for (Value** part : {&q, &k, &v}) {
      const Shape& shape = (*part)->type().shape;
      const int64_t size = shape.empty() ? 0 : shape.back();
      if (bias->type().rank() != 1 || start + size > bias->type().shape[0]) {
        return Invalid("its bias of shape ", ToString(bias->type().shape),
                       " does not fit queries, keys and values");
      }
      TINYC_ASSIGN_OR_RETURN(Value * own, Columns(node, bias, start, size));
      TINYC_ASSIGN_OR_RETURN(*part, node.Emit("add", {*part, own}));
      start += size;
    }
  }
  return SetAttention(node, q, k, v, scores_bias, padding);
}

}  // namespace tinyc
