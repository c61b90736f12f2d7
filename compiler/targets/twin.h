// SPDX-License-Identifier: Apache-2.0
// Weights of 8 bits as runtime/include/tc_twin.h wants them.
#ifndef TINYC_COMPILER_TARGETS_TWIN_H_
#define TINYC_COMPILER_TARGETS_TWIN_H_

#include <optional>

#include "compiler/ir/tensor.h"

namespace tinyc {

// Channels with weights `rows`, s8[channels][taps], biases and multipliers
// s32[channels]; nothing where both weights of a pair of taps are -128.
std::optional<Tensor> TwinRows(const Tensor& rows, const Tensor& bias,
                               const Tensor& mult);

}  // namespace tinyc

#endif  // TINYC_COMPILER_TARGETS_TWIN_H_
