// SPDX-License-Identifier: Apache-2.0
// Tensors one after the other along an axis.
#ifndef TINYC_COMPILER_OPS_CONCAT_H_
#define TINYC_COMPILER_OPS_CONCAT_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// All operands have one element type and, but for `axis`, one shape.  ONNX
// Concat (https://onnx.ai/onnx/operators/onnx__Concat.html).
struct Concat final : OpBase<Concat> {
  static constexpr absl::string_view kName = "concat";
  static constexpr Operand kOperands[] = {{"xs", Operand::Mode::kVariadic}};

  int64_t axis = 0;  // negative: counted from the end

  static constexpr auto kAttrs = std::tuple{Attr{"axis", &Concat::axis}};

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

#endif  // TINYC_COMPILER_OPS_CONCAT_H_
