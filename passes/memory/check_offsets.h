// SPDX-License-Identifier: Apache-2.0
// Checks a packing.
#ifndef TINYC_PASSES_MEMORY_CHECK_OFFSETS_H_
#define TINYC_PASSES_MEMORY_CHECK_OFFSETS_H_

#include "compiler/base/status.h"
#include "passes/memory/offsets.h"

namespace tinyc {

// Says what is wrong with a solution, by the definition of the problem alone;
// shares no code with whatever solves it.
absl::Status CheckOffsets(const OffsetProblem& problem,
                          const OffsetSolution& solution);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_CHECK_OFFSETS_H_
