// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/row_units.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace tinyc {
namespace {

// Of an operand from outside, the part that is read from a step on.
class StillRead {
 public:
  StillRead(const RowSchedule& schedule, const Value* operand) {
    Part part{std::numeric_limits<int64_t>::max(), -1};
    parts_.assign(schedule.steps.size(), part);
    for (size_t k = schedule.steps.size(); k-- > 0;) {
      const RowSchedule::Step& step = schedule.steps[k];
      for (const RowOperand& o : schedule.calls[step.node].operands) {
        if (o.value != operand) continue;
        const RowRange rows = schedule.RowsRead(step, o);
        part.begin = std::min(part.begin, rows.first * o.row_bytes);
        part.end = std::max(part.end, rows.last * o.row_bytes);
      }
      parts_[k] = part;
    }
  }

  bool Any(size_t step) const { return parts_[step].end >= 0; }
  int64_t Begin(size_t step) const { return parts_[step].begin; }
  int64_t End(size_t step) const { return parts_[step].end; }

 private:
  struct Part {
    int64_t begin;  // bytes
    int64_t end;
  };
  std::vector<Part> parts_;  // per step
};

// The distance of the result of node `n` from an operand.
int64_t DistanceOf(const RowSchedule& schedule, size_t n,
                   const StillRead& operand) {
  int64_t distance = 0;
  for (size_t k = 0; k < schedule.steps.size(); ++k) {
    const RowCall& call = schedule.calls[n];
    const RowSchedule::Step& step = schedule.steps[k];
    if (step.node != n || !operand.Any(k) || !schedule.Writes(step)) continue;
    const int64_t begin =
        call.folds ? 0 : schedule.RowOf(step) * call.row_bytes;
    distance = std::max(
        distance, schedule.upwards ? operand.End(k) - begin
                                   : begin + call.row_bytes - operand.Begin(k));
  }
  return distance;
}

// Whether bytes of one may be written where those of the other are read, in a
// function that knows both types: C lets a compiler take pointers to different
// types for pointers to different bytes, unless one is to characters.
bool MayMeet(const Value& a, const Value& b) {
  return a.type().dtype == b.type().dtype || InfoOf(a.type().dtype).bits == 8 ||
         InfoOf(b.type().dtype).bits == 8;
}

}  // namespace

std::vector<RowDistance> RowDistances(const RowSchedule& schedule) {
  std::vector<const Value*> operands;
  for (const RowCall& call : schedule.calls) {
    for (const RowOperand& operand : call.operands) {
      if (!schedule.MakerOf(*operand.value) &&
          std::count(operands.begin(), operands.end(), operand.value) == 0) {
        operands.push_back(operand.value);
      }
    }
  }
  std::vector<RowDistance> distances;
  for (const Value* operand : operands) {
    const StillRead still_read(schedule, operand);
    for (size_t n = 0; n < schedule.calls.size(); ++n) {
      const Value* result = schedule.calls[n].result;
      if (schedule.window[n] != 0 || !MayMeet(*operand, *result)) continue;
      const int64_t distance = DistanceOf(schedule, n, still_read);
      const Value* below = schedule.upwards ? operand : result;
      if (distance >= below->type().bytes()) continue;
      distances.push_back({operand, result, schedule.upwards, distance});
    }
  }
  return distances;
}

absl::StatusOr<RowUnits> RowUnits::Of(
    const Module& module, absl::Span<const Stream> streams,
    const absl::flat_hash_set<const Node*>& either_way) {
  RowUnits units;
  // Adds what is to know of `stream`, run in one direction, or in both if it
  // can; false when it does not run by rows.
  const auto add = [&](const Stream& stream, bool both, Unit* unit) {
    std::vector<RowSchedule> schedules;
    Stream other = stream;
    other.upwards = !stream.upwards;
    for (const Stream& way : {stream, other}) {
      if (way.upwards != stream.upwards && !both) continue;
      std::optional<RowSchedule> schedule = ScheduleRows(module, way);
      if (!schedule && way.upwards != stream.upwards) continue;
      if (!schedule) return false;
      for (const RowDistance& d : RowDistances(*schedule)) {
        unit->distances.push_back(d);
      }
      schedules.push_back(*std::move(schedule));
    }
    std::vector<const RowSchedule*> pointers;
    for (const RowSchedule& schedule : schedules) pointers.push_back(&schedule);
    unit->windows = GroupWindows(pointers);
    for (const WindowGroup& group : unit->windows) {
      for (const WindowGroup::Window& window : group.windows) {
        units.windowed_.insert(window.value);
      }
    }
    return true;
  };
  for (const Stream& stream : streams) {
    Unit unit{stream, {}, {}};
    if (!add(stream, either_way.contains(stream.nodes[0]), &unit)) {
      return WithLoc(Internal("a stream has nodes that do not run by rows"),
                     *stream.nodes[0]);
    }
    units.in_stream_.insert(stream.nodes.begin(), stream.nodes.end());
    units.units_.push_back(std::move(unit));
  }
  for (const auto& node : module.graph->nodes()) {
    if (units.InStream(*node)) continue;
    const bool both = either_way.contains(node.get());
    if (!both && !GoesByRows(module, *node)) continue;
    Unit unit{{.nodes = {node.get()}}, {}, {}};
    add(unit.stream, both, &unit);
    if (!unit.distances.empty()) units.units_.push_back(std::move(unit));
  }
  return units;
}

}  // namespace tinyc
