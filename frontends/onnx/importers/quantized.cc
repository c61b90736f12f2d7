// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/importers/quantized.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// A type that a quantized tensor of the IR may store.
bool IsStored(DType dtype) {
  return IsInteger(dtype) && InfoOf(dtype).bits <= 32;
}

bool IsScale(DType dtype) { return IsFloat(dtype) && InfoOf(dtype).bits >= 16; }

// The type, the scale and, when there is one, the zero point are such as ONNX
// wants.
absl::Status CheckParameters(const OnnxNode& node, DType dtype,
                             const QuantOperands& where) {
  const bool small_float =
      IsFloat(dtype) && InfoOf(dtype).bits <= 8 && dtype != DType::kF8E8M0;
  if (!IsStored(dtype) && !small_float) {
    return Unimplemented("quantization to ", InfoOf(dtype).text,
                         " is not supported");
  }
  if (!node.HasInput(where.scale)) return Invalid("it has no scale");
  TINYC_ASSIGN_OR_RETURN(const TensorType scale, node.InputType(where.scale));
  if (!IsScale(scale.dtype)) {
    return Unimplemented("scales of type ", InfoOf(scale.dtype).text,
                         " are not supported");
  }
  if (!node.HasInput(where.zero_point)) return absl::OkStatus();
  TINYC_ASSIGN_OR_RETURN(const TensorType zero,
                         node.InputType(where.zero_point));
  if (zero.dtype == dtype && zero.num_elements() == scale.num_elements()) {
    return absl::OkStatus();
  }
  return Invalid("its zero point has the type ", ToString(zero), ", its scale ",
                 ToString(scale), ", the tensor stores ", InfoOf(dtype).text);
}

// Quantizers of weights write negative scales of blocks, so that the weight
// farthest from 0 takes the integer farthest from 0.
absl::Status CheckScales(const Tensor& scale, const QuantOperands& where) {
  for (int64_t i = 0; i < scale.size(); ++i) {
    const float value = static_cast<float>(scale.At(i));
    if (!std::isfinite(value) || value == 0 ||
        (value < 0 && where.block == 0)) {
      return Invalid("its scale ", value, " is not a positive number");
    }
  }
  return absl::OkStatus();
}

// How parameters of shape `scale` lie along a tensor of shape `x`.
struct Spread {
  size_t axis = 0;
  bool per_tensor = false;
  bool broadcasts = false;  // as they are
  Shape blocks = {};        // the shape of blocked scales
};
absl::StatusOr<Spread> SpreadOf(const Shape& x, const Shape& scale,
                                const QuantOperands& where) {
  Spread spread;
  if (where.block == 0 && NumElements(scale) == 1) {
    spread.per_tensor = true;
    return spread;
  }
  if (where.broadcast && scale.size() == x.size()) {
    spread.broadcasts = true;
    for (size_t d = 0; d < x.size(); ++d) {
      spread.broadcasts &= scale[d] == 1 || scale[d] == x[d];
    }
    if (spread.broadcasts) return spread;
  }
  TINYC_ASSIGN_OR_RETURN(
      const int64_t axis,
      NormalAxis(where.axis, static_cast<int64_t>(x.size())));
  spread.axis = static_cast<size_t>(axis);
  Shape expected = {x[spread.axis]};
  if (where.block > 0) {
    spread.blocks = x;
    int64_t& dim = spread.blocks[spread.axis];
    dim = (dim + where.block - 1) / where.block;
    expected = spread.blocks;
  }
  if (where.block >= 0 && scale == expected) return spread;
  return Invalid("scales of shape ", ToString(scale),
                 " do not fit a tensor of shape ", ToString(x));
}

// Operand `i`, a scale or zero point, as `dtype` in a shape that broadcasts to
// `x`.
absl::StatusOr<Value*> Parameter(OnnxNode& node, size_t i, DType dtype,
                                 const Shape& x, const QuantOperands& where) {
  TINYC_ASSIGN_OR_RETURN(Value * p, node.Input(i));
  TINYC_ASSIGN_OR_RETURN(p, CastTo(node, p, dtype));
  TINYC_ASSIGN_OR_RETURN(const Spread spread,
                         SpreadOf(x, p->type().shape, where));
  if (spread.per_tensor) return ReshapeTo(node, p, {});
  if (spread.broadcasts) return p;
  if (where.block == 0) {
    Shape column(x.size() - spread.axis, 1);
    column[0] = x[spread.axis];
    return ReshapeTo(node, p, column);
  }
  // Every block is repeated, the last one as far as x goes.
  std::vector<int64_t> apart(spread.blocks.begin(), spread.blocks.end());
  const size_t within = spread.axis + 1;
  apart.insert(apart.begin() + static_cast<std::ptrdiff_t>(within), 1);
  TINYC_ASSIGN_OR_RETURN(p, ReshapeTo(node, p, apart));
  apart[within] = where.block;
  TINYC_ASSIGN_OR_RETURN(p, node.Emit("expand", {p}, {{"shape", apart}}));
  Shape whole = spread.blocks;
  whole[spread.axis] *= where.block;
  TINYC_ASSIGN_OR_RETURN(p, ReshapeTo(node, p, whole));
  if (whole == x) return p;
  return node.Emit("slice", {p},
                   {{"starts", std::vector<int64_t>(x.size(), 0)},
                    {"sizes", std::vector<int64_t>(x.begin(), x.end())}});
}

// True when the zero point is there and not known to be all 0.
absl::StatusOr<bool> HasOffset(OnnxNode& node, const QuantOperands& where) {
  if (!node.HasInput(where.zero_point)) return false;
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> zero,
                         node.InputIfConstant(where.zero_point));
  if (zero == nullptr) return true;
  for (int64_t i = 0; i < zero->size(); ++i) {
    if (zero->At(i) != 0) return true;
  }
  return false;
}

// The type in which numpy divides x by a scale.
DType DivisionType(DType x, DType scale) {
  if (x == DType::kF64 || scale == DType::kF64) return DType::kF64;
  return x == scale ? x : DType::kF32;
}

absl::StatusOr<Value*> QuantizeByArithmetic(OnnxNode& node, Value* x,
                                            DType dtype,
                                            const QuantOperands& where,
                                            DType precision) {
  const Shape shape = x->type().shape;
  TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, precision));
  TINYC_ASSIGN_OR_RETURN(Value * scale,
                         Parameter(node, where.scale, precision, shape, where));
  TINYC_ASSIGN_OR_RETURN(Value * y, node.Emit("div", {x, scale}));
  if (precision != DType::kF64) {
    // Floats of 32 bits hold the sum with a zero point of 16.
    TINYC_ASSIGN_OR_RETURN(y, CastTo(node, y, DType::kF32));
  }
  if (IsInteger(dtype)) {
    TINYC_ASSIGN_OR_RETURN(y, node.Emit("round", {y}));
  }
  TINYC_ASSIGN_OR_RETURN(const bool has_offset, HasOffset(node, where));
  if (has_offset) {
    TINYC_ASSIGN_OR_RETURN(
        Value * zero,
        Parameter(node, where.zero_point, y->type().dtype, shape, where));
    TINYC_ASSIGN_OR_RETURN(y, node.Emit("add", {y, zero}));
  }
  if (IsInteger(dtype)) {
    TINYC_ASSIGN_OR_RETURN(
        y, node.Emit("clip", {y},
                     {{"min", static_cast<float>(MinOf(dtype))},
                      {"max", static_cast<float>(MaxOf(dtype))}}));
  }
  return CastTo(node, y, dtype);
}

}  // namespace

absl::StatusOr<std::optional<ElemType>> StaticElem(OnnxNode& node, DType dtype,
                                                   const Shape& x,
                                                   const QuantOperands& where) {
  TINYC_RETURN_IF_ERROR(CheckParameters(node, dtype, where));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> scale,
                         node.InputIfConstant(where.scale));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> zero,
                         node.InputIfConstant(where.zero_point));
  if (!IsStored(dtype) || scale == nullptr ||
      (zero == nullptr && node.HasInput(where.zero_point))) {
    return std::nullopt;
  }
  TINYC_RETURN_IF_ERROR(CheckScales(*scale, where));
  auto quant = std::make_shared<Quant>();
  for (int64_t i = 0; i < scale->size(); ++i) {
    quant->scale.push_back(static_cast<float>(scale->At(i)));
    quant->zero_point.push_back(
        zero == nullptr ? 0 : static_cast<int32_t>(zero->IntAt(i)));
  }
  TINYC_ASSIGN_OR_RETURN(const Spread spread,
                         SpreadOf(x, scale->shape(), where));
  if (spread.broadcasts) return std::nullopt;
  if (!spread.per_tensor) {
    quant->axis = static_cast<int>(spread.axis);
    quant->block = where.block;
  }
  return ElemType{dtype, std::move(quant)};
}

absl::StatusOr<Value*> Centered(OnnxNode& node, size_t i,
                                const QuantOperands& where, DType dtype) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(i));
  const Shape shape = x->type().shape;
  TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, dtype));
  TINYC_ASSIGN_OR_RETURN(const bool has_offset, HasOffset(node, where));
  if (!has_offset) return x;
  TINYC_ASSIGN_OR_RETURN(
      Value * zero, Parameter(node, where.zero_point, dtype, shape, where));
  return node.Emit("sub", {x, zero});
}

absl::StatusOr<Dequantized> DequantizeInput(OnnxNode& node, size_t i,
                                            const QuantOperands& where) {
  TINYC_ASSIGN_OR_RETURN(const TensorType type, node.InputType(i));
  Dequantized result{.stored = type.dtype};
  TINYC_ASSIGN_OR_RETURN(result.elem,
                         StaticElem(node, type.dtype, type.shape, where));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> constant,
                         node.InputIfConstant(i));
  // Numbers below a byte stay packed in weights only.
  if (result.elem && (constant != nullptr || InfoOf(type.dtype).bits >= 8)) {
    TINYC_ASSIGN_OR_RETURN(Value * stored, node.InputAs(i, *result.elem));
    TINYC_ASSIGN_OR_RETURN(result.value, node.Emit("dequantize", {stored}));
    return result;
  }
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(i));
  TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kF32));
  TINYC_ASSIGN_OR_RETURN(const bool has_offset, HasOffset(node, where));
  if (has_offset) {
    TINYC_ASSIGN_OR_RETURN(
        Value * zero,
        Parameter(node, where.zero_point, DType::kF32, type.shape, where));
    TINYC_ASSIGN_OR_RETURN(x, node.Emit("sub", {x, zero}));
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * scale,
      Parameter(node, where.scale, DType::kF32, type.shape, where));
  TINYC_ASSIGN_OR_RETURN(result.value, node.Emit("mul", {x, scale}));
  return result;
}

absl::StatusOr<Value*> QuantizeTo(OnnxNode& node, Value* x, DType dtype,
                                  const QuantOperands& where,
                                  std::optional<DType> precision) {
  TINYC_ASSIGN_OR_RETURN(const std::optional<ElemType> elem,
                         StaticElem(node, dtype, x->type().shape, where));
  TINYC_ASSIGN_OR_RETURN(const TensorType scale, node.InputType(where.scale));
  if (!precision) precision = DivisionType(x->type().dtype, scale.dtype);
  if (elem && InfoOf(dtype).bits >= 8 && *precision == DType::kF32) {
    TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kF32));
    return node.Emit("quantize", {x}, {}, *elem);
  }
  return QuantizeByArithmetic(node, x, dtype, where, *precision);
}

absl::StatusOr<Value*> QuantizeResult(OnnxNode& node, Value* y, size_t scale,
                                      DType dtype) {
  if (node.HasInput(scale + 1)) {
    TINYC_ASSIGN_OR_RETURN(const TensorType zero, node.InputType(scale + 1));
    dtype = zero.dtype;
  }
  return QuantizeTo(node, y, dtype, {.scale = scale, .zero_point = scale + 1},
                    DType::kF32);
}

absl::StatusOr<Value*> DequantizeBias(OnnxNode& node, size_t i,
                                      const QuantOperands& x,
                                      const QuantOperands& w, float alpha,
                                      int64_t axis) {
  TINYC_ASSIGN_OR_RETURN(const TensorType bias, node.InputType(i));
  TINYC_ASSIGN_OR_RETURN(const TensorType x_scale, node.InputType(x.scale));
  TINYC_ASSIGN_OR_RETURN(const TensorType w_scale, node.InputType(w.scale));
  if (bias.dtype != DType::kS32 || x_scale.num_elements() != 1) {
    return Unimplemented("a bias of ", InfoOf(bias.dtype).text,
                         " or an input with several scales is not supported");
  }
  if (!(alpha > 0)) return Unimplemented("alpha ", alpha, " is not supported");
  const int64_t scales = w_scale.num_elements();
  if (scales != 1 && (axis < 0 || axis >= bias.rank() ||
                      bias.shape[static_cast<size_t>(axis)] != scales)) {
    return Invalid("a bias of shape ", ToString(bias.shape), " has no ", scales,
                   " scales");
  }
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> xs,
                         node.InputIfConstant(x.scale));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> ws,
                         node.InputIfConstant(w.scale));
  if (xs != nullptr && ws != nullptr) {
    auto quant = std::make_shared<Quant>();
    for (int64_t k = 0; k < scales; ++k) {
      quant->scale.push_back(alpha * static_cast<float>(xs->At(0)) *
                             static_cast<float>(ws->At(k)));
      quant->zero_point.push_back(0);
    }
    if (scales != 1) quant->axis = static_cast<int>(axis);
    TINYC_ASSIGN_OR_RETURN(
        Value * stored,
        node.InputAs(i, ElemType{DType::kS32, std::move(quant)}));
    return node.Emit("dequantize", {stored});
  }
  const QuantOperands along{
      .scale = w.scale, .zero_point = w.zero_point, .axis = axis};
  TINYC_ASSIGN_OR_RETURN(
      Value * scale, Parameter(node, w.scale, DType::kF32, bias.shape, along));
  TINYC_ASSIGN_OR_RETURN(Value * factor,
                         Parameter(node, x.scale, DType::kF32, bias.shape, x));
  TINYC_ASSIGN_OR_RETURN(scale, node.Emit("mul", {scale, factor}));
  TINYC_ASSIGN_OR_RETURN(scale, WithScalar(node, "mul", scale, alpha));
  TINYC_ASSIGN_OR_RETURN(Value * b, node.Input(i));
  TINYC_ASSIGN_OR_RETURN(b, CastTo(node, b, DType::kF32));
  return node.Emit("mul", {b, scale});
}

}  // namespace tinyc
