// SPDX-License-Identifier: Apache-2.0
// What runs row by row, and how near its results may come to its operands.
//
//   a layer of three rows, each of which needs one row of the operand before
//   and behind it, from the top (o: row of the operand, r: of the result):
//
//     r0 r1 r2          may lie here, two rows below: r1 is written when o0
//           o0 o1 o2    is still read, r2 when only o1 and o2 are
#ifndef TINYC_PASSES_MEMORY_ROW_UNITS_H_
#define TINYC_PASSES_MEMORY_ROW_UNITS_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"
#include "compiler/lowering/row_schedule.h"
#include "passes/memory/windows.h"

namespace tinyc {

// How many bytes the beginnings of an operand and a result have to be apart
// so that no row of the result is written over one that is still read.  (The
// write-ahead distance: "out + distance <= in" from the top.)
struct RowDistance {
  const Value* operand = nullptr;
  const Value* result = nullptr;
  bool upwards = false;  // the result begins above the operand, else below
  int64_t distance = 0;  // bytes, at least 0
};

// For each operand of the schedule from outside and each result that is kept
// as a whole.  Where the distance is that of disjoint bytes, nothing.
std::vector<RowDistance> RowDistances(const RowSchedule& schedule);

// The streams of a plan, and the nodes whose one kernel goes by rows of itself.
class RowUnits {
 public:
  struct Unit {
    Stream stream;  // of one node: perhaps just its kernel
    std::vector<RowDistance> distances;
    std::vector<WindowGroup> windows;
  };

  RowUnits() = default;

  // `either_way`: streams and nodes that could be streams of their own may run
  // from either end, which the distances tell; otherwise streams run as they
  // say and other nodes as their kernel does.
  static absl::StatusOr<RowUnits> Of(
      const Module& module, absl::Span<const Stream> streams,
      const absl::flat_hash_set<const Node*>& either_way);

  const std::vector<Unit>& units() const { return units_; }
  bool InStream(const Node& node) const { return in_stream_.contains(&node); }
  // Whether only a window is kept of a value.
  bool HasWindow(const Value& value) const {
    return windowed_.contains(&value);
  }

 private:
  std::vector<Unit> units_;
  absl::flat_hash_set<const Node*> in_stream_;
  absl::flat_hash_set<const Value*> windowed_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_ROW_UNITS_H_
