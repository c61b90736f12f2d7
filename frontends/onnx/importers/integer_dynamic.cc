// SPDX-License-Identifier: Apache-2.0
// com.microsoft DynamicQuantizeMatMul: the first factor is quantized at run
// time, with the scale that its own numbers need.
//
//   s = (max(a, 0) - min(a, 0)) / 255,  z = round(-min(a, 0) / s)
//   a' = clip(round(a / s), -z, 255 - z)
//   y = a' * (b - b_zero) * s * b_scale + bias
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/quantized.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {

absl::Status ImportDynamicQuantizeMatMul(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * a, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * b_scale, node.Input(2));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.OptionalInput(4));
  const std::vector<int64_t> all;
  Value* zero = node.Scalar(DType::kF32, 0);
  Value* bound[2];
  for (const bool most : {false, true}) {
    TINYC_ASSIGN_OR_RETURN(Value * of_a,
                           node.Emit(most ? "reduce_max" : "reduce_min", {a},
                                     {{"axes", all}, {"keepdims", false}}));
    TINYC_ASSIGN_OR_RETURN(bound[most],
                           node.Emit(most ? "max" : "min", {of_a, zero}));
  }
  TINYC_ASSIGN_OR_RETURN(Value * scale, node.Emit("sub", {bound[1], bound[0]}));
  TINYC_ASSIGN_OR_RETURN(scale, WithScalar(node, "div", scale, 255));
  // Zeros have any scale.
  TINYC_ASSIGN_OR_RETURN(Value * none, node.Emit("equal", {scale, zero}));
  TINYC_ASSIGN_OR_RETURN(
      scale, node.Emit("where", {none, node.Scalar(DType::kF32, 1), scale}));
  TINYC_ASSIGN_OR_RETURN(Value * low, node.Emit("div", {bound[0], scale}));
  TINYC_ASSIGN_OR_RETURN(low, node.Emit("round", {low}));  // -z
  TINYC_ASSIGN_OR_RETURN(Value * high, WithScalar(node, "add", low, 255));
  TINYC_ASSIGN_OR_RETURN(a, node.Emit("div", {a, scale}));
  TINYC_ASSIGN_OR_RETURN(a, node.Emit("round", {a}));
  TINYC_ASSIGN_OR_RETURN(a, node.Emit("max", {a, low}));
  TINYC_ASSIGN_OR_RETURN(a, node.Emit("min", {a, high}));
  TINYC_ASSIGN_OR_RETURN(a, CastTo(node, a, DType::kS32));
  // A list of zero points is one per column.
  const QuantOperands columns{
      .scale = 2, .zero_point = 3, .axis = -1, .broadcast = true};
  TINYC_ASSIGN_OR_RETURN(Value * b, Centered(node, 1, columns, DType::kS32));
  TINYC_ASSIGN_OR_RETURN(Value * y, node.Emit("matmul", {a, b}));
  TINYC_ASSIGN_OR_RETURN(y, CastTo(node, y, DType::kF32));
  TINYC_ASSIGN_OR_RETURN(scale, node.Emit("mul", {scale, b_scale}));
  TINYC_ASSIGN_OR_RETURN(y, node.Emit("mul", {y, scale}));
  if (bias == nullptr) return node.SetOutput(0, y);
  return node.SetOutput(0, node.Emit("add", {y, bias}));
}

}  // namespace tinyc
