// SPDX-License-Identifier: Apache-2.0
// Dimensions in another order.
#ifndef TINYC_COMPILER_OPS_TRANSPOSE_H_
#define TINYC_COMPILER_OPS_TRANSPOSE_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// Dimension d of y is dimension perm[d] of x.  ONNX Transpose
// (https://onnx.ai/onnx/operators/onnx__Transpose.html).
struct Transpose final : OpBase<Transpose> {
  static constexpr absl::string_view kName = "transpose";
  static constexpr Operand kOperands[] = {{"x"}};

  std::vector<int64_t> perm;

  static constexpr auto kAttrs = std::tuple{Attr{"perm", &Transpose::perm}};

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

#endif  // TINYC_COMPILER_OPS_TRANSPOSE_H_
