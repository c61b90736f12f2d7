// SPDX-License-Identifier: Apache-2.0
// Conversion of plain numbers to another element type.
#ifndef TINYC_COMPILER_OPS_CAST_H_
#define TINYC_COMPILER_OPS_CAST_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// To a float: the nearest value.  To an integer: integers wrap; floats are
// truncated towards zero and saturate, a NaN becomes 0.  To a bool: whether x
// is not 0.  ONNX Cast (https://onnx.ai/onnx/operators/onnx__Cast.html).
struct Cast final : OpBase<Cast> {
  static constexpr absl::string_view kName = "cast";
  static constexpr Operand kOperands[] = {{"x"}};

  DType to = DType::kF32;

  static constexpr auto kAttrs = std::tuple{Attr{"to", &Cast::to}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_CAST_H_
