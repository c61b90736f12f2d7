// SPDX-License-Identifier: Apache-2.0
// The search for an arena: places for whole tensors first, then kernels that
// work in place, then streams.
#include <algorithm>
#include <iterator>
#include <utility>

#include "compiler/lowering/call_forms.h"
#include "compiler/lowering/row_schedule.h"
#include "compiler/lowering/rows.h"
#include "compiler/ops/read_rows.h"
#include "passes/memory/arena.h"
#include "passes/memory/choose_streams.h"

namespace tinyc {
namespace {

// The only call of a node, if it has a kernel.
LoweredCall* OnlyCall(const Node& node, Module& module) {
  std::vector<LoweredCall>& calls = module.lowering->calls.at(&node);
  return calls.size() == 1 && calls[0].kernel != nullptr ? &calls[0] : nullptr;
}

// Lets a node work in place.  False when it cannot.
bool RunInPlace(const Node& node, Module& module) {
  LoweredCall* call = OnlyCall(node, module);
  if (call == nullptr) return false;
  std::optional<LoweredCall> form = InPlaceForm(*call, *module.target);
  if (!form) return false;
  *call = *std::move(form);
  return true;
}

// Lets kernels outside of `streams` work in place that do not by themselves:
// those that are faster then, and as few others as make the arena smaller.
absl::StatusOr<Arena> WorkInPlace(Module& module,
                                  const std::vector<Stream>& streams,
                                  Arena best) {
  const auto plain = module.lowering->calls;
  std::vector<const Node*> nodes;  // that are slower in place
  bool any = false;
  int64_t least = best.solution.total;
  for (const auto& node : module.graph->nodes()) {
    if (best.units.InStream(*node) || !RunInPlace(*node, module)) continue;
    any = true;
    const auto cost = [&](const auto& calls) {
      return calls.at(node.get())[0].kernel->cycles_per_mac;
    };
    if (cost(module.lowering->calls) < cost(plain)) {
      least = best.solution.total + 1;  // an arena of this size is as good
    } else {
      nodes.push_back(node.get());
    }
  }
  if (!any) return best;
  TINYC_ASSIGN_OR_RETURN(Arena arena, PlanArenaEitherWay(module, streams));
  if (arena.solution.total >= least) {
    module.lowering->calls = plain;
    return best;
  }
  best = std::move(arena);
  for (const Node* node : nodes) {
    std::vector<LoweredCall> in_place = module.lowering->calls.at(node);
    module.lowering->calls.at(node) = plain.at(node);
    TINYC_ASSIGN_OR_RETURN(arena, PlanArenaEitherWay(module, streams));
    if (arena.solution.total <= best.solution.total) {
      best = std::move(arena);
    } else {
      module.lowering->calls.at(node) = std::move(in_place);
    }
  }
  return best;
}

// An arena with these streams, all of whose nodes get forms that run by rows.
absl::StatusOr<Arena> PlanStreams(Module& module,
                                  const std::vector<Stream>& streams) {
  for (const Stream& stream : streams) {
    for (const Node* node : stream.nodes) {
      if (LoweredCall* call = OnlyCall(*node, module)) {
        *call = ByRowsForm(*call, *module.target);
      }
    }
  }
  return PlanArenaEitherWay(module, streams);
}

// `found`, or a better one for its streams if that can be had for more time.
absl::StatusOr<Arena> SolvedWell(const Module& module, Arena found) {
  if (found.solution.total == found.solution.lower_bound) return found;
  TINYC_ASSIGN_OR_RETURN(
      Arena arena,
      PlanArena(module, {.streams = found.streams, .effort = OffsetEffort()}));
  return arena.solution.total <= found.solution.total ? std::move(arena)
                                                      : std::move(found);
}

// Whether a row of the result takes one row of each operand.
bool IsRowForRow(const RowCall& call) {
  return !call.folds && std::all_of(call.operands.begin(), call.operands.end(),
                                    [](const RowOperand& operand) {
                                      return operand.rows.extent == 1 &&
                                             operand.rows.stride == 1;
                                    });
}

// Streams of the nodes that read inputs row by row and the next layers, up to
// the first one with windows of several rows: their rows are asked for when
// these layers need them.
std::vector<Stream> ReadingStreams(const Module& module) {
  std::vector<const Node*> nodes;
  for (const auto& node : module.graph->nodes()) nodes.push_back(node.get());
  std::vector<Stream> streams;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i]->As<ReadRows>() == nullptr) continue;
    Stream stream{.nodes = {nodes[i]}};
    Stream found;
    for (size_t k = i + 1; k < nodes.size(); ++k) {
      stream.nodes.push_back(nodes[k]);
      const std::optional<RowSchedule> schedule = ScheduleRows(module, stream);
      if (!schedule) break;
      if (schedule->window[0] != 0) found = stream;
      if (!IsRowForRow(schedule->calls.back())) break;
    }
    if (found.nodes.empty()) continue;
    i += found.nodes.size() - 1;
    streams.push_back(std::move(found));
  }
  return streams;
}

// Attempts, of which each takes as long as a plan for whole tensors.
constexpr size_t kAttempts = 12;

}  // namespace

absl::StatusOr<Arena> FindArena(Module& module,
                                std::optional<int64_t> most_bytes,
                                double extra_macs) {
  std::vector<Stream> reading = ReadingStreams(module);
  TINYC_ASSIGN_OR_RETURN(Arena best, PlanArenaEitherWay(module, reading));
  if (!reading.empty()) {
    TINYC_ASSIGN_OR_RETURN(Arena whole, PlanArenaEitherWay(module, {}));
    if (whole.solution.total < best.solution.total) {
      best = std::move(whole);
      reading.clear();
    }
  }
  const auto plain = module.lowering->calls;
  TINYC_ASSIGN_OR_RETURN(best, WorkInPlace(module, reading, std::move(best)));
  if (!most_bytes || best.solution.total <= *most_bytes) {
    return SolvedWell(module, std::move(best));
  }

  auto best_calls = module.lowering->calls;
  module.lowering->calls = plain;
  TINYC_ASSIGN_OR_RETURN(const StreamChooser chooser,
                         StreamChooser::Of(module, extra_macs));
  // The peaks that may be enough from the greatest on; some of them if they are
  // many, and the least ones if none is.
  std::vector<int64_t> peaks = chooser.Peaks();
  std::vector<int64_t> tries;
  std::copy_if(peaks.begin(), peaks.end(), std::back_inserter(tries),
               [&](int64_t peak) { return peak <= *most_bytes; });
  const size_t step = tries.size() / kAttempts + 1;
  if (tries.empty()) {
    peaks.resize(std::min(peaks.size(), kAttempts));
    tries = std::move(peaks);
  }
  for (size_t i = tries.size(); i-- > 0; i -= std::min(i, step - 1)) {
    const std::optional<std::vector<Stream>> streams = chooser.Choose(tries[i]);
    module.lowering->calls = plain;
    TINYC_ASSIGN_OR_RETURN(Arena arena, PlanStreams(module, *streams));
    if (arena.solution.total < best.solution.total) {
      best = std::move(arena);
      best_calls = module.lowering->calls;
    }
    if (best.solution.total <= *most_bytes) break;
  }
  module.lowering->calls = std::move(best_calls);
  return SolvedWell(module, std::move(best));
}

}  // namespace tinyc
