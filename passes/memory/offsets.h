// SPDX-License-Identifier: Apache-2.0
// Packing: where in the arena each buffer begins.
#ifndef TINYC_PASSES_MEMORY_OFFSETS_H_
#define TINYC_PASSES_MEMORY_OFFSETS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "passes/memory/liveness.h"

namespace tinyc {

struct OffsetBuffer {
  int64_t size = 0;   // bytes, more than 0
  int64_t align = 1;  // bytes; its offset is a multiple
  Lifetime life;
};

struct OffsetSolution {
  std::vector<int64_t> offsets;  // bytes, one per buffer
  int64_t total = 0;             // bytes up to the end of the topmost buffer
  int64_t lower_bound = 0;       // no solution has a smaller total
};

// Buffers whose lifetimes overlap get disjoint bytes.
using OffsetSolver = OffsetSolution (*)(absl::Span<const OffsetBuffer>);

// The most bytes that are live at one step.  All but the topmost buffer of that
// step take whole multiples of the least alignment.
int64_t LiveBytesBound(absl::Span<const OffsetBuffer> buffers);

// Places the buffers one by one, each as low as it fits, in several orders, and
// improves the best order by random changes until it meets the lower bound or a
// fixed number of them has been tried.  The same answer for the same problem.
OffsetSolution SolveOffsetsGreedily(absl::Span<const OffsetBuffer> buffers);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_OFFSETS_H_
