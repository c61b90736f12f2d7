// SPDX-License-Identifier: Apache-2.0
// Packing by placing one buffer after the other.
#ifndef TINYC_PASSES_MEMORY_GREEDY_OFFSETS_H_
#define TINYC_PASSES_MEMORY_GREEDY_OFFSETS_H_

#include "passes/memory/offsets.h"

namespace tinyc {

// Places the buffers one by one, the fixed ones first, each as low as it fits,
// in several orders, and improves the best order by random changes until it
// meets the lower bound or a fixed number of them has been tried.  The same
// answer for the same problem.
OffsetSolution SolveOffsetsGreedily(const OffsetProblem& problem);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_GREEDY_OFFSETS_H_
