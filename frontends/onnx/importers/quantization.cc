// SPDX-License-Identifier: Apache-2.0
// Quantized operators.  Scales and zero points become part of element types:
//
//   QuantizeLinear(x, s, z)    =>  quantize(x) : u8 q(s, z)
//   DequantizeLinear(x, s, z)  =>  dequantize(reinterpret(x) : u8 q(s, z))
//   QLinearConv(x, ...)        =>  quantize(conv(dequantize(x), ...))
//
// where reinterpret is left out for a constant and for an x of that type.  A
// pass turns what stands between dequantize and quantize into integers, the
// same way for both of ONNX's forms.
#include <algorithm>
#include <cmath>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

bool CanBeQuantized(DType dtype) {
  return IsInteger(dtype) && InfoOf(dtype).bits <= 32;
}

// Where the parameters of a quantized tensor are.
struct QuantOperands {
  size_t scale;
  size_t zero_point;
  // Of scales that are a list (one per index along `axis`) or, with a block
  // size, a tensor.
  int64_t axis = 0;
  int64_t block = 0;
};

absl::Status CheckScales(const Tensor& scale) {
  for (int64_t i = 0; i < scale.size(); ++i) {
    const float value = static_cast<float>(scale.At(i));
    if (!std::isfinite(value) || value <= 0) {
      return Invalid("its scale ", value, " is not a positive number");
    }
  }
  return absl::OkStatus();
}

// Sets where along the tensor of shape `x` the scales belong.
absl::Status SetAxis(const Shape& x, const Shape& scale,
                     const QuantOperands& where, Quant* quant) {
  const int64_t rank = static_cast<int64_t>(x.size());
  if (where.block == 0) {
    if (quant->scale.size() == 1) return absl::OkStatus();  // per tensor
    TINYC_ASSIGN_OR_RETURN(const int64_t axis, NormalAxis(where.axis, rank));
    quant->axis = static_cast<int>(axis);
    if (scale == Shape{x[static_cast<size_t>(axis)]}) return absl::OkStatus();
  } else if (where.block > 0) {
    TINYC_ASSIGN_OR_RETURN(const int64_t axis, NormalAxis(where.axis, rank));
    quant->axis = static_cast<int>(axis);
    quant->block = where.block;
    Shape blocks = x;
    int64_t& dim = blocks[static_cast<size_t>(axis)];
    dim = (dim + where.block - 1) / where.block;
    if (scale == blocks) return absl::OkStatus();
  }
  return Invalid("scales of shape ", ToString(scale),
                 " do not fit a tensor of shape ", ToString(x));
}

// The quantized element type that stores `dtype`.
absl::StatusOr<ElemType> ReadElem(OnnxNode& node, DType dtype, const Shape& x,
                                  const QuantOperands& where) {
  if (!CanBeQuantized(dtype)) {
    return Unimplemented("quantization to ", InfoOf(dtype).text,
                         " is not supported");
  }
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> scale,
                         node.ConstantInput(where.scale));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> zero,
                         node.ConstantInput(where.zero_point));
  if (scale == nullptr) return Invalid("it has no scale");
  if (!IsFloat(scale->dtype()) || InfoOf(scale->dtype()).bits < 16) {
    return Unimplemented("scales of type ", InfoOf(scale->dtype()).text,
                         " are not supported");
  }
  TINYC_RETURN_IF_ERROR(CheckScales(*scale));
  if (zero != nullptr &&
      (zero->dtype() != dtype || zero->size() != scale->size())) {
    return Invalid("its zero point has the type ", ToString(zero->type()),
                   ", its scale ", ToString(scale->type()),
                   ", the tensor stores ", InfoOf(dtype).text);
  }
  auto quant = std::make_shared<Quant>();
  for (int64_t i = 0; i < scale->size(); ++i) {
    quant->scale.push_back(static_cast<float>(scale->At(i)));
    quant->zero_point.push_back(
        zero == nullptr ? 0 : static_cast<int32_t>(zero->IntAt(i)));
  }
  TINYC_RETURN_IF_ERROR(SetAxis(x, scale->shape(), where, quant.get()));
  return ElemType{dtype, std::move(quant)};
}

// Operand `i`, stored as `elem`, as real numbers.
absl::StatusOr<Value*> Dequantize(OnnxNode& node, size_t i,
                                  const ElemType& elem) {
  TINYC_ASSIGN_OR_RETURN(Value * stored, node.InputAs(i, elem));
  return node.Emit("dequantize", {stored});
}

// Operands i, i + 1 and i + 2: a tensor, its scale and its zero point.
struct Dequantized {
  Value* value;
  ElemType elem;  // as it is stored
};
absl::StatusOr<Dequantized> DequantizeThree(OnnxNode& node, size_t i,
                                            int64_t axis = 0) {
  TINYC_ASSIGN_OR_RETURN(const TensorType type, node.InputType(i));
  TINYC_ASSIGN_OR_RETURN(
      ElemType elem,
      ReadElem(node, type.dtype, type.shape,
               {.scale = i + 1, .zero_point = i + 2, .axis = axis}));
  TINYC_ASSIGN_OR_RETURN(Value * value, Dequantize(node, i, elem));
  return Dequantized{value, std::move(elem)};
}

// `y` quantized as the operands `scale` and `scale + 1` say; in `dtype` where
// there is no zero point.
absl::StatusOr<Value*> QuantizeResult(OnnxNode& node, Value* y, size_t scale,
                                      DType dtype) {
  if (node.HasInput(scale + 1)) {
    TINYC_ASSIGN_OR_RETURN(const TensorType zero, node.InputType(scale + 1));
    dtype = zero.dtype;
  }
  TINYC_ASSIGN_OR_RETURN(const ElemType elem,
                         ReadElem(node, dtype, y->type().shape,
                                  {.scale = scale, .zero_point = scale + 1}));
  return node.Emit("quantize", {y}, {}, elem);
}

// The type of an integer bias, which has the scale of the products x * w and
// along `axis` as many of them as w has.
absl::StatusOr<ElemType> BiasElem(OnnxNode& node, size_t i, const ElemType& x,
                                  const ElemType& w, float alpha, int axis) {
  TINYC_ASSIGN_OR_RETURN(const TensorType bias, node.InputType(i));
  if (bias.dtype != DType::kS32 || !x.quant->per_tensor()) {
    return Unimplemented("a bias of ", InfoOf(bias.dtype).text,
                         " or an input with several scales is not supported");
  }
  if (!(alpha > 0)) return Unimplemented("alpha ", alpha, " is not supported");
  auto quant = std::make_shared<Quant>();
  for (const float scale : w.quant->scale) {
    quant->scale.push_back(alpha * x.quant->scale[0] * scale);
    quant->zero_point.push_back(0);
  }
  if (!w.quant->per_tensor()) {
    quant->axis = axis;
    if (axis < 0 || axis >= bias.rank() ||
        bias.shape[static_cast<size_t>(axis)] !=
            static_cast<int64_t>(quant->scale.size())) {
      return Invalid("a bias of shape ", ToString(bias.shape), " has no ",
                     quant->scale.size(), " scales");
    }
  }
  return ElemType{DType::kS32, std::move(quant)};
}

}  // namespace

absl::Status ImportDequantizeLinear(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const TensorType type, node.InputType(0));
  TINYC_ASSIGN_OR_RETURN(const ElemType elem,
                         ReadElem(node, type.dtype, type.shape,
                                  {.scale = 1,
                                   .zero_point = 2,
                                   .axis = node.Int("axis", 1),
                                   .block = node.Int("block_size", 0)}));
  TINYC_ASSIGN_OR_RETURN(Value * y, Dequantize(node, 0, elem));
  TINYC_ASSIGN_OR_RETURN(const TensorType scale, node.InputType(1));
  const int64_t to = node.Int("output_dtype", 0);
  const std::optional<DType> dtype =
      to == 0 ? scale.dtype : DTypeFromOnnx(static_cast<int>(to));
  if (!dtype || !IsFloat(*dtype) || InfoOf(*dtype).bits < 16) {
    return Unimplemented("output_dtype ", to, " is not supported");
  }
  return node.SetOutput(0, CastTo(node, y, *dtype));
}

absl::Status ImportQuantizeLinear(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  node.Int("saturate", 1);  // of 8-bit floats, which are refused below
  const int64_t to = node.Int("output_dtype", 0);
  const int64_t precision = node.Int("precision", 0);
  if (precision != 0 && precision != InfoOf(DType::kF32).onnx) {
    return Unimplemented("precision ", precision, " is not supported");
  }
  std::optional<DType> dtype =
      to == 0 ? DType::kU8 : DTypeFromOnnx(static_cast<int>(to));
  if (node.HasInput(2)) {
    TINYC_ASSIGN_OR_RETURN(const TensorType zero, node.InputType(2));
    if (to != 0 && dtype != zero.dtype) {
      return Invalid("output_dtype differs from the type of the zero point");
    }
    dtype = zero.dtype;
  }
  if (!dtype) return Unimplemented("output_dtype ", to, " is not supported");
  TINYC_ASSIGN_OR_RETURN(const ElemType elem,
                         ReadElem(node, *dtype, x->type().shape,
                                  {.scale = 1,
                                   .zero_point = 2,
                                   .axis = node.Int("axis", 1),
                                   .block = node.Int("block_size", 0)}));
  TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kF32));
  return node.SetOutput(0, node.Emit("quantize", {x}, {}, elem));
}

absl::Status ImportQLinearConv(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Dequantized x, DequantizeThree(node, 0));
  TINYC_ASSIGN_OR_RETURN(const Dequantized w, DequantizeThree(node, 3));
  Value* bias = nullptr;
  if (node.HasInput(8)) {
    TINYC_ASSIGN_OR_RETURN(const ElemType elem,
                           BiasElem(node, 8, x.elem, w.elem, 1, 0));
    TINYC_ASSIGN_OR_RETURN(bias, Dequantize(node, 8, elem));
  }
  TINYC_ASSIGN_OR_RETURN(Value * y, EmitConv(node, x.value, w.value, bias));
  return node.SetOutput(0, QuantizeResult(node, y, 6, x.elem.dtype));
}

absl::Status ImportQLinearMatMul(OnnxNode& node) {
  // A list of scales is one per row of the first and one per column of the
  // second factor.
  TINYC_ASSIGN_OR_RETURN(const Dequantized a, DequantizeThree(node, 0, -2));
  TINYC_ASSIGN_OR_RETURN(const Dequantized b, DequantizeThree(node, 3, -1));
  TINYC_ASSIGN_OR_RETURN(Value * y,
                         EmitLinear(node, a.value, b.value, false, nullptr));
  return node.SetOutput(0, QuantizeResult(node, y, 6, a.elem.dtype));
}

// com.microsoft: alpha * a' * b' + c, the integers c with the scale of the
// products; without a scale for the result, it is real.
absl::Status ImportQGemm(OnnxNode& node) {
  const float alpha = node.Float("alpha", 1);
  const int64_t b_axis = node.Int("transB", 0) != 0 ? 0 : 1;
  TINYC_ASSIGN_OR_RETURN(const Dequantized a, DequantizeThree(node, 0));
  TINYC_ASSIGN_OR_RETURN(const Dequantized b, DequantizeThree(node, 3, b_axis));
  Value* c = nullptr;
  if (node.HasInput(6)) {
    TINYC_ASSIGN_OR_RETURN(const TensorType type, node.InputType(6));
    TINYC_ASSIGN_OR_RETURN(
        const ElemType elem,
        BiasElem(node, 6, a.elem, b.elem, alpha, type.rank() - 1));
    TINYC_ASSIGN_OR_RETURN(c, Dequantize(node, 6, elem));
  }
  TINYC_ASSIGN_OR_RETURN(Value * y,
                         EmitGemm(node, a.value, b.value, c, alpha, 1));
  if (!node.HasInput(7)) return node.SetOutput(0, y);
  return node.SetOutput(0, QuantizeResult(node, y, 7, a.elem.dtype));
}

// com.microsoft QLinearAdd, QLinearMul.
absl::Status ImportQLinearBinary(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Dequantized a, DequantizeThree(node, 0));
  TINYC_ASSIGN_OR_RETURN(const Dequantized b, DequantizeThree(node, 3));
  TINYC_ASSIGN_OR_RETURN(Value * y,
                         node.Emit(node.type() == "QLinearAdd" ? "add" : "mul",
                                   {a.value, b.value}));
  return node.SetOutput(0, QuantizeResult(node, y, 6, a.elem.dtype));
}

}  // namespace tinyc
