// SPDX-License-Identifier: Apache-2.0
// In which order the rows of a stream are computed, and how many of them have
// to be in memory.
//
// Pulled from the end: the next row of the last result is computed as soon as
// the rows that it needs are there, and these as soon as theirs are.
//
//   conv 3x3, conv 3x3, 4 rows each: 0 0 1 0 1 0 1 1
//
// Rows are counted in the order in which they are computed: `turn` t of an
// upwards stream is the row t from the end.  With strips, all rows of a strip
// come before those of the next one, which lies to its right; a strip of a
// layer is as wide as those of the layers behind it need.  Of one layer, at the
// seam, a strip may leave its last columns to the next one, which computes only
// those that follow them:
//
//   columns of a result that is needed in 0..6 and 5..12:  0..6, 7..12
//
// They lie behind the rows of its window, for each row of the result.
#ifndef TINYC_COMPILER_LOWERING_ROW_SCHEDULE_H_
#define TINYC_COMPILER_LOWERING_ROW_SCHEDULE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/ir/module.h"
#include "compiler/lowering/rows.h"

namespace tinyc {

struct RowSchedule {
  // One row of a node's result, in one strip.
  struct Step {
    int strip;
    size_t node;   // of the stream
    int64_t turn;  // of this node in the strip, counted from 0
  };
  std::vector<RowCall> calls;  // per node of the stream
  std::vector<Step> steps;
  // Per node: the rows of its result that are kept; 0: all, since others than
  // the nodes of the stream read it.
  std::vector<int64_t> window;
  // Per strip and node: the columns of its result, or of what folds, of its
  // operand.
  std::vector<std::vector<RowRange>> columns;
  bool upwards = false;
  std::optional<size_t> seam;  // a node with a window
  int64_t seam_columns = 0;    // that a strip of it leaves to the next one

  int strips() const { return static_cast<int>(columns.size()); }
  // The row of the node's result that a step computes.
  int64_t RowOf(const Step& step) const;
  // The node that makes `value`, or none of them.
  std::optional<size_t> MakerOf(const Value& value) const;
  // The columns that a strip computes of a result: all but those that it has
  // from the strip before.
  RowRange ColumnsComputed(int strip, size_t node) const;
  // The columns of an operand that are there in a strip.
  RowRange ColumnsThere(int strip, const RowOperand& operand) const;
  // Those, and the rows, that a step reads.
  RowRange ColumnsRead(const Step& step, const RowOperand& operand) const;
  RowRange RowsRead(const Step& step, const RowOperand& operand) const;
  // Whether the step writes its result: all do but of nodes that fold.
  bool Writes(const Step& step) const;
  // The shape block of the call.
  Block ShapeOf(const Step& step) const;
  // The bytes of the longest row of a window.
  int64_t WindowRowBytes(size_t node) const;
  // What one row of the node leaves to the next strip; 0: nothing.
  int64_t SeamRowBytes(size_t node) const;
  // The bytes of a window of `rows` rows, with what all rows leave behind them.
  int64_t WindowBytes(size_t node, int64_t rows) const;
  // The multiply-accumulates that strips add, since some columns are computed
  // for two of them.
  double ExtraMacs() const;
};

// The stream of the plan in which `node` is; null: it runs by itself.
const Stream* StreamOf(const MemoryPlan& plan, const Node& node);

// The bytes of memory that a value of a planned module has: all of its own, or
// a window.
int64_t BytesInMemory(const Module& module, const Value& value);

// Nothing when a node of the stream does not run by rows, or reads of another
// one more than its rows, or when there are strips and more than one result, or
// a node whose rows are not cut; or when one has rows that come in order, and
// there are strips or it is upwards; or when the node at the seam has no
// window, or no columns that two strips need, or strips narrower than these.
std::optional<RowSchedule> ScheduleRows(const Module& module,
                                        const Stream& stream);

// The same for the calls of the stream's nodes, in their order.
std::optional<RowSchedule> ScheduleRows(std::vector<RowCall> calls,
                                        bool upwards, int strips = 1,
                                        std::optional<size_t> seam = {});

}  // namespace tinyc

#endif  // TINYC_COMPILER_LOWERING_ROW_SCHEDULE_H_
