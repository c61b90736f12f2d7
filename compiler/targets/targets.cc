// SPDX-License-Identifier: Apache-2.0
// THE table of targets.
#include "compiler/targets/registry.h"
#include "tc_kernel.h"

namespace tinyc {
namespace {

constexpr Target kTargets[] = {
    {.name = "generic", .description = "any C99 compiler; the default"},
    {.name = "host",
     .caps = TC_CAP_WIDE,
     .align = 64,
     .description = "the machine at hand, with wide SIMD found by its C "
                    "compiler (-O3 -march=native)"},
    {.name = "cortex-m0plus", .caps = TC_CAP_THUMB1, .description = "Armv6-M"},
    {.name = "cortex-m3", .description = "Armv7-M"},
    {.name = "cortex-m4",
     .caps = TC_CAP_DSP | TC_CAP_FPU,
     .description = "Armv7E-M: products of 16-bit pairs"},
    {.name = "cortex-m7",
     .caps = TC_CAP_DSP | TC_CAP_FPU,
     .description = "Armv7E-M, dual issue"},
    {.name = "cortex-m33",
     .caps = TC_CAP_DSP | TC_CAP_FPU,
     .description = "Armv8-M Mainline with DSP instructions"},
    {.name = "cortex-m55",
     .caps = TC_CAP_DSP | TC_CAP_MVE | TC_CAP_FPU,
     .description = "Armv8.1-M with Helium"},
    {.name = "cortex-m85",
     .caps = TC_CAP_DSP | TC_CAP_MVE | TC_CAP_FPU,
     .description = "Armv8.1-M with Helium, dual issue"},
    {.name = "rv32imc", .description = "32-bit RISC-V with compressed code"},
    {.name = "zve32x",
     .caps = TC_CAP_RVV,
     .description = "32-bit RISC-V with vectors of integers (zvl128b)"},
    {.name = "rv64gcv",
     .caps = TC_CAP_RVV,
     .description = "64-bit RISC-V with vectors"},
};

}  // namespace

absl::Span<const Target> AllTargets() { return kTargets; }

const Target* FindTarget(absl::string_view name) {
  for (const Target& target : kTargets) {
    if (target.name == name) return &target;
  }
  return nullptr;
}

}  // namespace tinyc
