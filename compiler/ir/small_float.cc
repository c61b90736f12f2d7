// SPDX-License-Identifier: Apache-2.0
#include "compiler/ir/small_float.h"

#include <cmath>
#include <limits>

#include "compiler/base/check.h"

namespace tinyc {
namespace {

struct NamedFormat {
  DType dtype;
  SmallFloatFormat format;
};

constexpr NamedFormat kFormats[] = {
    {DType::kF16, {5, 10, 15, true, 0x7e00, 0x7bff}},
    {DType::kBF16, {8, 7, 127, true, 0x7fc0, 0x7f7f}},
    {DType::kF8E4M3FN, {4, 3, 7, false, 0x7f, 0x7e}},
    {DType::kF8E4M3FNUZ, {4, 3, 8, false, 0x80, 0x7f}},
    {DType::kF8E5M2, {5, 2, 15, true, 0x7e, 0x7b}},
    {DType::kF8E5M2FNUZ, {5, 2, 16, false, 0x80, 0x7f}},
    {DType::kF4E2M1, {2, 1, 1, false, 0, 0x7}},
};

bool IsFnuz(DType dtype) {
  return dtype == DType::kF8E4M3FNUZ || dtype == DType::kF8E5M2FNUZ;
}

// E8M0 is a bare exponent: 2^(bits - 127), 255 is NaN.
double E8M0ToDouble(uint32_t bits) {
  return bits == 255 ? std::nan("")
                     : std::ldexp(1.0, static_cast<int>(bits) - 127);
}

uint32_t DoubleToE8M0(double value) {
  if (!(value > 0)) return std::isnan(value) ? 255 : 0;
  if (std::isinf(value)) return 254;
  const double exponent = std::nearbyint(std::log2(value));
  return static_cast<uint32_t>(std::fmin(std::fmax(exponent + 127, 0), 254));
}

// The sign of a number has no meaning here.
uint32_t CastToE8M0(double value, bool saturate, RoundMode round_mode) {
  const double magnitude = std::fabs(value);
  if (std::isnan(value)) return 255;
  if (magnitude < 0x1p-127) return saturate ? 0 : 255;
  if (std::isinf(magnitude)) return saturate ? 254 : 255;
  int exponent = 0;
  const double fraction = 2 * std::frexp(magnitude, &exponent);  // 1 .. 2
  const bool up = round_mode == RoundMode::kUp        ? fraction > 1
                  : round_mode == RoundMode::kNearest ? fraction >= 1.5
                                                      : false;
  const int bits = exponent - 1 + 127 + (up ? 1 : 0);
  return bits > 254 ? (saturate ? 254 : 255) : static_cast<uint32_t>(bits);
}

// `beyond`: what stands for numbers beyond the greatest.
uint32_t Encode(DType dtype, double value, uint32_t beyond) {
  const SmallFloatFormat f = FormatOf(dtype);
  if (std::isnan(value)) return f.nan;
  const uint32_t sign_bit = 1u << (f.exponent + f.mantissa);
  const uint32_t sign = std::signbit(value) ? sign_bit : 0;
  const double magnitude = std::fabs(value);
  if (std::isinf(magnitude)) return sign | beyond;
  // In units of the last place of the value's binade, clamped to the
  // subnormal one.
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  const int ulp = std::max(exponent - 1, 1 - f.bias) - f.mantissa;
  const double rounded =
      std::ldexp(std::nearbyint(std::ldexp(magnitude, -ulp)), ulp);
  if (rounded > SmallFloatToDouble(dtype, f.greatest)) return sign | beyond;
  if (rounded == 0) return IsFnuz(dtype) ? 0 : sign;
  std::frexp(rounded, &exponent);
  const int biased = std::max(exponent - 1 + f.bias, 0);
  const int unit = (biased == 0 ? 1 - f.bias : biased - f.bias) - f.mantissa;
  uint32_t fraction = static_cast<uint32_t>(std::ldexp(rounded, -unit));
  if (biased > 0) fraction -= 1u << f.mantissa;
  return sign | (static_cast<uint32_t>(biased) << f.mantissa) | fraction;
}

}  // namespace

SmallFloatFormat FormatOf(DType dtype) {
  for (const NamedFormat& named : kFormats) {
    if (named.dtype == dtype) return named.format;
  }
  TINYC_CHECK(false);
}

double SmallFloatToDouble(DType dtype, uint32_t bits) {
  if (dtype == DType::kF8E8M0) return E8M0ToDouble(bits);
  const SmallFloatFormat f = FormatOf(dtype);
  const uint32_t sign_bit = 1u << (f.exponent + f.mantissa);
  const uint32_t magnitude = bits & (sign_bit - 1);
  const double sign = (bits & sign_bit) != 0 ? -1.0 : 1.0;
  if (IsFnuz(dtype) ? bits == f.nan
                    : f.nan != 0 && !f.infinities && magnitude == f.nan) {
    return std::nan("");
  }
  const int exponent = static_cast<int>(magnitude >> f.mantissa);
  const uint32_t fraction = magnitude & ((1u << f.mantissa) - 1);
  if (f.infinities && exponent == (1 << f.exponent) - 1) {
    return fraction != 0 ? std::nan("")
                         : sign * std::numeric_limits<double>::infinity();
  }
  if (exponent == 0) {
    return sign *
           std::ldexp(static_cast<double>(fraction), 1 - f.bias - f.mantissa);
  }
  return sign * std::ldexp(static_cast<double>(fraction + (1u << f.mantissa)),
                           exponent - f.bias - f.mantissa);
}

uint32_t DoubleToSmallFloat(DType dtype, double value) {
  if (dtype == DType::kF8E8M0) return DoubleToE8M0(value);
  const SmallFloatFormat f = FormatOf(dtype);
  return Encode(dtype, value, f.infinities ? f.greatest + 1 : f.greatest);
}

uint32_t DoubleToFloat8(DType dtype, double value, bool saturate,
                        RoundMode round_mode) {
  if (dtype == DType::kF8E8M0) return CastToE8M0(value, saturate, round_mode);
  const SmallFloatFormat f = FormatOf(dtype);
  return Encode(dtype, value,
                saturate       ? f.greatest
                : f.infinities ? f.greatest + 1
                               : f.nan);
}

}  // namespace tinyc
