// SPDX-License-Identifier: Apache-2.0
// Conversion of plain numbers to another element type.
#ifndef TINYC_COMPILER_OPS_CAST_H_
#define TINYC_COMPILER_OPS_CAST_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"
#include "compiler/ir/small_float.h"

namespace tinyc {

template <>
struct EnumNames<RoundMode> {
  static constexpr absl::string_view kNames[] = {"up", "down", "nearest"};
};

// To a float: the nearest value, a tie to the even one.  To an integer:
// integers wrap; floats are truncated towards zero and saturate, a NaN becomes
// 0.  To a bool: whether x is not 0.
//
// The kernels convert floats of less than 32 bits from and to f32, and packed
// integers from and to bytes; other conversions with such types take two steps,
// into which the pass widen-floats divides them.
// ONNX Cast (https://onnx.ai/onnx/operators/onnx__Cast.html).
struct Cast final : OpBase<Cast> {
  static constexpr absl::string_view kName = "cast";
  static constexpr Operand kOperands[] = {{"x"}};

  DType to = DType::kF32;
  // To floats of 8 bits: what is beyond the greatest number becomes that
  // number, else infinity, or NaN where there is none.
  bool saturate = true;
  RoundMode round_mode = RoundMode::kUp;  // to f8e8m0

  static constexpr auto kAttrs =
      std::tuple{Attr{"to", &Cast::to}, Attr{"saturate", &Cast::saturate},
                 Attr{"round_mode", &Cast::round_mode}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_CAST_H_
