// SPDX-License-Identifier: Apache-2.0
#include "compiler/ir/small_float.h"

#include <cmath>
#include <limits>

#include "compiler/base/check.h"

namespace tinyc {
namespace {

// A binary format with `exponent` and `mantissa` bits below one sign bit.
struct Format {
  DType dtype;
  int exponent;
  int mantissa;
  int bias;
  bool infinities;    // the top exponent holds infinities and NaNs only
  uint32_t nan;       // the canonical NaN; 0: the type has none
  uint32_t greatest;  // bits of the greatest finite value
};

constexpr Format kFormats[] = {
    {DType::kF16, 5, 10, 15, true, 0x7e00, 0x7bff},
    {DType::kBF16, 8, 7, 127, true, 0x7fc0, 0x7f7f},
    {DType::kF8E4M3FN, 4, 3, 7, false, 0x7f, 0x7e},
    {DType::kF8E4M3FNUZ, 4, 3, 8, false, 0x80, 0x7f},
    {DType::kF8E5M2, 5, 2, 15, true, 0x7e, 0x7b},
    {DType::kF8E5M2FNUZ, 5, 2, 16, false, 0x80, 0x7f},
    {DType::kF4E2M1, 2, 1, 1, false, 0, 0x7},
};

const Format& FormatOf(DType dtype) {
  for (const Format& format : kFormats) {
    if (format.dtype == dtype) return format;
  }
  TINYC_CHECK(false);
}

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

}  // namespace

double SmallFloatToDouble(DType dtype, uint32_t bits) {
  if (dtype == DType::kF8E8M0) return E8M0ToDouble(bits);
  const Format& f = FormatOf(dtype);
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
  const Format& f = FormatOf(dtype);
  if (std::isnan(value)) return f.nan;
  const uint32_t sign_bit = 1u << (f.exponent + f.mantissa);
  const uint32_t sign = std::signbit(value) ? sign_bit : 0;
  const double magnitude = std::fabs(value);
  if (std::isinf(magnitude) && f.infinities) {
    return sign | (f.greatest + 1);
  }
  // In units of the last place of the value's binade, clamped to the
  // subnormal one.
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  const int ulp = std::max(exponent - 1, 1 - f.bias) - f.mantissa;
  const double rounded =
      std::ldexp(std::nearbyint(std::ldexp(magnitude, -ulp)), ulp);
  if (!(rounded <= SmallFloatToDouble(dtype, f.greatest))) {
    return sign | (f.infinities ? f.greatest + 1 : f.greatest);
  }
  if (rounded == 0) return IsFnuz(dtype) ? 0 : sign;
  std::frexp(rounded, &exponent);
  const int biased = std::max(exponent - 1 + f.bias, 0);
  const int unit = (biased == 0 ? 1 - f.bias : biased - f.bias) - f.mantissa;
  uint32_t fraction = static_cast<uint32_t>(std::ldexp(rounded, -unit));
  if (biased > 0) fraction -= 1u << f.mantissa;
  return sign | (static_cast<uint32_t>(biased) << f.mantissa) | fraction;
}

}  // namespace tinyc
