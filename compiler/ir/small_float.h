// SPDX-License-Identifier: Apache-2.0
// Floating-point types of 16 bits and fewer: IEEE binary16, bfloat16, the OCP
// 8-bit formats and their FNUZ variants, OCP E2M1 and E8M0.
#ifndef TINYC_COMPILER_IR_SMALL_FLOAT_H_
#define TINYC_COMPILER_IR_SMALL_FLOAT_H_

#include <cstdint>

#include "compiler/ir/type.h"

namespace tinyc {

// The value of `bits`; exact.
double SmallFloatToDouble(DType dtype, uint32_t bits);

// The nearest value, ties to even.  Beyond the greatest finite value: infinity
// where the type has one, else (as ONNX's Cast with saturate=1) the greatest
// finite value.
uint32_t DoubleToSmallFloat(DType dtype, double value);

// A format as integers, for code that takes it as data.  E8M0 is none of them.
struct SmallFloatFormat {
  int exponent;  // bits, below one sign bit
  int mantissa;  // bits
  int bias;
  bool infinities;    // the top exponent holds infinities and NaNs only
  uint32_t nan;       // bits of the canonical NaN; 0: the type has none
  uint32_t greatest;  // bits of the greatest finite value
};
SmallFloatFormat FormatOf(DType dtype);

// How a conversion rounds to E8M0: away from zero, towards zero, or to the
// nearest with ties away from zero.
enum class RoundMode : uint8_t { kUp, kDown, kNearest };

// As ONNX's Cast converts to a type of 8 bits.  `saturate`: beyond the greatest
// finite value lies that value, also for infinities; else infinity, or NaN
// where the type has none.
uint32_t DoubleToFloat8(DType dtype, double value, bool saturate,
                        RoundMode round_mode);

}  // namespace tinyc

#endif  // TINYC_COMPILER_IR_SMALL_FLOAT_H_
