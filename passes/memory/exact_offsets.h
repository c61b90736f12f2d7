// SPDX-License-Identifier: Apache-2.0
// Packing as well as possible, and knowing when nothing is better.
#ifndef TINYC_PASSES_MEMORY_EXACT_OFFSETS_H_
#define TINYC_PASSES_MEMORY_EXACT_OFFSETS_H_

#include <cstdint>

#include "passes/memory/offsets.h"

namespace tinyc {

// When to stop.  The budget is in buffers looked at, not in seconds, so that a
// model gets the same offsets on every machine.
struct OffsetEffort {
  int64_t budget = 100'000'000;  // about half a second
  int64_t enough = 0;            // bytes; a total that need not be made smaller
};

// Solves greedily, and then searches smaller arenas by branch and bound
// (packing_search.h) until the total meets the lower bound or is small enough,
// or the budget is spent.  A search that ends without a solution raises the
// lower bound.
OffsetSolution SolveOffsets(const OffsetProblem& problem,
                            const OffsetEffort& effort = OffsetEffort());

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_EXACT_OFFSETS_H_
