// SPDX-License-Identifier: Apache-2.0
// Elements added around a tensor.
#ifndef TINYC_COMPILER_OPS_PAD_H_
#define TINYC_COMPILER_OPS_PAD_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

enum class PadMode { kConstant, kEdge, kReflect, kWrap };
template <>
struct EnumNames<PadMode> {
  static constexpr absl::string_view kNames[] = {"constant", "edge", "reflect",
                                                 "wrap"};
};

// Negative pads remove elements.  The other modes continue x at each end:
// edge    a a | a b c | c c
// reflect c b | a b c | b a
// wrap    b c | a b c | a b
// ONNX Pad (https://onnx.ai/onnx/operators/onnx__Pad.html).
struct Pad final : OpBase<Pad> {
  static constexpr absl::string_view kName = "pad";
  static constexpr Operand kOperands[] = {{"x"}};

  std::vector<int64_t> pads;  // before each dimension, then after each
  PadMode mode = PadMode::kConstant;
  double value = 0;  // a real number, of kConstant; quantized as x is

  static constexpr auto kAttrs =
      std::tuple{Attr{"pads", &Pad::pads}, Attr{"mode", &Pad::mode},
                 Attr{"value", &Pad::value}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kSameScale};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_PAD_H_
