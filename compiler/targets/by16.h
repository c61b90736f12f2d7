// SPDX-License-Identifier: Apache-2.0
// Weights of 8 bits as runtime/include/tc_by16.h wants them.
#ifndef TINYC_COMPILER_TARGETS_BY16_H_
#define TINYC_COMPILER_TARGETS_BY16_H_

#include "compiler/ir/tensor.h"

namespace tinyc {

// The blocks of channels with weights `rows`, s8[channels][taps], biases and
// multipliers s32[channels].
Tensor By16Rows(const Tensor& rows, const Tensor& bias, const Tensor& mult);

}  // namespace tinyc

#endif  // TINYC_COMPILER_TARGETS_BY16_H_
