// SPDX-License-Identifier: Apache-2.0
// Improves a packing by moving some of its buffers while all others stay: large
// neighbourhood search (P. Shaw, "Using constraint programming and local search
// methods to solve vehicle routing problems", 1998).
//
// Where few buffers stand out of a smaller arena, those and what is live around
// one of them are a small problem, which the search of packing_search.h comes
// to an end with where the whole is too large for it.
#ifndef TINYC_PASSES_MEMORY_PACKING_MOVES_H_
#define TINYC_PASSES_MEMORY_PACKING_MOVES_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "passes/memory/offsets.h"
#include "passes/memory/packing_model.h"

namespace tinyc {

class PackingMoves {
 public:
  // Both must outlive the moves.
  PackingMoves(const OffsetProblem& problem, const PackingModel& model)
      : problem_(problem), model_(model) {}

  // Tries one change, chosen by chance (the same sequence in each run), of
  // `offsets` (bytes, per buffer; a solution) so that all end within `capacity`
  // bytes.  False, and the offsets as they were, if it finds none.  Takes what
  // it looks at off *budget.
  bool Move(int64_t capacity, std::vector<int64_t>* offsets, int64_t* budget);

 private:
  // Which buffers move: those that end above the capacity, and most of those in
  // the sections around one of them.
  std::vector<bool> ChooseMoved(int64_t capacity,
                                const std::vector<int64_t>& offsets);
  // A number from 0 to count - 1.
  int Random(size_t count) { return static_cast<int>(random_() % count); }

  const OffsetProblem& problem_;
  const PackingModel& model_;
  std::mt19937 random_{1};  // its sequence is fixed by the C++ standard
};

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_PACKING_MOVES_H_
