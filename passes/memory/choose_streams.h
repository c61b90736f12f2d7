// SPDX-License-Identifier: Apache-2.0
// Which layers take turns: the nodes in their order, cut into runs of
// neighbours.  A run of several nodes is a stream, of which only windows of
// rows are in memory.
#ifndef TINYC_PASSES_MEMORY_CHOOSE_STREAMS_H_
#define TINYC_PASSES_MEMORY_CHOOSE_STREAMS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

// A point of the front of arena and work.
struct Tradeoff {
  int64_t bytes = 0;
  double extra_macs = 0;
  size_t nodes = 0;  // in streams
};

// The estimated arenas of `module`, each with the fewest additional
// multiply-accumulates and then the fewest nodes in streams that it takes, from
// the greatest to the least; up to half as many multiply-accumulates again.
absl::StatusOr<std::vector<Tradeoff>> Tradeoffs(const Module& module);

class StreamChooser {
 public:
  // Estimates the arena that every run needs while it is executed.  Runs may be
  // cut into strips as long as that does not make the multiply-accumulates of
  // the whole model more by more than `extra_macs` of them.
  static absl::StatusOr<StreamChooser> Of(const Module& module,
                                          double extra_macs);

  // The greatest estimate of a run, for every way to cut that has one of its
  // own: ascending, the least one first.
  std::vector<int64_t> Peaks() const;

  // The cut with the fewest additional multiply-accumulates, and of those the
  // one with the fewest nodes in streams, of those with no run over `peak`
  // bytes; nothing when there is none.
  std::optional<std::vector<Stream>> Choose(int64_t peak) const;
  // What that costs, with the greatest estimate of a run.
  std::optional<Tradeoff> CostOf(int64_t peak) const;

 private:
  // Nodes first, ..., last as one run.
  struct Run {
    size_t first;
    size_t last;
    int strips;
    std::optional<size_t> seam;  // of its nodes
    int64_t bytes;
    double extra_macs;
  };
  // The runs of the cut that Choose makes, from the last to the first.
  std::vector<Run> Cut(int64_t peak) const;

  std::vector<const Node*> nodes_;
  std::vector<Run> runs_;  // in the order of their first nodes
  double extra_macs_ = 0;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_CHOOSE_STREAMS_H_
