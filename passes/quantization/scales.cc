// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/scales.h"

#include <algorithm>
#include <cmath>

namespace tinyc {
namespace {

// Of what is 0 everywhere, whose scale does not matter.
constexpr float kScaleOfZeros = 0x1p-30f;

float OrScaleOfZeros(double scale) {
  const float rounded = static_cast<float>(scale);
  return rounded > 0 ? rounded : kScaleOfZeros;
}

}  // namespace

Range RangeOf(const Tensor& tensor) {
  Range range;
  for (const float x : tensor.data<float>()) {
    range.min = std::min(range.min, x);
    range.max = std::max(range.max, x);
  }
  return range;
}

ElemType AsymmetricS8(Range range) {
  const double lo = std::min(range.min, 0.0f);
  const double hi = std::max(range.max, 0.0f);
  const float scale = OrScaleOfZeros((hi - lo) / 255);
  const double zero = std::clamp(-128 - lo / double{scale}, -128.0, 127.0);
  return {DType::kS8,
          Quant::PerTensor(scale, static_cast<int32_t>(std::nearbyint(zero)))};
}

ElemType SymmetricS16(Range range) {
  const double far = std::max(std::fabs(range.min), std::fabs(range.max));
  return {DType::kS16, Quant::PerTensor(OrScaleOfZeros(far / 32767), 0)};
}

Range RangeOf(const ElemType& elem) {
  const double scale = elem.quant->scale[0];
  const int64_t zero = elem.quant->zero_point[0];
  const auto real = [&](int64_t stored) {
    return static_cast<float>(scale * static_cast<double>(stored - zero));
  };
  return {real(MinOf(elem.dtype)), real(MaxOf(elem.dtype))};
}

ElemType WeightElem(DType dtype, const Tensor& weights,
                    absl::Span<const float> least) {
  auto quant = std::make_shared<Quant>();
  quant->axis = 0;
  const absl::Span<const float> numbers = weights.data<float>();
  const size_t rows = static_cast<size_t>(weights.shape()[0]);
  const size_t columns = rows == 0 ? 0 : numbers.size() / rows;
  for (size_t r = 0; r < rows; ++r) {
    float far = 0;
    for (const float w : numbers.subspan(r * columns, columns)) {
      far = std::max(far, std::fabs(w));
    }
    const float scale =
        OrScaleOfZeros(double{far} / WeightSteps(dtype).greatest);
    quant->scale.push_back(least.empty() ? scale : std::max(scale, least[r]));
    quant->zero_point.push_back(0);
  }
  return {dtype, std::move(quant)};
}

StepRange WeightSteps(DType dtype) {
  const double greatest = static_cast<double>(MaxOf(dtype));
  return {dtype == DType::kS4 ? -greatest - 1 : -greatest, greatest};
}

}  // namespace tinyc
