// SPDX-License-Identifier: Apache-2.0
// ONNX Attention => attention; keys and values that are cached are concatenated
// before it:
//   k = concat(past_key, key)  present_key = k
#include <algorithm>
#include <cmath>
#include <vector>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// [B,L,G*D] => [B,G,L,D]; one that has four dimensions stays as it is.
absl::StatusOr<Value*> SplitHeads(OnnxNode& node, Value* x, int64_t heads) {
  const Shape shape = x->type().shape;
  if (shape.size() != 3) return x;
  if (heads <= 0 || shape[2] % heads != 0) {
    return Invalid("an operand of shape ", ToString(shape), " is not made of ",
                   heads, " heads");
  }
  TINYC_ASSIGN_OR_RETURN(
      x, ReshapeTo(node, x, {shape[0], shape[1], heads, shape[2] / heads}));
  return TransposeTo(node, x, {0, 2, 1, 3});
}

// The scale of the scores: the definition multiplies queries and keys by its
// root, rounded to their type.
double RoundedScale(double scale, DType dtype) {
  if (InfoOf(dtype).bits >= 32) return scale;
  Tensor root(TensorType(dtype, {1}));
  root.Set(0, std::sqrt(scale));
  return root.At(0) * root.At(0);
}

// The mask as a bool, or as what is added to scores of type `dtype` with `keys`
// keys.
absl::StatusOr<Value*> ReadMask(OnnxNode& node, size_t i, DType dtype,
                                int64_t keys) {
  TINYC_ASSIGN_OR_RETURN(Value * mask, node.OptionalInput(i));
  if (mask == nullptr) return mask;
  std::vector<int64_t> shape(mask->type().shape.begin(),
                             mask->type().shape.end());
  if (shape.empty()) return Invalid("its mask has no dimensions");
  if (node.version() == 23 && shape.back() == 1 && keys != 1) {
    // One for all keys; later versions see it as that of the first key.
    shape.back() = keys;
    TINYC_ASSIGN_OR_RETURN(mask,
                           node.Emit("expand", {mask}, {{"shape", shape}}));
  }
  if (mask->type().dtype == DType::kBool) return mask;
  return CastTo(node, mask, dtype);
}

// A side of the window: how many positions it reaches, -1 for all.
absl::StatusOr<int64_t> WindowSide(OnnxNode& node, absl::string_view name) {
  const int64_t size = node.Int(name, -1);
  if (size < -1) return Invalid(name, " is ", size);
  return size;
}

}  // namespace

absl::Status ImportAttention(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * q, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * k, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * v, node.Input(2));
  TINYC_ASSIGN_OR_RETURN(Value * past_k, node.OptionalInput(4));
  TINYC_ASSIGN_OR_RETURN(Value * past_v, node.OptionalInput(5));
  TINYC_ASSIGN_OR_RETURN(Value * lengths, node.OptionalInput(6));
  const DType dtype = q->type().dtype;
  const int64_t q_heads = node.Int("q_num_heads", 0);
  const int64_t kv_heads = node.Int("kv_num_heads", 0);
  if ((past_k == nullptr) != (past_v == nullptr) ||
      (past_k != nullptr && lengths != nullptr)) {
    return Invalid(
        "past keys come with past values, and without nonpad_kv_seqlen");
  }
  int64_t offset = 0;
  if (past_k != nullptr || node.OutputUsed(1) || node.OutputUsed(2)) {
    TINYC_ASSIGN_OR_RETURN(k, SplitHeads(node, k, kv_heads));
    TINYC_ASSIGN_OR_RETURN(v, SplitHeads(node, v, kv_heads));
  }
  if (past_k != nullptr) {
    if (past_k->type().rank() != 4) return Invalid("its past keys are not 4-D");
    offset = past_k->type().shape[2];
    TINYC_ASSIGN_OR_RETURN(
        k, node.Emit("concat", {past_k, k}, {{"axis", int64_t{2}}}));
    TINYC_ASSIGN_OR_RETURN(
        v, node.Emit("concat", {past_v, v}, {{"axis", int64_t{2}}}));
  }
  const Shape& k_shape = k->type().shape;
  const bool packed = q->type().rank() == 3;
  if (q->type().rank() < 3 || k_shape.size() < 3 || (packed && q_heads <= 0)) {
    return Invalid("queries of shape ", ToString(q->type().shape),
                   " are not made of ", q_heads, " heads");
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * mask,
      ReadMask(node, 3, dtype, k_shape[k_shape.size() == 3 ? 1 : 2]));
  TINYC_ASSIGN_OR_RETURN(const int64_t left,
                         WindowSide(node, "left_window_size"));
  TINYC_ASSIGN_OR_RETURN(int64_t right, WindowSide(node, "right_window_size"));
  if (node.Int("is_causal", 0) != 0) right = 0;
  const int64_t size = q->type().shape.back() / (packed ? q_heads : 1);
  const double scale = node.Has("scale")
                           ? double{node.Float("scale", 1)}
                           : 1 / std::sqrt(static_cast<double>(size));
  // The softmax is computed in f32 at least, which is more precise than what
  // 16 bits ask for.
  const int64_t precision = node.Int("softmax_precision", 1);
  if (precision != 1 && precision != 10 && precision != 11 && precision != 16) {
    return Invalid("softmax_precision is ", precision);
  }
  const int64_t mode = node.Int("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3) {
    return Invalid("qk_matmul_output_mode is ", mode);
  }
  static constexpr const char* kScores[] = {"raw", "capped", "biased",
                                            "weights"};
  const bool scores = node.OutputUsed(3);
  TINYC_ASSIGN_OR_RETURN(
      const std::vector<Value*> results,
      node.EmitAll(
          "attention", {q, k, v, mask, lengths},
          {{"q_heads", packed ? q_heads : 0},
           {"kv_heads", k_shape.size() == 3 ? kv_heads : 0},
           {"scale", static_cast<float>(RoundedScale(scale, dtype))},
           {"softcap", node.Float("softcap", 0)},
           {"offset", offset},
           {"left", left},
           {"right", right},
           {"scores", scores ? kScores[static_cast<size_t>(mode)] : "none"}}));
  TINYC_RETURN_IF_ERROR(node.SetOutput(0, results[0]));
  if (node.OutputUsed(1)) TINYC_RETURN_IF_ERROR(node.SetOutput(1, k));
  if (node.OutputUsed(2)) TINYC_RETURN_IF_ERROR(node.SetOutput(2, v));
  if (scores) TINYC_RETURN_IF_ERROR(node.SetOutput(3, results[1]));
  return absl::OkStatus();
}

}  // namespace tinyc
