// SPDX-License-Identifier: Apache-2.0
// A triangle of a matrix.
#ifndef TINYC_COMPILER_OPS_TRILU_H_
#define TINYC_COMPILER_OPS_TRILU_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y[..., r, c] = x[..., r, c] where c - r >= k (upper) or c - r <= k (not
// upper), else the number 0.  k: an s64, 0 when absent.
// ONNX Trilu (https://onnx.ai/onnx/operators/onnx__Trilu.html).
struct Trilu final : OpBase<Trilu> {
  static constexpr absl::string_view kName = "trilu";
  static constexpr Operand kOperands[] = {{"x"},
                                          {"k", Operand::Mode::kOptional}};

  bool upper = true;

  static constexpr auto kAttrs = std::tuple{Attr{"upper", &Trilu::upper}};

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

#endif  // TINYC_COMPILER_OPS_TRILU_H_
