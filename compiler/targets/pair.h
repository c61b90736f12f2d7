// SPDX-License-Identifier: Apache-2.0
// Weights of 8 bits as runtime/include/tc_paired.h wants them.
#ifndef TINYC_COMPILER_TARGETS_PAIR_H_
#define TINYC_COMPILER_TARGETS_PAIR_H_

#include <cstdint>
#include <optional>

#include "compiler/ir/tensor.h"

namespace tinyc {

// The blocks of channels with weights `rows`, s8[channels][runs * run], biases
// and multipliers s32[channels]; nothing where two weights do not fit a
// halfword or a sum might not fit 24 bits.
std::optional<Tensor> PairRows(const Tensor& rows, int64_t run,
                               const Tensor& bias, const Tensor& mult);

}  // namespace tinyc

#endif  // TINYC_COMPILER_TARGETS_PAIR_H_
