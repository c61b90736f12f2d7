// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/costs.h"

#include "absl/strings/match.h"

namespace tinyc {
namespace {

struct Row {
  absl::string_view target;
  absl::string_view symbol;
  KernelCost cost;
};

constexpr Row kRows[] = {
#define TC_COST(target, symbol, per_mac, per_element, per_pixel) \
  {target, #symbol, {per_mac, per_element, per_pixel}},
#define TC_CYCLES(target, integers, floats)
#include "compiler/targets/costs.def"
#undef TC_COST
#undef TC_CYCLES
};

struct CyclesRow {
  absl::string_view target;
  double integers;
  double floats;
};

constexpr CyclesRow kCycles[] = {
#define TC_COST(target, symbol, per_mac, per_element, per_pixel)
#define TC_CYCLES(target, integers, floats) {target, integers, floats},
#include "compiler/targets/costs.def"
#undef TC_COST
#undef TC_CYCLES
};

}  // namespace

std::optional<KernelCost> CostOf(const Target& target,
                                 absl::string_view symbol) {
  for (const Row& row : kRows) {
    if (row.target == target.name && row.symbol == symbol) return row.cost;
  }
  return std::nullopt;
}

std::optional<double> CyclesPerInstruction(const Target& target,
                                           absl::string_view symbol) {
  for (const CyclesRow& row : kCycles) {
    if (row.target != target.name) continue;
    return absl::StrContains(symbol, "_f32") ? row.floats : row.integers;
  }
  return std::nullopt;
}

}  // namespace tinyc
