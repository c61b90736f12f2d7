// SPDX-License-Identifier: Apache-2.0
#include "compiler/engine/stream_runner.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

#include "compiler/lowering/map_kernel.h"
#include "compiler/lowering/row_schedule.h"

namespace tinyc {
namespace {

class StreamRunner {
 public:
  StreamRunner(const Module& module, const Stream& stream,
               const RowSchedule& schedule, ArgsOfCall args_of)
      : stream_(stream),
        schedule_(schedule),
        args_of_(args_of),
        layers_(schedule.calls.size()) {
    for (size_t n = 0; n < layers_.size(); ++n) {
      const auto place = module.plan->values.find(schedule.calls[n].result);
      if (place == module.plan->values.end()) continue;
      layers_[n].kept = place->second.rows;
    }
  }

  absl::Status Run() {
    for (const RowSchedule::Step& step : schedule_.steps) {
      if (step.turn == 0) layers_[step.node].turns = 0;
      TINYC_RETURN_IF_ERROR(RunStep(step));
    }
    return absl::OkStatus();
  }

 private:
  struct Layer {
    int64_t turns = 0;  // rows that have come in this strip
    int64_t kept = 0;   // rows of the window; 0: the result is whole
  };

  int64_t RowBytes(int strip, size_t n) const {
    return schedule_.columns[static_cast<size_t>(strip)][n].size() *
           schedule_.calls[n].column_bytes();
  }

  // Where a row of the result of layer `n` is in its window.
  uint8_t* RowInWindow(int strip, size_t n, uint8_t* window,
                       int64_t row) const {
    const Layer& layer = layers_[n];
    const int64_t first = std::max<int64_t>(0, layer.turns - layer.kept);
    const int64_t turn =
        schedule_.upwards ? schedule_.calls[n].rows - 1 - row : row;
    const int64_t place =
        schedule_.upwards ? layer.kept - 1 - (turn - first) : turn - first;
    return window + place * RowBytes(strip, n);
  }

  // Where the columns that a step reads begin in the first row that it reads,
  // or, for a kernel that is told about its left border, those that are there.
  uint8_t* Operand(const RowSchedule::Step& step, const RowOperand& operand,
                   void* value) const {
    uint8_t* at = static_cast<uint8_t*>(value);
    const std::optional<size_t> maker = schedule_.MakerOf(*operand.value);
    const int64_t first = schedule_.RowsRead(step, operand).first;
    if (maker && layers_[*maker].kept != 0) {
      at = RowInWindow(step.strip, *maker, at, first);
    } else {
      at += first * operand.row_bytes;
    }
    if (schedule_.calls[step.node].has_left_pad()) return at;
    return at + (schedule_.ColumnsRead(step, operand).first -
                 schedule_.ColumnsThere(step.strip, operand).first) *
                    operand.column_bytes();
  }

  // Where the step writes; a full window loses its oldest row.
  uint8_t* Result(const RowSchedule::Step& step, void* value) {
    uint8_t* const out = static_cast<uint8_t*>(value);
    const RowCall& call = schedule_.calls[step.node];
    const int64_t row = schedule_.RowOf(step);
    Layer& layer = layers_[step.node];
    if (layer.kept == 0) {
      if (call.folds) return out;
      return out + row * call.row_bytes +
             schedule_.ColumnsComputed(step.strip, step.node).first *
                 call.column_bytes();
    }
    const int64_t row_bytes = RowBytes(step.strip, step.node);
    const size_t rest = static_cast<size_t>((layer.kept - 1) * row_bytes);
    if (step.turn >= layer.kept && schedule_.upwards) {
      std::memmove(out + row_bytes, out, rest);
    } else if (step.turn >= layer.kept) {
      std::memmove(out, out + row_bytes, rest);
    }
    ++layer.turns;
    uint8_t* const to = RowInWindow(step.strip, step.node, out, row);
    const int64_t seam = schedule_.SeamRowBytes(step.node);
    if (seam == 0 || step.strip == 0) return to;
    std::memcpy(to, SeamOf(step, out), static_cast<size_t>(seam));
    return to + seam;
  }

  // What the strips of the step's node leave to one another of its row.
  uint8_t* SeamOf(const RowSchedule::Step& step, uint8_t* window) const {
    return window +
           layers_[step.node].kept * schedule_.WindowRowBytes(step.node) +
           step.turn * schedule_.SeamRowBytes(step.node);
  }

  // Keeps the end of the row that the step has computed.
  void LeaveSeam(const RowSchedule::Step& step, void* value) const {
    const int64_t seam = schedule_.SeamRowBytes(step.node);
    if (seam == 0) return;
    uint8_t* const window = static_cast<uint8_t*>(value);
    const uint8_t* const row =
        RowInWindow(step.strip, step.node, window, schedule_.RowOf(step));
    std::memcpy(SeamOf(step, window),
                row + RowBytes(step.strip, step.node) - seam,
                static_cast<size_t>(seam));
  }

  absl::Status RunStep(const RowSchedule::Step& step) {
    const RowCall& call = schedule_.calls[step.node];
    TINYC_ASSIGN_OR_RETURN(std::vector<void*> args,
                           args_of_(*stream_.nodes[step.node], *call.lowered));
    for (const RowOperand& operand : call.operands) {
      args[operand.arg] = Operand(step, operand, args[operand.arg]);
    }
    void* const result = args[call.result_arg];
    args[call.result_arg] = Result(step, result);
    RunKernel(*call.lowered->kernel, schedule_.ShapeOf(step),
              call.lowered->call.quant, args);
    LeaveSeam(step, result);
    return absl::OkStatus();
  }

  const Stream& stream_;
  const RowSchedule& schedule_;
  ArgsOfCall args_of_;
  std::vector<Layer> layers_;  // per node of the stream
};

}  // namespace

void RunKernel(const Kernel& kernel, const Block& shape, const Block& quant,
               const std::vector<void*>& args) {
  if (kernel.run == nullptr) {
    RunMap(kernel, shape, args.data());
  } else {
    kernel.run(shape.data(), quant.data(), args.data());
  }
}

absl::Status RunStream(const Module& module, const Stream& stream,
                       ArgsOfCall args_of) {
  const std::optional<RowSchedule> schedule = ScheduleRows(module, stream);
  if (!schedule) return Internal("a stream does not run by rows");
  return StreamRunner(module, stream, *schedule, args_of).Run();
}

}  // namespace tinyc
