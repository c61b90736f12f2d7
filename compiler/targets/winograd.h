// SPDX-License-Identifier: Apache-2.0
// Weights of 8 bits as runtime/include/tc_winograd.h and tc_winograd_bytes.h
// want them.
#ifndef TINYC_COMPILER_TARGETS_WINOGRAD_H_
#define TINYC_COMPILER_TARGETS_WINOGRAD_H_

#include <cstdint>
#include <optional>

#include "compiler/ir/tensor.h"

namespace tinyc {

// The blocks of channels with weights `rows`, s8[channels][3][3][in_c] with 4 *
// n input channels, and biases and multipliers s32[channels]; `shift` is that
// of tc_requant.  Nothing where transformed weights do not fit halfwords or
// four times a sum might not fit 32 bits.
std::optional<Tensor> WinogradRows(const Tensor& rows, const Tensor& bias,
                                   const Tensor& mult, int64_t shift);

// The form of tc_winograd_bytes.h, for tc_requant without shift; `strips`:
// the pairs of rows of a pass.
std::optional<Tensor> WinogradBytes(const Tensor& rows, const Tensor& bias,
                                    const Tensor& mult, int64_t strips);

}  // namespace tinyc

#endif  // TINYC_COMPILER_TARGETS_WINOGRAD_H_
