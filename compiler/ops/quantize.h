// SPDX-License-Identifier: Apache-2.0
// Between real numbers and quantized ones, and from one scale to another.
#ifndef TINYC_COMPILER_OPS_QUANTIZE_H_
#define TINYC_COMPILER_OPS_QUANTIZE_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// The operator quantize; the pass of that name is the function Quantize.
// y = saturate(round(x / scale) + zero_point), the quotient that of two floats,
// a tie to even.  The element type wanted for y says how.  ONNX QuantizeLinear
// (https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html).
struct QuantizeOp final : OpBase<QuantizeOp> {
  static constexpr absl::string_view kName = "quantize";
  static constexpr Operand kOperands[] = {{"x"}};
  static constexpr std::tuple<> kAttrs = {};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// y = float(x - zero_point) * scale in f32, as the type of x says.  ONNX
// DequantizeLinear
// (https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html).
struct Dequantize final : OpBase<Dequantize> {
  static constexpr absl::string_view kName = "dequantize";
  static constexpr Operand kOperands[] = {{"x"}};
  static constexpr std::tuple<> kAttrs = {};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// The real numbers of x in the quantized type wanted for y; both are quantized
// per tensor and have 8 or 16 bits.  Integer arithmetic as docs/numbers.md
// says.
struct Requantize final : OpBase<Requantize> {
  static constexpr absl::string_view kName = "requantize";
  static constexpr Operand kOperands[] = {{"x"}};
  static constexpr std::tuple<> kAttrs = {};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kFree};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// The bytes of x under the element type wanted for y, as wide as that of x.
struct Reinterpret final : OpBase<Reinterpret> {
  static constexpr absl::string_view kName = "reinterpret";
  static constexpr Operand kOperands[] = {{"x"}};
  static constexpr std::tuple<> kAttrs = {};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_QUANTIZE_H_
