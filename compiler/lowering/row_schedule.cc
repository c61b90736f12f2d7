// SPDX-License-Identifier: Apache-2.0
#include "compiler/lowering/row_schedule.h"

#include <algorithm>
#include <utility>

#include "compiler/base/check.h"

namespace tinyc {
namespace {

class Puller {
 public:
  explicit Puller(RowSchedule& schedule)
      : schedule_(schedule), makers_(schedule.calls.size()) {
    for (size_t i = 0; i < schedule.calls.size(); ++i) {
      for (const RowOperand& operand : schedule.calls[i].operands) {
        makers_[i].push_back(schedule.MakerOf(*operand.value));
      }
    }
  }

  // The steps of one strip, and the windows.
  void Run() {
    done_.assign(schedule_.calls.size(), 0);
    // Results that are read outside take turns, the one that is behind first.
    while (true) {
      size_t next = schedule_.calls.size();
      for (size_t i = 0; i < schedule_.calls.size(); ++i) {
        if (schedule_.window[i] != 0 || IsDone(i)) continue;
        if (next == schedule_.calls.size() || Share(i) < Share(next)) next = i;
      }
      if (next == schedule_.calls.size()) break;
      Compute(next);
    }
    FindWindows();
  }

 private:
  bool IsDone(size_t i) const { return done_[i] == schedule_.calls[i].rows; }
  // How far a node is.
  double Share(size_t i) const {
    return static_cast<double>(done_[i] + 1) /
           static_cast<double>(schedule_.calls[i].rows);
  }

  // The turns of the operand's maker that are needed.
  RowRange Turns(const RowOperand& operand, int64_t row) const {
    const RowRange needed = operand.rows.Needed(row);
    if (!schedule_.upwards) return needed;
    return {operand.rows.size - needed.last, operand.rows.size - needed.first};
  }

  // The next row of node i.
  void Compute(size_t i) {
    const RowSchedule::Step step{0, i, done_[i]};
    const RowCall& call = schedule_.calls[i];
    for (size_t k = 0; k < call.operands.size(); ++k) {
      if (!makers_[i][k]) continue;
      const size_t maker = *makers_[i][k];
      const RowRange turns = Turns(call.operands[k], schedule_.RowOf(step));
      while (done_[maker] < turns.last) Compute(maker);
    }
    schedule_.steps.push_back(step);
    ++done_[i];
  }

  // Walks back from the end: after a step, the rows from `oldest` on are still
  // read.
  void FindWindows() {
    std::vector<int64_t> oldest(schedule_.calls.size());
    for (size_t i = 0; i < oldest.size(); ++i) {
      oldest[i] = schedule_.calls[i].rows;
    }
    for (auto step = schedule_.steps.rbegin(); step != schedule_.steps.rend();
         ++step) {
      const size_t i = step->node;
      int64_t& window = schedule_.window[i];
      if (window != 0) window = std::max(window, step->turn - oldest[i] + 1);
      const RowCall& call = schedule_.calls[i];
      for (size_t k = 0; k < call.operands.size(); ++k) {
        if (!makers_[i][k]) continue;
        int64_t& first = oldest[*makers_[i][k]];
        first = std::min(first,
                         Turns(call.operands[k], schedule_.RowOf(*step)).first);
      }
    }
  }

  RowSchedule& schedule_;
  // Per node and operand.
  std::vector<std::vector<std::optional<size_t>>> makers_;
  std::vector<int64_t> done_;  // rows
};

// How many columns of the node at the seam two neighbouring strips need, at
// most; nothing when it is none, or a strip has fewer.
std::optional<int64_t> SharedColumns(const RowSchedule& schedule, size_t node) {
  int64_t shared = 0;
  for (size_t s = 1; s < schedule.columns.size(); ++s) {
    shared = std::max(shared, schedule.columns[s - 1][node].last -
                                  schedule.columns[s][node].first);
  }
  if (shared == 0) return std::nullopt;
  for (const std::vector<RowRange>& strip : schedule.columns) {
    if (strip[node].size() <= shared) return std::nullopt;
  }
  return shared;
}

// Cuts the columns of the one result into strips, and those of the layers in
// front of it as needed.  False when there is no such result, or too few
// columns.
bool CutColumns(RowSchedule& schedule, int strips) {
  schedule.columns.clear();
  const size_t nodes = schedule.calls.size();
  if (strips == 1) {
    schedule.columns.resize(1);
    for (const RowCall& call : schedule.calls) {
      schedule.columns[0].push_back({0, call.columns});
    }
    return true;
  }
  if (std::count(schedule.window.begin(), schedule.window.end(), 0) != 1 ||
      schedule.window.back() != 0) {
    return false;
  }
  for (int strip = 0; strip < strips; ++strip) {
    const int64_t all = schedule.calls.back().columns;
    std::vector<RowRange> columns(nodes, {0, 0});
    columns.back() = {all * strip / strips, all * (strip + 1) / strips};
    for (size_t i = nodes; i-- > 0;) {
      if (columns[i].size() <= 0) return false;
      RowRange computed = columns[i];
      if (schedule.seam_columns > 0 && schedule.seam == i && strip > 0) {
        computed.first = schedule.columns.back()[i].last;
        columns[i].first = computed.first - schedule.seam_columns;
        if (computed.size() <= 0) return false;
      }
      for (const RowOperand& operand : schedule.calls[i].operands) {
        const std::optional<size_t> maker = schedule.MakerOf(*operand.value);
        if (!maker) continue;
        if (operand.columns.size != schedule.calls[*maker].columns) {
          return false;
        }
        const RowRange needed = operand.columns.Needed(computed);
        RowRange& made = columns[*maker];
        made = made.size() == 0 ? needed
                                : RowRange{std::min(made.first, needed.first),
                                           std::max(made.last, needed.last)};
      }
    }
    schedule.columns.push_back(std::move(columns));
  }
  return true;
}

}  // namespace

const Stream* StreamOf(const MemoryPlan& plan, const Node& node) {
  for (const Stream& stream : plan.streams) {
    const auto& nodes = stream.nodes;
    if (std::count(nodes.begin(), nodes.end(), &node) > 0) return &stream;
  }
  return nullptr;
}

int64_t RowSchedule::RowOf(const Step& step) const {
  return upwards ? calls[step.node].rows - 1 - step.turn : step.turn;
}

std::optional<size_t> RowSchedule::MakerOf(const Value& value) const {
  for (size_t i = 0; i < calls.size(); ++i) {
    if (calls[i].result == &value) return i;
  }
  return std::nullopt;
}

RowRange RowSchedule::ColumnsComputed(int strip, size_t node) const {
  RowRange range = columns[static_cast<size_t>(strip)][node];
  if (strip > 0 && seam == node) range.first += seam_columns;
  return range;
}

RowRange RowSchedule::ColumnsThere(int strip, const RowOperand& operand) const {
  const std::optional<size_t> maker = MakerOf(*operand.value);
  return maker && window[*maker] != 0
             ? columns[static_cast<size_t>(strip)][*maker]
             : RowRange{0, operand.columns.size};
}

RowRange RowSchedule::ColumnsRead(const Step& step,
                                  const RowOperand& operand) const {
  return operand.columns.Needed(ColumnsComputed(step.strip, step.node));
}

RowRange RowSchedule::RowsRead(const Step& step,
                               const RowOperand& operand) const {
  return operand.rows.Needed(RowOf(step));
}

bool RowSchedule::Writes(const Step& step) const {
  const RowCall& call = calls[step.node];
  return !call.folds ||
         (step.strip == strips() - 1 && step.turn == call.rows - 1);
}

Block RowSchedule::ShapeOf(const Step& step) const {
  const RowCall& call = calls[step.node];
  const RowOperand& operand = call.operands[0];
  const RowRange rows = RowsRead(step, operand);
  const int64_t top = RowOf(step) * operand.rows.stride - operand.rows.pad;
  const RowRange there = ColumnsThere(step.strip, operand);
  const RowRange out = ColumnsComputed(step.strip, step.node);
  const int64_t left = out.first * operand.columns.stride - operand.columns.pad;
  Block block = *call.shape;
  const auto set = [&](const RowField& field) {
    int64_t value = 0;
    switch (field.kind) {
      case RowField::Kind::kRows:
        value = rows.size();
        break;
      case RowField::Kind::kPad:
        value = rows.first - top;
        break;
      case RowField::Kind::kFirst:
        value = step.strip == 0 && step.turn == 0 ? 1 : 0;
        break;
      case RowField::Kind::kLast:
        value = Writes(step) ? 1 : 0;
        break;
      case RowField::Kind::kInColumns:
        value = there.size();
        break;
      case RowField::Kind::kLeftPad:
        value = there.first - left;
        break;
      case RowField::Kind::kOutColumns:
        value = out.size() * field.scale;
        break;
    }
    block.SetInt(field.name, field.index, static_cast<int32_t>(value));
  };
  for (const RowField& field : call.fields) set(field);
  if (strips() > 1) {
    for (const RowField& field : call.strip_fields) set(field);
  }
  return block;
}

int64_t RowSchedule::WindowRowBytes(size_t node) const {
  int64_t most = 0;
  for (const std::vector<RowRange>& strip : columns) {
    most = std::max(most, strip[node].size());
  }
  return most * calls[node].column_bytes();
}

int64_t RowSchedule::SeamRowBytes(size_t node) const {
  return seam == node ? seam_columns * calls[node].column_bytes() : 0;
}

int64_t RowSchedule::WindowBytes(size_t node, int64_t rows) const {
  return rows * WindowRowBytes(node) + calls[node].rows * SeamRowBytes(node);
}

double RowSchedule::ExtraMacs() const {
  double extra = 0;
  for (size_t i = 0; i < calls.size(); ++i) {
    const Node& node = *calls[i].result->producer();
    int64_t computed = 0;
    for (int strip = 0; strip < strips(); ++strip) {
      computed += ColumnsComputed(strip, i).size();
    }
    extra += static_cast<double>(node.op().Macs(node)) *
             static_cast<double>(computed - calls[i].columns) /
             static_cast<double>(calls[i].columns);
  }
  return extra;
}

std::optional<RowSchedule> ScheduleRows(std::vector<RowCall> calls,
                                        bool upwards, int strips,
                                        std::optional<size_t> seam) {
  RowSchedule schedule;
  schedule.upwards = upwards;
  const auto is_inside = [&](const Node* node) {
    return std::any_of(calls.begin(), calls.end(), [&](const RowCall& call) {
      return call.result->producer() == node;
    });
  };
  for (const RowCall& call : calls) {
    if (call.in_order && (upwards || strips > 1)) return std::nullopt;
    if (call.strip_fields.empty() && strips > 1) return std::nullopt;
    for (const RowOperand& operand : call.operands) {
      // Its rows must be those that its producer computes one by one.
      for (const RowCall& other : calls) {
        if (other.result == operand.value && other.rows != operand.rows.size) {
          return std::nullopt;
        }
      }
    }
    const absl::Span<const Use> uses = call.result->uses();
    const bool inside =
        !uses.empty() && std::all_of(uses.begin(), uses.end(), [&](Use use) {
          return use.node != nullptr && is_inside(use.node);
        });
    if (call.folds && inside) return std::nullopt;
    schedule.window.push_back(inside ? 1 : 0);
  }
  schedule.calls = std::move(calls);
  if (!CutColumns(schedule, strips)) return std::nullopt;
  if (seam) {
    if (*seam >= schedule.calls.size() || schedule.window[*seam] == 0) {
      return std::nullopt;
    }
    const std::optional<int64_t> shared = SharedColumns(schedule, *seam);
    if (!shared) return std::nullopt;
    schedule.seam = seam;
    schedule.seam_columns = *shared;
    if (!CutColumns(schedule, strips)) return std::nullopt;
  }
  Puller(schedule).Run();
  const std::vector<RowSchedule::Step> first = schedule.steps;
  for (int strip = 1; strip < strips; ++strip) {
    for (RowSchedule::Step step : first) {
      step.strip = strip;
      schedule.steps.push_back(step);
    }
  }
  return schedule;
}

std::optional<RowSchedule> ScheduleRows(const Module& module,
                                        const Stream& stream) {
  std::vector<RowCall> calls;
  for (const Node* node : stream.nodes) {
    std::optional<RowCall> call = RowsOf(module, *node);
    if (!call) return std::nullopt;
    calls.push_back(*std::move(call));
  }
  return ScheduleRows(std::move(calls), stream.upwards, stream.strips,
                      stream.seam);
}

int64_t BytesInMemory(const Module& module, const Value& value) {
  const auto place = module.plan->values.find(&value);
  if (place == module.plan->values.end() || place->second.rows == 0) {
    return value.type().bytes();
  }
  const std::optional<RowSchedule> schedule =
      ScheduleRows(module, *StreamOf(*module.plan, *value.producer()));
  TINYC_CHECK(schedule.has_value());
  return schedule->WindowBytes(*schedule->MakerOf(value), place->second.rows);
}

}  // namespace tinyc
