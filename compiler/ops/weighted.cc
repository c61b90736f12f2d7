// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/weighted.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace tinyc {
namespace {

size_t Channel(const Quant& quant, int64_t channel) {
  return quant.per_tensor() ? 0 : static_cast<size_t>(channel);
}

}  // namespace

std::vector<double> WeightedRatios(const TensorType& x, const TensorType& w,
                                   const TensorType& y) {
  std::vector<double> ratios;
  for (int64_t o = 0; o < w.shape[0]; ++o) {
    ratios.push_back(static_cast<double>(x.quant->scale[0]) *
                     static_cast<double>(w.quant->scale[Channel(*w.quant, o)]) /
                     static_cast<double>(y.quant->scale[0]));
  }
  return ratios;
}

absl::StatusOr<WeightedInts> FoldWeighted(const TensorType& x, const Tensor& w,
                                          const Tensor* bias,
                                          const TensorType& y, float act_min,
                                          float act_max, InputZero input_zero) {
  const int64_t out = w.shape()[0];
  const int64_t taps = out == 0 ? 0 : w.size() / out;
  const bool wide = InfoOf(x.dtype).bits == 16;
  const bool in_bias = input_zero == InputZero::kInBias;
  const int64_t x_zero = in_bias ? x.quant->zero_point[0] : 0;
  // No activation is greater in magnitude, as the kernel takes it.
  const int64_t x_bound =
      in_bias ? StoredBound(x.dtype) : CenteredBound(x.dtype);

  WeightedInts ints;
  ints.bias = Tensor(TensorType(wide ? DType::kS64 : DType::kS32, {out}));
  ints.mult = Tensor(TensorType(DType::kS32, {out}));
  Tensor w_zero(TensorType(DType::kS32, {out}));
  int64_t acc_bound = 0;
  for (int64_t o = 0; o < out; ++o) {
    const int64_t zero =
        w.type().quant->zero_point[Channel(*w.type().quant, o)];
    int64_t sum = 0;
    int64_t magnitude = 0;
    for (int64_t k = 0; k < taps; ++k) {
      const int64_t weight = w.IntAt(o * taps + k);
      sum += weight;
      magnitude += std::abs(weight);
    }
    const int64_t folded = (bias == nullptr ? 0 : bias->IntAt(o)) -
                           x_zero * sum + taps * x_zero * zero;
    acc_bound =
        std::max(acc_bound, std::abs(folded) +
                                (magnitude + std::abs(zero) * taps) * x_bound);
    if (!wide && acc_bound >= int64_t{1} << 31) {
      return Unimplemented("a 32-bit accumulator could overflow");
    }
    ints.bias.SetInt(o, folded);
    w_zero.SetInt(o, zero);
    if (zero != 0) ints.w_zero.emplace();
  }
  if (ints.w_zero) ints.w_zero = std::move(w_zero);
  TINYC_ASSIGN_OR_RETURN(
      const FixedScale scale,
      RenderScale(WeightedRatios(x, w.type(), y), y.dtype, acc_bound));
  for (int64_t o = 0; o < out; ++o) {
    ints.mult.SetInt(o, scale.mult[static_cast<size_t>(o)]);
  }
  ints.shift = scale.shift;
  ints.clamp = QuantizedClamp(y, act_min, act_max);
  return ints;
}

absl::StatusOr<ElemType> WeightedResult(const TensorType& x,
                                        const TensorType& w,
                                        const TensorType* bias,
                                        const ElemType& wanted) {
  if (!x.quantized() && !w.quantized()) {
    if (x.dtype != w.dtype || (bias != nullptr && bias->dtype != x.dtype)) {
      return Invalid("input, weight and bias differ in type");
    }
    return ElemType{x.dtype, nullptr};
  }
  if (!x.quantized() || !w.quantized() || !wanted.quant) {
    return Invalid(
        "either all of input, weight and result are quantized or none is");
  }
  if (!x.quant->per_tensor() || !wanted.quant->per_tensor()) {
    return Invalid("activations are quantized per tensor");
  }
  if (w.quant->block != 0 || (!w.quant->per_tensor() && w.quant->axis != 0)) {
    return Invalid("weights are quantized per tensor or per output channel");
  }
  const int bits = InfoOf(x.dtype).bits;
  if ((bits != 8 && bits != 16) || InfoOf(wanted.dtype).bits != bits) {
    return Invalid("quantized input and result are both 8 or both 16 bits");
  }
  if (bias != nullptr && bias->dtype != DType::kS32 &&
      bias->dtype != DType::kS64) {
    return Invalid("the bias of a quantized operator is s32 or s64");
  }
  return wanted;
}

}  // namespace tinyc
