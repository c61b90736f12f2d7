// SPDX-License-Identifier: Apache-2.0
// The kernel calls that do what another does with the multiply instructions of
// a processor, and weights in the order in which these read them.
//
//   conv2d_s8 => conv2d_s8_paired    tc_paired.h
//             => conv2d_s8_by16      tc_by16.h
//             => conv2d_s8_twin      tc_twin.h
//   dense_s8 likewise, but for the last
//   conv2d_s8 => conv2d_s8_winograd        tc_winograd.h, with 3.6 times the
//                                          weights
//             => conv2d_s8_winograd_bytes  with the bytes of weights, and more
//                                          scratch
#ifndef TINYC_COMPILER_LOWERING_ARRANGED_WEIGHTS_H_
#define TINYC_COMPILER_LOWERING_ARRANGED_WEIGHTS_H_

#include <optional>
#include <vector>

#include "compiler/ir/module.h"

namespace tinyc {

// The forms of `lowered`, as Op::Lower made it, that `target` has kernels for.
// None for weights that are not constant, have zero points or are of several
// groups; weights and sums have to fit what the form says.
std::vector<LoweredCall> ArrangedForms(const LoweredCall& lowered,
                                       const Target& target);

// The one of them that is estimated to be fastest, if it beats `lowered`.
std::optional<LoweredCall> FastestArranged(const LoweredCall& lowered,
                                           const Target& target);

// `lowered`, a convolution of 3x3 at stride 1, with less than half the products
// and 3.6 times the bytes of weights; nothing for others, for numbers of input
// channels that 4 does not divide, for sums and weights that do not fit, or
// without kernel.
std::optional<LoweredCall> WinogradForm(const LoweredCall& lowered,
                                        const Target& target);

// The same with the bytes of weights, in at most `scratch_bytes` of scratch;
// also nothing where too few pixels share the work on the weights.
std::optional<LoweredCall> WinogradBytesForm(const LoweredCall& lowered,
                                             const Target& target,
                                             int64_t scratch_bytes);

// Whether the scratch of `call` is one of several that would do: that form's.
bool ChoosesScratch(const KernelCall& call);

}  // namespace tinyc

#endif  // TINYC_COMPILER_LOWERING_ARRANGED_WEIGHTS_H_
