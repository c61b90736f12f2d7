// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/report.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "compiler/lowering/control.h"
#include "compiler/lowering/copied_constants.h"
#include "compiler/lowering/row_schedule.h"
#include "compiler/ops/read_rows.h"
#include "passes/memory/arena.h"
#include "passes/memory/choose_streams.h"
#include "tools/driver/report_weights.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;

std::string Text(absl::string_view text) { return std::string(text); }

// The first and the last step at which the bytes of a value are needed.
struct Interval {
  int64_t from = 0;
  int64_t to = 0;
};

// What the arena holds.
struct Resident {
  std::string name;
  Json layer = nullptr;  // that makes it; null: it is an input of the model
  int64_t offset = 0;
  int64_t bytes = 0;
  Interval live;
};

// Of the inputs that are read, and of all results.
absl::flat_hash_map<const Value*, Interval> Lifetimes(const Module& module) {
  const Liveness liveness(*module.graph, module.plan->streams);
  absl::flat_hash_map<const Value*, Interval> live;
  const auto add = [&](const Value* value) {
    const Lifetime life = liveness.Of(*value);
    live[value] = {std::max(life.first, 0),
                   std::min(life.last, liveness.steps() - 1)};
  };
  for (const Value* input : module.graph->inputs()) {
    if (!input->uses().empty()) add(input);
  }
  for (const auto& node : module.graph->nodes()) {
    for (const Value* output : node->outputs()) add(output);
  }
  return live;
}

Json MemoriesJson(const MemoryPlan& plan) {
  Json memories = Json::array();
  for (const ArenaPart& part : plan.parts) {
    memories.push_back({{"name", part.name},
                        {"arena_offset", part.begin},
                        {"bytes", part.bytes}});
  }
  return memories;
}

Json CopiedConstantsJson(const Module& module) {
  Json memories = Json::array();
  for (const CopiedConstants& copied : CopiedConstantsOf(module)) {
    memories.push_back({{"name", copied.memory},
                        {"bytes", copied.bytes},
                        {"constants", copied.tensors.size()}});
  }
  return memories;
}

Json StreamsJson(const Module& module, double* extra_macs) {
  const Liveness liveness(*module.graph);
  Json streams = Json::array();
  for (const Stream& stream : module.plan->streams) {
    const std::optional<RowSchedule> schedule = ScheduleRows(module, stream);
    if (!schedule) continue;
    const double extra = schedule->ExtraMacs();
    streams.push_back(
        {{"first_layer", liveness.StepOf(*stream.nodes.front())},
         {"last_layer", liveness.StepOf(*stream.nodes.back())},
         {"upwards", stream.upwards},
         {"strips", stream.strips},
         {"seam_layer", stream.seam
                            ? Json(liveness.StepOf(*stream.nodes[*stream.seam]))
                            : Json(nullptr)},
         {"extra_macs", std::llround(extra)}});
    *extra_macs += extra;
  }
  return streams;
}

const std::vector<LoweredCall>& CallsOf(const Module& module,
                                        const Node& node) {
  static const std::vector<LoweredCall>* const none =
      new std::vector<LoweredCall>();
  const auto found = module.lowering->calls.find(&node);
  return found == module.lowering->calls.end() ? *none : found->second;
}

// The bytes of the constants of `calls` that are not yet in `seen`.
int64_t WeightBytes(const std::vector<LoweredCall>& calls,
                    absl::flat_hash_set<const Tensor*>* seen) {
  int64_t bytes = 0;
  for (const LoweredCall& lowered : calls) {
    for (const KernelArg& arg : lowered.call.args) {
      if (arg.constant != nullptr && seen->insert(arg.constant.get()).second) {
        bytes += arg.constant->type().bytes();
      }
    }
  }
  return bytes;
}

std::string KernelNames(const std::vector<LoweredCall>& calls) {
  std::vector<absl::string_view> names;
  for (const LoweredCall& call : calls) {
    if (call.kernel != nullptr) names.push_back(call.kernel->symbol);
  }
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return absl::StrJoin(names, " + ");
}

// The arena offset of `value`; null when it lies elsewhere.  `base`: where the
// module's arena begins in the model's.
Json ArenaOffset(const Module& module, const Value* value, int64_t base = 0) {
  const auto found = module.plan->values.find(value);
  if (found == module.plan->values.end() ||
      found->second.kind != Place::Kind::kArena) {
    return nullptr;
  }
  return base + found->second.offset;
}

// How many bytes of the arena are live at `step`.  Tensors that share bytes,
// as a reshape does, count once.
int64_t LiveBytes(const std::vector<Resident>& residents, int64_t step) {
  std::vector<std::pair<int64_t, int64_t>> ranges;
  for (const Resident& r : residents) {
    if (r.live.from <= step && step <= r.live.to) {
      ranges.push_back({r.offset, r.offset + r.bytes});
    }
  }
  std::sort(ranges.begin(), ranges.end());
  int64_t bytes = 0, end = 0;
  for (const auto& [from, to] : ranges) {
    bytes += std::max<int64_t>(to - std::max(from, end), 0);
    end = std::max(end, to);
  }
  return bytes;
}

Json TensorJson(const Value& value) {
  const TensorType& type = value.type();
  Json json = {
      {"name", value.name()},   {"dtype", Text(InfoOf(type.dtype).text)},
      {"shape", Json::array()}, {"bytes", type.bytes()},
      {"scale", nullptr},       {"zero_point", nullptr}};
  for (const int64_t dim : type.shape) json["shape"].push_back(dim);
  if (type.quantized() && type.quant->per_tensor()) {
    json["scale"] = type.quant->scale[0];
    json["zero_point"] = type.quant->zero_point[0];
  }
  return json;
}

Json TensorsJson(absl::Span<Value* const> values) {
  Json json = Json::array();
  for (const Value* value : values) json.push_back(TensorJson(*value));
  return json;
}

Json InputsJson(const Module& module) {
  Json inputs = TensorsJson(module.graph->inputs());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Node* reader = ReaderOf(*module.graph->inputs()[i]);
    if (reader == nullptr) continue;
    const Value& rows = *reader->output();
    const int64_t kept = module.plan->values.at(&rows).rows;
    inputs[i]["rows"] = rows.type().shape[1];
    inputs[i]["rows_kept"] = kept == 0 ? rows.type().shape[1] : kept;
  }
  return inputs;
}

Json LayersJson(const Module& module, int64_t base,
                absl::flat_hash_set<const Tensor*>* seen, int64_t* weight_bytes,
                int64_t* macs) {
  const auto live = Lifetimes(module);
  Json layers = Json::array();
  for (const auto& node : module.graph->nodes()) {
    const std::vector<LoweredCall>& calls = CallsOf(module, *node);
    const Value* output = node->output();
    int64_t weights = WeightBytes(calls, seen);
    const int64_t work = node->op().Macs(*node);
    const auto scratch = module.plan->scratch.find(node.get());
    Json regions = Json::array();
    for (const auto& region : node->regions()) {
      const int64_t arena = LayOutControl(module, *node).arena;
      const int64_t at =
          arena < 0 ? 0 : base + module.plan->scratch.at(node.get()) + arena;
      int64_t inner_macs = 0;  // the node's own count is of all iterations
      regions.push_back(LayersJson(*module.bodies.at(region.get()), at, seen,
                                   &weights, &inner_macs));
    }
    layers.push_back(
        {{"name", LayerName(*node)},
         {"op", Text(node->op().name())},
         {"kernel", node->As<ReadRows>() != nullptr ? "" : KernelNames(calls)},
         {"output", output->name()},
         {"macs", work},
         {"weight_bytes", weights},
         {"arena_offset", ArenaOffset(module, output, base)},
         {"bytes", BytesInMemory(module, *output)},
         {"live_from", live.at(output).from},
         {"live_to", live.at(output).to},
         {"scratch_offset", scratch == module.plan->scratch.end()
                                ? Json(nullptr)
                                : Json(base + scratch->second)},
         {"scratch_bytes", ScratchBytes(module, *node)}});
    Json stored = WeightsJson(*node, calls, module.target);
    if (!stored.is_null()) layers.back()["weights"] = std::move(stored);
    if (!regions.empty()) layers.back()["regions"] = std::move(regions);
    *weight_bytes += weights;
    *macs += work;
  }
  return layers;
}

std::vector<Resident> Residents(const Module& module) {
  const auto live = Lifetimes(module);
  const Liveness liveness(*module.graph, module.plan->streams);
  std::vector<Resident> residents;
  for (const Value* value : module.graph->inputs()) {
    const Json offset = ArenaOffset(module, value);
    if (offset.is_null()) continue;
    const auto used = live.find(value);
    residents.push_back({ValueName(*value), nullptr, offset,
                         value->type().bytes(),
                         used == live.end() ? Interval() : used->second});
  }
  int64_t step = 0;
  for (const auto& node : module.graph->nodes()) {
    for (const Value* value : node->outputs()) {
      const Json offset = ArenaOffset(module, value);
      if (offset.is_null()) continue;
      residents.push_back({ValueName(*value), step, offset,
                           BytesInMemory(module, *value), live.at(value)});
    }
    const auto scratch = module.plan->scratch.find(node.get());
    if (scratch != module.plan->scratch.end()) {
      residents.push_back(
          {"scratch of " + LayerName(*node),
           step,
           scratch->second,
           ScratchBytes(module, *node),
           {liveness.Of(*node).first, liveness.Of(*node).last}});
    }
    ++step;
  }
  return residents;
}

}  // namespace

std::string LayerName(const Node& node) {
  const std::string names = node.loc().Names();
  return names.empty() ? node.output()->name() : names;
}

std::string ValueName(const Value& value) {
  const bool number = std::all_of(value.name().begin(), value.name().end(),
                                  absl::ascii_isdigit);
  if (!number || value.producer() == nullptr) return value.name();
  return LayerName(*value.producer());
}

int64_t WeightBytes(const Module& module) {
  int64_t weight_bytes = 0;
  int64_t macs = 0;
  absl::flat_hash_set<const Tensor*> seen;
  LayersJson(module, 0, &seen, &weight_bytes, &macs);
  return weight_bytes;
}

Json ReportJson(const Module& module, bool share_code) {
  TINYC_CHECK(module.stage == Stage::kPlanned);
  const std::vector<Resident> residents = Residents(module);
  const int64_t steps = static_cast<int64_t>(module.graph->nodes().size());
  int64_t peak_step = 0, peak_bytes = 0;
  for (int64_t step = 0; step < steps; ++step) {
    const int64_t bytes = LiveBytes(residents, step);
    if (bytes > peak_bytes) {
      peak_bytes = bytes;
      peak_step = step;
    }
  }
  Json tensors = Json::array(), peak = Json::array();
  for (const Resident& r : residents) {
    tensors.push_back({{"name", r.name},
                       {"layer", r.layer},
                       {"arena_offset", r.offset},
                       {"bytes", r.bytes},
                       {"live_from", r.live.from},
                       {"live_to", r.live.to}});
    if (r.live.from <= peak_step && peak_step <= r.live.to) {
      peak.push_back({{"name", r.name}, {"bytes", r.bytes}});
    }
  }
  int64_t weight_bytes = 0, macs = 0;
  absl::flat_hash_set<const Tensor*> seen;
  Json layers = LayersJson(module, 0, &seen, &weight_bytes, &macs);
  double extra_macs = 0;
  Json streams = StreamsJson(module, &extra_macs);
  return {
      {"model", module.name},
      {"target", module.target == nullptr ? Json(nullptr)
                                          : Json(Text(module.target->name))},
      {"arena_bytes", module.plan->arena_bytes},
      {"arena_lower_bound", module.plan->lower_bound},
      {"arena_optimal", module.plan->optimal},
      {"memories", MemoriesJson(*module.plan)},
      {"copied_constants", CopiedConstantsJson(module)},
      {"weight_bytes", weight_bytes},
      {"code_bytes_estimate", CodeBytesEstimate(module, share_code)},
      {"stack_bytes_estimate", StackBytesEstimate(module, share_code)},
      {"macs", macs},
      {"extra_macs", std::llround(extra_macs)},
      {"streams", std::move(streams)},
      {"peak_step", peak_step},
      {"peak_bytes", peak_bytes},
      {"peak_tensors", std::move(peak)},
      {"inputs", InputsJson(module)},
      {"outputs", TensorsJson(module.graph->outputs())},
      {"layers", std::move(layers)},
      {"tensors", std::move(tensors)},
      {"notes", module.notes}};
}

Json IoJson(const Module& module) {
  const absl::StatusOr<int64_t> other = ArenaBytes(module, !module.io_in_arena);
  const int64_t own = module.plan->arena_bytes;
  const Json others = other.ok() ? Json(*other) : Json(nullptr);
  return {{"in_arena", module.io_in_arena},
          {"arena_bytes_with", module.io_in_arena ? Json(own) : others},
          {"arena_bytes_without", module.io_in_arena ? others : Json(own)}};
}

Json TradeoffsJson(const Module& module) {
  Json points = Json::array();
  const absl::StatusOr<std::vector<Tradeoff>> found = Tradeoffs(module);
  if (!found.ok()) return points;
  for (const Tradeoff& point : *found) {
    points.push_back({{"arena_bytes", point.bytes},
                      {"extra_macs", std::llround(point.extra_macs)},
                      {"layers_in_streams", point.nodes}});
  }
  return points;
}

}  // namespace tinyc
