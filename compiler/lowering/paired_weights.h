// SPDX-License-Identifier: Apache-2.0
// The kernel calls that do what another does with products of 16-bit pairs.
//
//   conv2d_s8 => conv2d_s8_paired
//   dense_s8  => dense_s8_paired
#ifndef TINYC_COMPILER_LOWERING_PAIRED_WEIGHTS_H_
#define TINYC_COMPILER_LOWERING_PAIRED_WEIGHTS_H_

#include <optional>

#include "compiler/ir/module.h"

namespace tinyc {

// `lowered`, as Op::Lower made it, with its weights, biases and multipliers in
// the form of runtime/include/tc_paired.h.  Nothing where `target` has no
// kernel for it, and for weights that are not constant, have zero points, do
// not fit that form or are of several groups.
std::optional<LoweredCall> PairedForm(const LoweredCall& lowered,
                                      const Target& target);

}  // namespace tinyc

#endif  // TINYC_COMPILER_LOWERING_PAIRED_WEIGHTS_H_
