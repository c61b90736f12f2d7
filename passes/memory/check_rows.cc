// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/check_rows.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "compiler/lowering/row_schedule.h"

namespace tinyc {
namespace {

using Region = TaggedMemory::Region;

// The bytes of scratch are those of the node's result from here on, where it
// has none.
constexpr int64_t kSums = int64_t{1} << 40;

class RowChecker {
 public:
  RowChecker(const Module& module, const RowSchedule& schedule,
             const Stream& stream, TaggedMemory& memory)
      : module_(module),
        schedule_(schedule),
        stream_(stream),
        memory_(memory),
        kept_(schedule.calls.size()) {}

  absl::Status Run() {
    for (const RowSchedule::Step& step : schedule_.steps) {
      TINYC_RETURN_IF_ERROR(WithLoc(RunStep(step), *stream_.nodes[step.node]));
    }
    return absl::OkStatus();
  }

 private:
  int64_t RowsKept(const Value& value) const {
    const auto place = module_.plan->values.find(&value);
    return place == module_.plan->values.end() ? 0 : place->second.rows;
  }

  // Where some columns of a row are now.  Of a window, kept_ tells which rows
  // are in it; they lie in the order of the tensor, against the end at which
  // rows come in, and have the columns of the strip.
  absl::StatusOr<Region> RowAt(const Value& value, int64_t row,
                               int64_t row_bytes, int64_t column_bytes,
                               const RowRange& columns) {
    const int64_t bytes = columns.size() * column_bytes;
    const int64_t rows = RowsKept(value);
    if (rows == 0) {
      TINYC_ASSIGN_OR_RETURN(const Region whole, memory_.RegionOf(value));
      return whole.Part(row * row_bytes + columns.first * column_bytes, bytes);
    }
    const std::optional<size_t> maker = schedule_.MakerOf(value);
    if (!maker) {
      return Internal("%", value.name(), " has a window outside its stream");
    }
    const RowRange& there = ColumnsOf(*maker);
    const std::deque<int64_t>& kept = kept_[*maker];
    const auto found = std::find(kept.begin(), kept.end(), row);
    if (found == kept.end() || columns.first < there.first ||
        columns.last > there.last) {
      return Internal("row ", row, " of %", value.name(),
                      " is not in its window");
    }
    TINYC_ASSIGN_OR_RETURN(
        const Region window,
        memory_.RegionOf(value, schedule_.WindowBytes(*maker, rows)));
    const int64_t missing = rows - static_cast<int64_t>(kept.size());
    const int64_t place = found - kept.begin();
    return window.Part(
        ((stream_.upwards ? missing + place : place) * there.size() +
         columns.first - there.first) *
            column_bytes,
        bytes);
  }

  const RowRange& ColumnsOf(size_t n) const {
    return schedule_.columns[static_cast<size_t>(strip_)][n];
  }

  // Takes in the next row of node n, whose tags are still those of another.
  absl::Status MakeRoom(size_t n, int64_t row) {
    const RowCall& call = schedule_.calls[n];
    const int64_t rows = RowsKept(*call.result);
    if (rows == 0) return absl::OkStatus();
    std::deque<int64_t>& kept = kept_[n];
    const bool full = static_cast<int64_t>(kept.size()) == rows;
    if (stream_.upwards) {
      if (full) kept.pop_back();
      kept.push_front(row);
    } else {
      if (full) kept.pop_front();
      kept.push_back(row);
    }
    if (!full) return absl::OkStatus();
    const int64_t row_bytes = ColumnsOf(n).size() * call.column_bytes();
    TINYC_ASSIGN_OR_RETURN(const Region window,
                           memory_.RegionOf(*call.result, rows * row_bytes));
    std::vector<ByteTag>& tags = window.block->tags;
    const auto begin = tags.begin() + static_cast<std::ptrdiff_t>(window.begin);
    const auto end = tags.begin() + static_cast<std::ptrdiff_t>(window.end);
    if (stream_.upwards) {
      std::move_backward(begin, end - row_bytes, end);
    } else {
      std::move(begin + row_bytes, end, begin);
    }
    return absl::OkStatus();
  }

  // A node that folds keeps its sums in scratch from its first call on.
  absl::Status UseScratch(const RowSchedule::Step& step, const RowCall& call) {
    const int64_t bytes = call.lowered->call.scratch_bytes;
    if (bytes == 0) return absl::OkStatus();
    TINYC_ASSIGN_OR_RETURN(const Region region,
                           memory_.ScratchOf(*stream_.nodes[step.node], bytes));
    if (call.folds && (step.turn > 0 || step.strip > 0)) {
      TINYC_RETURN_IF_ERROR(memory_.CheckHolds(region, *call.result, kSums,
                                               "when a row is added"));
    }
    return memory_.Write(region, *call.result, kSums);
  }

  absl::Status WriteColumns(const RowSchedule::Step& step,
                            const RowRange& columns) {
    const RowCall& call = schedule_.calls[step.node];
    const int64_t row = schedule_.RowOf(step);
    TINYC_ASSIGN_OR_RETURN(
        const Region result,
        RowAt(*call.result, row, call.row_bytes, call.column_bytes(), columns));
    return memory_.Write(
        result, *call.result,
        row * call.row_bytes + columns.first * call.column_bytes());
  }

  // What the row of the step's node has from the strip before, and what it
  // leaves to the next one, behind the rows of the window.
  absl::Status TakeSeam(const RowSchedule::Step& step) {
    if (schedule_.SeamRowBytes(step.node) == 0 || step.strip == 0) {
      return absl::OkStatus();
    }
    const int64_t first = ColumnsOf(step.node).first;
    TINYC_ASSIGN_OR_RETURN(const Region seam, SeamOf(step));
    TINYC_RETURN_IF_ERROR(
        memory_.CheckHolds(seam, *schedule_.calls[step.node].result,
                           ByteAt(step, first), "when a strip takes it"));
    return WriteColumns(step, {first, first + schedule_.seam_columns});
  }
  absl::Status LeaveSeam(const RowSchedule::Step& step) {
    if (schedule_.SeamRowBytes(step.node) == 0) return absl::OkStatus();
    const int64_t last = ColumnsOf(step.node).last;
    TINYC_ASSIGN_OR_RETURN(const Region seam, SeamOf(step));
    return memory_.Write(seam, *schedule_.calls[step.node].result,
                         ByteAt(step, last - schedule_.seam_columns));
  }
  absl::StatusOr<Region> SeamOf(const RowSchedule::Step& step) {
    const Value& value = *schedule_.calls[step.node].result;
    const int64_t rows = RowsKept(value);
    const int64_t bytes = schedule_.SeamRowBytes(step.node);
    TINYC_ASSIGN_OR_RETURN(
        const Region window,
        memory_.RegionOf(value, schedule_.WindowBytes(step.node, rows)));
    return window.Part(
        rows * schedule_.WindowRowBytes(step.node) + step.turn * bytes, bytes);
  }
  int64_t ByteAt(const RowSchedule::Step& step, int64_t column) const {
    const RowCall& call = schedule_.calls[step.node];
    return schedule_.RowOf(step) * call.row_bytes +
           column * call.column_bytes();
  }

  absl::Status RunStep(const RowSchedule::Step& step) {
    const RowCall& call = schedule_.calls[step.node];
    const int64_t row = schedule_.RowOf(step);
    if (step.strip != strip_) {
      strip_ = step.strip;
      for (std::deque<int64_t>& kept : kept_) kept.clear();
    }
    TINYC_RETURN_IF_ERROR(MakeRoom(step.node, row));
    TINYC_RETURN_IF_ERROR(UseScratch(step, call));
    TINYC_RETURN_IF_ERROR(TakeSeam(step));
    if (call.folds && schedule_.Writes(step)) {
      TINYC_ASSIGN_OR_RETURN(const Region result,
                             memory_.RegionOf(*call.result));
      TINYC_RETURN_IF_ERROR(memory_.Write(result, *call.result, 0));
    } else if (!call.folds) {
      TINYC_RETURN_IF_ERROR(
          WriteColumns(step, schedule_.ColumnsComputed(step.strip, step.node)));
    }
    // After the writes, since the kernel reads until its end.
    for (const RowOperand& operand : call.operands) {
      const RowRange rows = schedule_.RowsRead(step, operand);
      const RowRange columns = schedule_.ColumnsRead(step, operand);
      for (int64_t r = rows.first; r < rows.last; ++r) {
        TINYC_ASSIGN_OR_RETURN(const Region at,
                               RowAt(*operand.value, r, operand.row_bytes,
                                     operand.column_bytes(), columns));
        TINYC_RETURN_IF_ERROR(memory_.CheckHolds(
            at, *operand.value,
            r * operand.row_bytes + columns.first * operand.column_bytes(),
            "when it is read"));
      }
    }
    return LeaveSeam(step);
  }

  int strip_ = 0;
  const Module& module_;
  const RowSchedule& schedule_;
  const Stream& stream_;
  TaggedMemory& memory_;
  std::vector<std::deque<int64_t>> kept_;  // per node, in the tensor's order
};

}  // namespace

absl::Status CheckRows(const Module& module, const Stream& stream,
                       TaggedMemory& memory) {
  const std::optional<RowSchedule> schedule = ScheduleRows(module, stream);
  if (!schedule) {
    return WithLoc(Internal("the stream has nodes that do not run by rows"),
                   *stream.nodes[0]);
  }
  return RowChecker(module, *schedule, stream, memory).Run();
}

}  // namespace tinyc
