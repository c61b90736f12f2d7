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

}  // namespace tinyc

#endif  // TINYC_COMPILER_IR_SMALL_FLOAT_H_
