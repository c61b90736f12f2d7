// SPDX-License-Identifier: Apache-2.0
// An offset problem made ready for searching: in units, over sections of time.
#ifndef TINYC_PASSES_MEMORY_PACKING_MODEL_H_
#define TINYC_PASSES_MEMORY_PACKING_MODEL_H_

#include <cstdint>
#include <vector>

#include "passes/memory/offsets.h"

namespace tinyc {

// A unit is as many bytes as divide every offset that can matter: the common
// divisor of the alignments or, when they all divide it, that of all sizes,
// distances and fixed offsets.
//
// A section is a set of buffers that are live at one time, and not all live
// together with another one at the next; sections are in order of time.
class PackingModel {
 public:
  struct Neighbour {
    int index = 0;
    int64_t above = 0;  // units that it begins above the other, if it does
  };
  // What two buffers that may overlap can have in common.
  struct Pair {
    int other = 0;
    int64_t saving = 0;  // units
  };
  struct Buffer {
    int64_t bytes = 0;
    int64_t size = 0;      // units, rounded up
    int64_t align = 1;     // units
    int64_t fixed = -1;    // units
    int64_t duration = 0;  // steps
    int first = 0;         // the sections in which it lives, both included
    int last = 0;
    std::vector<Neighbour> neighbours;
    std::vector<Pair> pairs;
    // Whether it may begin where a neighbour begins.
    bool may_coincide = false;
  };

  explicit PackingModel(const OffsetProblem& problem);

  int64_t unit() const { return unit_; }  // bytes
  // Every solution that is worth looking at has a multiple of it in bytes.
  int64_t grain() const { return grain_; }
  const std::vector<Buffer>& buffers() const { return buffers_; }
  const std::vector<std::vector<int>>& sections() const { return sections_; }
  // False when buffers may coincide in a circle (a with b, b with c, c with a,
  // each in one order only), so that no order of placing reaches every
  // solution.
  bool complete() const { return complete_; }

 private:
  void ChooseUnit(const OffsetProblem& problem);
  void AddSections(const OffsetProblem& problem);
  void AddNeighbours(const OffsetProblem& problem);
  void FindCircles();

  int64_t unit_ = 1;
  int64_t grain_ = 1;
  bool complete_ = true;
  std::vector<Buffer> buffers_;
  std::vector<std::vector<int>> sections_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_PACKING_MODEL_H_
