// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/quantize.h"

#include <algorithm>
#include <cmath>

#include "compiler/ops/fixed_point.h"
#include "compiler/ops/registry.h"

namespace tinyc {
namespace {

// The arithmetic reads no scale where the type says that there is none.
absl::Status CheckScales(const ElemType& elem, const Shape& shape) {
  const Quant& quant = *elem.quant;
  if (quant.per_tensor()) return absl::OkStatus();
  const size_t axis = static_cast<size_t>(quant.axis);
  if (axis >= shape.size() ||
      (quant.block == 0 &&
       static_cast<int64_t>(quant.scale.size()) != shape[axis])) {
    return Invalid("there are ", quant.scale.size(), " scales along axis ",
                   quant.axis, " of a tensor of shape ", ToString(shape));
  }
  return absl::OkStatus();
}

bool Requantizable(const TensorType& type) {
  const int bits = InfoOf(type.dtype).bits;
  return type.quantized() && type.quant->per_tensor() &&
         (bits == 8 || bits == 16);
}

}  // namespace

void RegisterQuantize(OpRegistry& registry) {
  registry.Add(std::make_unique<QuantizeOp>());
  registry.Add(std::make_unique<Dequantize>());
  registry.Add(std::make_unique<Requantize>());
  registry.Add(std::make_unique<Reinterpret>());
}

absl::StatusOr<std::vector<TensorType>> QuantizeOp::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  if (x.quantized() || !IsFloat(x.dtype)) {  // quantize_c1
    return Invalid("only plain floats can be quantized");
  }
  const ElemType wanted = args.WantedOr(0, x.elem());
  if (!wanted.quant || !IsInteger(wanted.dtype) ||
      InfoOf(wanted.dtype).bits > 32) {  // quantize_c2
    return Invalid("the result of quantize has a quantized type");
  }
  TINYC_RETURN_IF_ERROR(CheckScales(wanted, x.shape));  // quantize_c3
  return std::vector{TensorType(wanted, x.shape)};
}

absl::Status QuantizeOp::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const Quant& quant = *y.type().quant;
  for (int64_t i = 0; i < x.size(); ++i) {
    const size_t c = QuantIndex(y.type(), i);
    const float quotient = static_cast<float>(x.At(i)) / quant.scale[c];
    y.Set(i, double{std::nearbyintf(quotient)} + quant.zero_point[c]);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TensorType>> Dequantize::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  if (!x.quantized()) {  // dequantize_c1
    return Invalid("only quantized numbers can be dequantized");
  }
  return std::vector{TensorType(DType::kF32, x.shape)};
}

absl::Status Dequantize::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Quant& quant = *x.type().quant;
  for (int64_t i = 0; i < x.size(); ++i) {
    const size_t c = QuantIndex(x.type(), i);
    const float steps = static_cast<float>(x.IntAt(i) - quant.zero_point[c]);
    args.out[0]->Set(i, steps * quant.scale[c]);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TensorType>> Requantize::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const TensorType y(args.WantedOr(0, x.elem()), x.shape);
  if (!Requantizable(x) || !Requantizable(y)) {  // requantize_c1
    return Invalid(
        "operand and result of requantize are quantized per tensor, with 8 or "
        "16 bits");
  }
  return std::vector{y};
}

absl::Status Requantize::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const Quant& from = *x.type().quant;
  const Quant& to = *y.type().quant;
  TINYC_ASSIGN_OR_RETURN(
      const FixedScale scale,
      RenderScale({double{from.scale[0]} / double{to.scale[0]}}, y.dtype(), 0));
  for (int64_t i = 0; i < x.size(); ++i) {
    const int64_t centered = x.IntAt(i) - from.zero_point[0];
    y.SetInt(i, int64_t{Rescale(centered, scale, 0)} + to.zero_point[0]);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TensorType>> Reinterpret::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const ElemType wanted = args.WantedOr(0, x.elem());
  if (InfoOf(wanted.dtype).bits != InfoOf(x.dtype).bits) {  // reinterpret_c1
    return Invalid("elements of ", InfoOf(x.dtype).bits,
                   " bits cannot be taken for ", InfoOf(wanted.dtype).text);
  }
  return std::vector{TensorType(wanted, x.shape)};
}

absl::Status Reinterpret::Evaluate(const EvalArgs& args) const {
  const absl::Span<const uint8_t> x = args.in[0]->bytes();
  std::copy(x.begin(), x.end(), args.out[0]->bytes().begin());
  return absl::OkStatus();
}

}  // namespace tinyc
