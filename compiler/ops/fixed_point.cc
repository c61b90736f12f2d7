// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/fixed_point.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace tinyc {
namespace {

// The greatest ratio that results of 8 bits can tell from others.
constexpr double kGreatestRatio = 1 << 14;

// With multipliers in the form of 16-bit results if `wide`.
absl::StatusOr<FixedScale> Render(absl::Span<const double> ratios, bool wide,
                                  int64_t acc_bound) {
  double greatest = 0;
  for (const double ratio : ratios) {
    if (!std::isfinite(ratio) || ratio <= 0) {
      return Invalid("a ratio of scales is not a positive number");
    }
    greatest = std::max(greatest, ratio);
  }
  FixedScale scale;
  scale.wide = wide;
  int exponent = 0;  // greatest = fraction * 2^exponent, fraction in [1/2, 1)
  std::frexp(greatest, &exponent);
  // Multipliers are ratio * 2^bits; `bits` makes the greatest fill 31 bits,
  // but never exceeds 32 in the 8-bit rendering.
  int bits = 31 - exponent;
  if (!scale.wide) bits = std::min(bits, 32);
  if (std::nearbyint(std::ldexp(greatest, bits)) >= std::ldexp(1.0, 31)) {
    --bits;
  }
  scale.shift = scale.wide ? bits : 32 - bits;
  const bool fits =
      scale.wide
          ? bits >= 17 && bits <= 62 && acc_bound < (int64_t{1} << 47)
          : scale.shift < 31 && acc_bound < (int64_t{1} << (31 - scale.shift));
  if (!fits) {
    return Unimplemented("the ratio of scales ", greatest,
                         " is outside the range of the integer arithmetic");
  }
  for (const double ratio : ratios) {
    scale.mult.push_back(
        static_cast<int32_t>(std::nearbyint(std::ldexp(ratio, bits))));
  }
  return scale;
}

}  // namespace

absl::StatusOr<FixedScale> RenderScale(absl::Span<const double> ratios,
                                       DType out, int64_t acc_bound) {
  if (InfoOf(out).bits == 16) return Render(ratios, /*wide=*/true, acc_bound);
  std::vector<double> capped;
  for (const double ratio : ratios) {
    // What is not finite stays as it is, for the error.
    capped.push_back(std::isfinite(ratio) ? std::min(ratio, kGreatestRatio)
                                          : ratio);
  }
  return Render(capped, /*wide=*/false, acc_bound);
}

int32_t Rescale(int64_t acc, const FixedScale& scale, size_t c) {
  const __int128 product = static_cast<__int128>(acc) * scale.mult[c];
  const int bits = scale.wide ? scale.shift : 32 - scale.shift;
  const __int128 y = (product + (__int128{1} << (bits - 1))) >> bits;
  constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
  constexpr int32_t kMax = std::numeric_limits<int32_t>::max();
  return y < kMin ? kMin : y > kMax ? kMax : static_cast<int32_t>(y);
}

int64_t StoredBound(DType dtype) {
  return std::max(-MinOf(dtype), MaxOf(dtype));
}

int64_t CenteredBound(DType dtype) { return MaxOf(dtype) - MinOf(dtype); }

absl::StatusOr<FixedSum> RenderSum(const TensorType& a, const TensorType& b,
                                   const TensorType& y, bool subtract) {
  const double y_scale = y.quant->scale[0];
  TINYC_ASSIGN_OR_RETURN(
      const FixedScale scale,
      Render({a.quant->scale[0] / y_scale, b.quant->scale[0] / y_scale},
             /*wide=*/false,
             std::max(StoredBound(a.dtype), StoredBound(b.dtype))));
  FixedSum sum;
  sum.a_mult = scale.mult[0];
  sum.b_mult = subtract ? -scale.mult[1] : scale.mult[1];
  sum.shift = scale.shift;
  sum.offset =
      (int64_t{1} << 31) - (int64_t{a.quant->zero_point[0]} * sum.a_mult +
                            int64_t{b.quant->zero_point[0]} * sum.b_mult) *
                               (int64_t{1} << sum.shift);
  return sum;
}

int64_t SumOf(int64_t a, int64_t b, const FixedSum& sum) {
  const __int128 scaled = (static_cast<__int128>(a) * sum.a_mult +
                           static_cast<__int128>(b) * sum.b_mult) *
                          (__int128{1} << sum.shift);
  return static_cast<int64_t>((scaled + sum.offset) >> 32);
}

IntRange QuantizedClamp(const TensorType& type, float real_min,
                        float real_max) {
  Tensor bounds(TensorType(type.dtype, {2}, type.quant));
  bounds.SetReal(0, real_min);
  bounds.SetReal(1, real_max);
  return {static_cast<int32_t>(bounds.IntAt(0)),
          static_cast<int32_t>(bounds.IntAt(1))};
}

}  // namespace tinyc
