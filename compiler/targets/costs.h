// SPDX-License-Identifier: Apache-2.0
// How long kernels take on microcontrollers: estimates from layers of models
// that were counted in an emulator.
#ifndef TINYC_COMPILER_TARGETS_COSTS_H_
#define TINYC_COMPILER_TARGETS_COSTS_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "compiler/ir/target.h"

namespace tinyc {

// Instructions of a kernel, as gcc 12 -O3 builds it; costs.def.
struct KernelCost {
  double per_mac = 0;
  double per_element = 0;  // of the result, or of the operand (costs.def)
  double per_pixel = 0;    // of the same

  double Instructions(int64_t macs, int64_t elements, int64_t pixels) const {
    return per_mac * static_cast<double>(macs) +
           per_element * static_cast<double>(elements) +
           per_pixel * static_cast<double>(pixels);
  }
};

// Nothing where no layer was counted.
std::optional<KernelCost> CostOf(const Target& target,
                                 absl::string_view symbol);

// Cycles of an instruction of that kernel, on average, with memory without wait
// states; nothing where that is not known of the target.
std::optional<double> CyclesPerInstruction(const Target& target,
                                           absl::string_view symbol);

}  // namespace tinyc

#endif  // TINYC_COMPILER_TARGETS_COSTS_H_
