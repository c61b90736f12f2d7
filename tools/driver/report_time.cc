// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/report_time.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "compiler/targets/costs.h"
#include "tools/driver/terminal_text.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;

struct Time {
  double instructions = 0;
  std::optional<double> cycles = 0;
};

// Of the kernels of `node`; nothing where one of them was not counted.
std::optional<Time> TimeOf(const Module& module, const Node& node) {
  if (!node.regions().empty()) return std::nullopt;
  const int64_t macs = node.op().Macs(node);
  const TensorType* sized = &node.output()->type();
  if (macs == 0 && !node.inputs().empty() && node.inputs()[0] != nullptr) {
    const TensorType& operand = node.inputs()[0]->type();
    if (operand.num_elements() > sized->num_elements()) sized = &operand;
  }
  const int64_t elements = sized->num_elements();
  const int64_t channels = sized->shape.empty() ? 1 : sized->shape.back();
  const int64_t pixels = elements / std::max<int64_t>(channels, 1);
  Time time;
  const auto calls = module.lowering->calls.find(&node);
  if (calls == module.lowering->calls.end()) return time;
  for (const LoweredCall& lowered : calls->second) {
    if (lowered.kernel == nullptr) continue;
    const absl::string_view symbol = lowered.kernel->symbol;
    const std::optional<KernelCost> cost = CostOf(*module.target, symbol);
    if (!cost) return std::nullopt;
    const double instructions = cost->Instructions(macs, elements, pixels);
    time.instructions += instructions;
    const std::optional<double> each =
        CyclesPerInstruction(*module.target, symbol);
    if (each && time.cycles) {
      *time.cycles += *each * instructions;
    } else {
      time.cycles = std::nullopt;
    }
  }
  return time;
}

void Put(const Time& time, double clock_mhz, Json* json) {
  (*json)["instructions_estimate"] = std::llround(time.instructions);
  if (!time.cycles) return;
  (*json)["cycles_estimate"] = std::llround(*time.cycles);
  if (clock_mhz > 0) {
    (*json)["milliseconds_estimate"] = *time.cycles / (1e3 * clock_mhz);
  }
}

}  // namespace

void AddTime(const Module& module, double clock_mhz, Json* report) {
  if (module.target == nullptr) return;
  Time total;
  int64_t known = 0;
  int64_t unknown = 0;
  Json layers = (*report)["layers"];
  size_t step = 0;
  for (const auto& node : module.graph->nodes()) {
    Json& layer = layers[step++];
    const std::optional<Time> time = TimeOf(module, *node);
    if (!time) {
      layer["instructions_estimate"] = nullptr;
      ++unknown;
      continue;
    }
    Put(*time, clock_mhz, &layer);
    total.instructions += time->instructions;
    if (total.cycles && time->cycles) {
      *total.cycles += *time->cycles;
    } else {
      total.cycles = std::nullopt;
    }
    if (time->instructions > 0) ++known;
  }
  if (known == 0) return;
  (*report)["layers"] = std::move(layers);
  Put(total, clock_mhz, report);
  (*report)["layers_without_estimate"] = unknown;
}

std::string TimeText(const Json& report) {
  if (!report.contains("instructions_estimate")) return "";
  std::string text = absl::StrCat(
      "about ", NumberText(report["instructions_estimate"].get<int64_t>()),
      " instructions");
  if (report.contains("cycles_estimate")) {
    absl::StrAppend(&text, ", ",
                    NumberText(report["cycles_estimate"].get<int64_t>()),
                    " cycles");
  }
  if (report.contains("milliseconds_estimate")) {
    absl::StrAppendFormat(&text, ", %.2f ms",
                          report["milliseconds_estimate"].get<double>());
  }
  const auto unknown = report["layers_without_estimate"].get<int64_t>();
  if (unknown > 0) {
    absl::StrAppend(&text, ", without ", unknown,
                    unknown == 1 ? " layer" : " layers",
                    " of kernels that were not measured");
  }
  return text;
}

}  // namespace tinyc
