// SPDX-License-Identifier: Apache-2.0
// Softmax along one axis, and its logarithm.
#ifndef TINYC_COMPILER_OPS_SOFTMAX_H_
#define TINYC_COMPILER_OPS_SOFTMAX_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y = exp(x) / sum of exp(x) along `axis`.  ONNX Softmax since opset 13
// (https://onnx.ai/onnx/operators/onnx__Softmax.html).  On 8-bit quantized
// numbers, with m the greatest x along the axis, of n elements:
//   e = round(exp(-s_x * (m - x)) * 2^B),  B = min(20, 31 - ceil(log2 n))
//   y = floor((e * recip + sum of e * 2^15) / (sum of e * 2^16)) + z_y
//   recip = round(2^16 / s_y)
struct Softmax final : OpBase<Softmax> {
  static constexpr absl::string_view kName = "softmax";
  static constexpr Operand kOperands[] = {{"x"}};

  int64_t axis = -1;  // negative: counted from the end

  static constexpr auto kAttrs = std::tuple{Attr{"axis", &Softmax::axis}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kFree};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// y = log(softmax(x)).  ONNX LogSoftmax since opset 13
// (https://onnx.ai/onnx/operators/onnx__LogSoftmax.html).
struct LogSoftmax final : OpBase<LogSoftmax> {
  static constexpr absl::string_view kName = "log_softmax";
  static constexpr Operand kOperands[] = {{"x"}};

  int64_t axis = -1;  // negative: counted from the end

  static constexpr auto kAttrs = std::tuple{Attr{"axis", &LogSoftmax::axis}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_SOFTMAX_H_
