// SPDX-License-Identifier: Apache-2.0
// Quantized operators: dequantize, compute in real numbers, quantize.  A pass
// turns what stands between dequantize and quantize into integers, the same way
// for operators on integers and for QuantizeLinear/DequantizeLinear pairs.
//
//   QLinearConv(x, ...)        =>  quantize(conv(dequantize(x), ...))
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/quantized.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// The parameters of QuantizeLinear and DequantizeLinear.
QuantOperands LinearOperands(OnnxNode& node) {
  return {.scale = 1,
          .zero_point = 2,
          .axis = node.Int("axis", 1),
          .block = node.Int("block_size", 0)};
}

// What an attribute with the number of an element type says; nullopt for 0.
absl::StatusOr<std::optional<DType>> TypeAttr(OnnxNode& node,
                                              absl::string_view name) {
  const int64_t number = node.Int(name, 0);
  if (number == 0) return std::nullopt;
  const std::optional<DType> dtype = DTypeFromOnnx(static_cast<int>(number));
  if (!dtype) return Unimplemented(name, " ", number, " is not supported");
  return dtype;
}

absl::StatusOr<Dequantized> DequantizeThree(OnnxNode& node, size_t i,
                                            int64_t axis = 0) {
  return DequantizeInput(node, i, QuantOperands::After(i, axis));
}

}  // namespace

absl::Status ImportDequantizeLinear(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Dequantized x,
                         DequantizeInput(node, 0, LinearOperands(node)));
  TINYC_ASSIGN_OR_RETURN(const TensorType scale, node.InputType(1));
  TINYC_ASSIGN_OR_RETURN(const std::optional<DType> to,
                         TypeAttr(node, "output_dtype"));
  const DType dtype = to.value_or(scale.dtype);
  if (!IsFloat(dtype) || InfoOf(dtype).bits < 16) {
    return Unimplemented("output_dtype ", InfoOf(dtype).text,
                         " is not supported");
  }
  return node.SetOutput(0, CastTo(node, x.value, dtype));
}

absl::Status ImportQuantizeLinear(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const std::optional<DType> to,
                         TypeAttr(node, "output_dtype"));
  TINYC_ASSIGN_OR_RETURN(const std::optional<DType> precision,
                         TypeAttr(node, "precision"));
  if (precision && (!IsFloat(*precision) || InfoOf(*precision).bits < 16)) {
    return Unimplemented("precision ", InfoOf(*precision).text,
                         " is not supported");
  }
  DType dtype = to.value_or(DType::kU8);
  if (node.HasInput(2)) {
    TINYC_ASSIGN_OR_RETURN(const TensorType zero, node.InputType(2));
    if (to && *to != zero.dtype) {
      return Invalid("output_dtype differs from the type of the zero point");
    }
    dtype = zero.dtype;
  }
  const bool saturates = node.Int("saturate", 1) != 0;
  if (!saturates && IsFloat(dtype) && InfoOf(dtype).bits == 8) {
    return Unimplemented("8-bit floats that do not saturate are not supported");
  }
  return node.SetOutput(
      0, QuantizeTo(node, x, dtype, LinearOperands(node), precision));
}

absl::Status ImportQLinearConv(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Dequantized x, DequantizeThree(node, 0));
  TINYC_ASSIGN_OR_RETURN(const Dequantized w, DequantizeThree(node, 3));
  Value* bias = nullptr;
  if (node.HasInput(8)) {
    TINYC_ASSIGN_OR_RETURN(bias,
                           DequantizeBias(node, 8, QuantOperands::After(0),
                                          QuantOperands::After(3), 1, 0));
  }
  TINYC_ASSIGN_OR_RETURN(Value * y, EmitConv(node, x.value, w.value, bias));
  return node.SetOutput(0, QuantizeResult(node, y, 6, x.stored));
}

absl::Status ImportQLinearMatMul(OnnxNode& node) {
  // A list of scales is one per row of the first and one per column of the
  // second factor.
  QuantOperands rows = QuantOperands::After(0, -2);
  QuantOperands columns = QuantOperands::After(3, -1);
  rows.broadcast = columns.broadcast = true;
  TINYC_ASSIGN_OR_RETURN(const Dequantized a, DequantizeInput(node, 0, rows));
  TINYC_ASSIGN_OR_RETURN(const Dequantized b,
                         DequantizeInput(node, 3, columns));
  TINYC_ASSIGN_OR_RETURN(Value * y,
                         EmitLinear(node, a.value, b.value, false, nullptr));
  return node.SetOutput(0, QuantizeResult(node, y, 6, a.stored));
}

}  // namespace tinyc
