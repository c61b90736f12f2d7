// SPDX-License-Identifier: Apache-2.0
// Which weights of a row go together, and how many of them may go where.
#ifndef TINYC_PASSES_PRUNING_UNITS_H_
#define TINYC_PASSES_PRUNING_UNITS_H_

#include <cstddef>
#include <vector>

#include "Eigen/Core"

namespace tinyc {

// Neighbours are those in the order in which kernels read a row: kernel
// position by kernel position, the input channels of each.
struct Pattern {
  size_t block = 1;  // neighbours that go together
  // At most `keep` of each `of` neighbours stay; 0: any may.
  size_t keep = 0;
  size_t of = 0;

  bool IsFixed() const { return of > 0; }
};

// Of every row of a layer.
struct Units {
  // [unit]: the weights that go together, by their index in a row of the
  // weights as the operators have them, [input channel][kernel position].
  std::vector<std::vector<Eigen::Index>> weights;
  std::vector<size_t> segment;  // [unit]
  std::vector<size_t> most;     // [segment]: units that may go
};

// The last block and the last `of` neighbours of a row may be shorter.
Units UnitsOf(const Pattern& pattern, size_t channels, size_t taps);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_UNITS_H_
