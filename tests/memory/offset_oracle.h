// SPDX-License-Identifier: Apache-2.0
// Packing problems made by chance, and their answers by trying everything.
#ifndef TINYC_TESTS_MEMORY_OFFSET_ORACLE_H_
#define TINYC_TESTS_MEMORY_OFFSET_ORACLE_H_

#include <cstdint>

#include "passes/memory/offsets.h"
#include "tests/support/random.h"

namespace tinyc {

// Lifetimes, sizes, alignments, overlaps and fixed offsets by chance; the fixed
// ones do not stand in each other's way.
OffsetProblem IrregularProblem(Random& random, int buffers);

// The values of a network of chains that fork and join, each computed from the
// one before; results overlap their operands, both ways.
OffsetProblem SeriesParallelProblem(Random& random, int buffers);

// The least total, by trying for every two buffers that are live together which
// one is below; for each choice the offsets are as low as the choices allow.
// Takes exponential time.
int64_t LeastTotal(const OffsetProblem& problem);

}  // namespace tinyc

#endif  // TINYC_TESTS_MEMORY_OFFSET_ORACLE_H_
