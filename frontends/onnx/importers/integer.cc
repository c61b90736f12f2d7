// SPDX-License-Identifier: Apache-2.0
// Products of integers whose zero points are operands, and whose sums are the
// result:
//
//   MatMulInteger(a, b, az, bz)  =>  matmul(cast(a) - az, cast(b) - bz) : s32
//   ConvInteger(x, w, xz, wz)    =>  cast(conv(cast(x) - xz, cast(w) - wz))
#include <algorithm>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/quantized.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// The product of operands 0 and 1, less their zero points, which are operand
// `zero` and the one after it.
absl::StatusOr<Value*> IntegerProduct(OnnxNode& node, size_t zero) {
  // A list of zero points is one per row of the first and one per column of
  // the second factor.
  const QuantOperands rows{
      .scale = 0, .zero_point = zero, .axis = -2, .broadcast = true};
  const QuantOperands columns{
      .scale = 0, .zero_point = zero + 1, .axis = -1, .broadcast = true};
  TINYC_ASSIGN_OR_RETURN(Value * a, Centered(node, 0, rows, DType::kS32));
  TINYC_ASSIGN_OR_RETURN(Value * b, Centered(node, 1, columns, DType::kS32));
  return node.Emit("matmul", {a, b});
}

}  // namespace

absl::Status ImportMatMulInteger(OnnxNode& node) {
  return node.SetOutput(0, IntegerProduct(node, 2));
}

// com.microsoft: the product times both scales, plus a bias.
absl::Status ImportMatMulIntegerToFloat(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * y, IntegerProduct(node, 4));
  TINYC_ASSIGN_OR_RETURN(Value * scale, node.Input(2));
  TINYC_ASSIGN_OR_RETURN(Value * b_scale, node.Input(3));
  TINYC_ASSIGN_OR_RETURN(scale, node.Emit("mul", {scale, b_scale}));
  TINYC_ASSIGN_OR_RETURN(y, CastTo(node, y, scale->type().dtype));
  TINYC_ASSIGN_OR_RETURN(y, node.Emit("mul", {y, scale}));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.OptionalInput(6));
  if (bias == nullptr) return node.SetOutput(0, y);
  return node.SetOutput(0, node.Emit("add", {y, bias}));
}

// Floats in which every sum is exact, since it is an integer that they hold.
absl::Status ImportConvInteger(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const TensorType weight, node.InputType(1));
  const int64_t channels = weight.rank() == 0 ? 1 : weight.shape[0];
  const int64_t terms = weight.num_elements() / std::max<int64_t>(channels, 1);
  const DType dtype = terms * 255 * 255 < (1 << 24) ? DType::kF32 : DType::kF64;
  TINYC_ASSIGN_OR_RETURN(
      Value * x, Centered(node, 0, {.scale = 0, .zero_point = 2}, dtype));
  TINYC_ASSIGN_OR_RETURN(
      Value * w, Centered(node, 1, {.scale = 0, .zero_point = 3}, dtype));
  TINYC_ASSIGN_OR_RETURN(Value * y, EmitConv(node, x, w, nullptr));
  return node.SetOutput(0, CastTo(node, y, DType::kS32));
}

}  // namespace tinyc
