// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/units.h"

#include <algorithm>

namespace tinyc {

Units UnitsOf(const Pattern& pattern, size_t channels, size_t taps) {
  Units units;
  const size_t size = channels * taps;
  for (size_t begin = 0; begin < size; begin += pattern.block) {
    std::vector<Eigen::Index> unit;
    for (size_t i = begin; i < std::min(size, begin + pattern.block); ++i) {
      const size_t tap = i / channels;
      const size_t channel = i % channels;
      unit.push_back(static_cast<Eigen::Index>(channel * taps + tap));
    }
    units.segment.push_back(pattern.IsFixed() ? begin / pattern.of : 0);
    units.weights.push_back(std::move(unit));
  }
  units.most.assign(units.segment.empty() ? 0 : units.segment.back() + 1, 0);
  for (const size_t segment : units.segment) ++units.most[segment];
  if (!pattern.IsFixed()) return units;
  for (size_t& most : units.most) {
    most -= std::min(most, pattern.keep);
  }
  return units;
}

}  // namespace tinyc
