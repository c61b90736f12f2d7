// SPDX-License-Identifier: Apache-2.0
// Kernel calls that do what another does with other demands on memory.
//
//   depthwise2d_s8 => depthwise2d_s8_in_place    its result may be its operand
//                  => depthwise2d_s8_in_place_twin   likewise, for Armv6-M
//   avg_pool_s8    => avg_pool_part_s8           its operand may come by rows;
//                                                avg_pool_f32 alike
//   conv2d_s8      => conv2d_s8_paired,
//                     conv2d_s8_winograd         and more: arranged_weights.h
#ifndef TINYC_COMPILER_LOWERING_CALL_FORMS_H_
#define TINYC_COMPILER_LOWERING_CALL_FORMS_H_

#include <limits>
#include <optional>
#include <vector>

#include "compiler/ir/module.h"

namespace tinyc {

// `lowered` as a call whose result may be in the bytes of its operand; nothing
// when there is none.
std::optional<LoweredCall> InPlaceForm(const LoweredCall& lowered,
                                       const Target& target);

// `lowered`, an average over whole images, as one to which they may come in
// parts.
std::optional<LoweredCall> PartForm(const LoweredCall& lowered,
                                    const Target& target);

// `lowered` as layers that take turns row by row run it: not in place, an
// average in parts.
LoweredCall ByRowsForm(const LoweredCall& lowered, const Target& target);

// All other forms of `lowered`; those that can do with more or less scratch
// have at most `scratch_bytes`.
std::vector<LoweredCall> FormsOf(
    const LoweredCall& lowered, const Target& target,
    int64_t scratch_bytes = std::numeric_limits<int64_t>::max());

// Whether the call takes its operand's bytes for its result.
bool IsInPlaceForm(const KernelCall& call);

}  // namespace tinyc

#endif  // TINYC_COMPILER_LOWERING_CALL_FORMS_H_
