// SPDX-License-Identifier: Apache-2.0
// Packing: where in the arena each buffer begins.
//
// The problem and its solution.  greedy_offsets.h solves it fast,
// exact_offsets.h as well as possible, check_offsets.h checks a solution.
#ifndef TINYC_PASSES_MEMORY_OFFSETS_H_
#define TINYC_PASSES_MEMORY_OFFSETS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "passes/memory/liveness.h"

namespace tinyc {

struct OffsetBuffer {
  int64_t size = 0;   // bytes, more than 0
  int64_t align = 1;  // bytes; its offset is a multiple
  Lifetime life;
  std::optional<int64_t> fixed = std::nullopt;  // bytes; it begins there
};

// Two buffers that may share bytes although both are live: `above` may begin
// `distance` bytes above the beginning of `below`, or more, instead of below's
// size.  0 <= distance <= size of `below`.  With `above` below, the bytes stay
// disjoint, unless another OffsetOverlap says otherwise.
struct OffsetOverlap {
  size_t below = 0;
  size_t above = 0;
  int64_t distance = 0;  // bytes
};

// Buffers whose lifetimes overlap get disjoint bytes, overlaps apart.  The
// fixed buffers keep to that among themselves.
struct OffsetProblem {
  std::vector<OffsetBuffer> buffers;
  std::vector<OffsetOverlap> overlaps;
};

// Some of the buffers of a problem, as a problem of their own.
struct OffsetPart {
  OffsetProblem problem;
  std::vector<size_t> buffers;  // their indices in the whole
};
OffsetPart PartOf(const OffsetProblem& problem, std::vector<size_t> buffers);

struct OffsetSolution {
  std::vector<int64_t> offsets;  // bytes, one per buffer
  int64_t total = 0;             // bytes up to the end of the topmost buffer
  // No solution has a smaller total, so that an equal total is proved least.
  int64_t lower_bound = 0;
  int64_t work = 0;  // buffers that a search looked at
};

// A buffer that is live at some time at which another one is, and how many
// bytes they must be apart from beginning to beginning.
struct OffsetNeighbour {
  size_t index = 0;
  int64_t above = 0;  // if the neighbour begins above the other, or with it
  int64_t below = 0;  // if it begins below, or with it
};

// The neighbours of every buffer, by index.
std::vector<std::vector<OffsetNeighbour>> NeighboursOf(
    const OffsetProblem& problem);

// The most bytes that are live at one step, less those that overlaps can save
// there.  All but the topmost buffer of that step take whole multiples of the
// common divisor of all alignments.
int64_t LiveBytesBound(const OffsetProblem& problem);

// `value` rounded up to a multiple of `align`.
inline int64_t AlignUp(int64_t value, int64_t align) {
  return (value + align - 1) / align * align;
}

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_OFFSETS_H_
