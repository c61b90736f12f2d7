// SPDX-License-Identifier: Apache-2.0
// Scaled dot-product attention over several heads.
#ifndef TINYC_COMPILER_OPS_ATTENTION_H_
#define TINYC_COMPILER_OPS_ATTENTION_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// What the second result of attention is; kNone: there is no such result.
enum class AttentionScores { kNone, kRaw, kCapped, kBiased, kWeights };
template <>
struct EnumNames<AttentionScores> {
  static constexpr absl::string_view kNames[] = {"none", "raw", "capped",
                                                 "biased", "weights"};
};

// q: [B,H,S,D], or [B,S,H*D] with H = q_heads.  k: [B,G,L,D] or [B,L,G*D], v:
// [B,G,L,E] or [B,L,G*E] with G = kv_heads, a divisor of H: query head h meets
// head h / (H / G) of keys and values.
//   score = cap(scale * q k^T) + mask    cap(x) = softcap * tanh(x / softcap)
//   y     = softmax(score) v
// Query i meets the keys j of i + offset - left .. i + offset + right (-1: no
// bound) that the mask lets through; one without keys gives 0.
//   mask: broadcasts to [B,H,S,M], M <= L; keys from M on are left out.  A bool
//     lets keys through, a number is added to the score; -inf leaves a key out.
//   lengths: s64 [B], the keys that a batch has; `offset` then is that - S.
// y has q's layout; the second result is the score [B,H,S,L] at some stage:
// scaled, capped, with the mask (-inf where a key is left out), or softmax.
// ONNX Attention (https://onnx.ai/onnx/operators/onnx__Attention.html).
struct Attention final : OpBase<Attention> {
  static constexpr absl::string_view kName = "attention";
  static constexpr Operand kOperands[] = {
      {"q"},
      {"k"},
      {"v"},
      {"mask", Operand::Mode::kOptional},
      {"lengths", Operand::Mode::kOptional}};

  int64_t q_heads = 0;  // 0: q has a dimension for them
  int64_t kv_heads = 0;
  float scale = 1;
  float softcap = 0;   // 0: no cap
  int64_t offset = 0;  // keys before the first query
  int64_t left = -1;
  int64_t right = -1;
  AttentionScores scores = AttentionScores::kNone;

  static constexpr auto kAttrs = std::tuple{
      Attr{"q_heads", &Attention::q_heads},
      Attr{"kv_heads", &Attention::kv_heads},
      Attr{"scale", &Attention::scale},
      Attr{"softcap", &Attention::softcap},
      Attr{"offset", &Attention::offset},
      Attr{"left", &Attention::left},
      Attr{"right", &Attention::right},
      Attr<Attention, AttentionScores>{"scores", &Attention::scores}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  int64_t Macs(const Node& node) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_ATTENTION_H_
