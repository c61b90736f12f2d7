// SPDX-License-Identifier: Apache-2.0
// The report as a few lines for a terminal: totals, the layers that cost most,
// what fills the arena where it is fullest.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "tools/driver/fit.h"
#include "tools/driver/report.h"
#include "tools/driver/report_time.h"
#include "tools/driver/report_tradeoffs.h"
#include "tools/driver/terminal_text.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxLayers = 10;
constexpr size_t kMaxTensors = 5;

int64_t Int(const Json& json, const char* key) { return json[key]; }

std::string String(const Json& json, const char* key) { return json[key]; }

std::string Number(int64_t value) { return NumberText(value); }

std::string TensorLine(const char* side, const Json& tensor) {
  const std::string dims =
      absl::StrJoin(tensor["shape"], "x", [](std::string* out, const Json& d) {
        absl::StrAppend(out, d.get<int64_t>());
      });
  return absl::StrCat("  ", side, String(tensor, "name"), ": ",
                      String(tensor, "dtype"), dims.empty() ? "" : " ", dims,
                      ", ", Number(Int(tensor, "bytes")), " bytes",
                      RowsText(tensor), "\n");
}

}  // namespace

std::string RowsText(const Json& input) {
  if (!input.contains("rows")) return "";
  return absl::StrCat(" handed in by ", Number(Int(input, "rows")), " rows, ",
                      Number(Int(input, "rows_kept")), " kept");
}

namespace {

std::string Totals(const Json& report) {
  const int64_t weights = Int(report, "weight_bytes");
  const int64_t code = Int(report, "code_bytes_estimate");
  std::string text;
  for (const Json& tensor : report["inputs"]) {
    absl::StrAppend(&text, TensorLine("input   ", tensor));
  }
  for (const Json& tensor : report["outputs"]) {
    absl::StrAppend(&text, TensorLine("output  ", tensor));
  }
  absl::StrAppend(
      &text, "  arena   ", Number(Int(report, "arena_bytes")),
      " bytes of RAM, ",
      report["arena_optimal"].get<bool>()
          ? std::string("the least for this order of layers")
          : absl::StrCat("at least ", Number(Int(report, "arena_lower_bound"))),
      "\n");
  for (const Json& memory : report["memories"]) {
    absl::StrAppend(&text, "          ", Number(Int(memory, "bytes")), " in ",
                    String(memory, "name"), "\n");
  }
  for (const Json& copied : report["copied_constants"]) {
    absl::StrAppend(&text, "  copies  ", Number(Int(copied, "bytes")),
                    " bytes of constants in ", String(copied, "name"), "\n");
  }
  if (report.contains("io")) {
    const Json& io = report["io"];
    const bool inside = io["in_arena"];
    const Json& other = io[inside ? "arena_bytes_without" : "arena_bytes_with"];
    absl::StrAppend(&text, "          ",
                    inside ? "with inputs and outputs; without them "
                           : "without inputs and outputs; with them ",
                    other.is_null() ? "-" : Number(other), "\n");
  }
  absl::StrAppend(&text, "  stack   about ",
                  Number(Int(report, "stack_bytes_estimate")),
                  " bytes more (Thumb-2 at -Os)\n");
  absl::StrAppend(&text, "  flash   about ", Number(weights + code),
                  " bytes: weights ", Number(weights), ", code about ",
                  Number(code), " (Thumb-2 at -Os)\n");
  if (report.contains("fit")) {
    absl::StrAppend(
        &text,
        FitStatus(report["fit"]).ok() ? "  fits    " : "  does not fit: ",
        FitLine(report["fit"]), "\n");
  }
  absl::StrAppend(&text, "  work    ", Number(Int(report, "macs")),
                  " multiply-accumulates in ", report["layers"].size(),
                  " layers\n");
  if (const std::string time = TimeText(report); !time.empty()) {
    absl::StrAppend(&text, "  time    ", time, "\n");
  }
  return text;
}

// The layers with most work; of equal ones those with most weights.
std::string Layers(const Json& report) {
  std::vector<const Json*> layers;
  for (const Json& layer : report["layers"]) layers.push_back(&layer);
  std::stable_sort(layers.begin(), layers.end(), [](auto* a, auto* b) {
    return std::pair(Int(*a, "macs"), Int(*a, "weight_bytes")) >
           std::pair(Int(*b, "macs"), Int(*b, "weight_bytes"));
  });
  if (layers.size() > kMaxLayers) layers.resize(kMaxLayers);
  const double all = std::max(1.0, static_cast<double>(Int(report, "macs")));
  std::string text = absl::StrFormat("\n  %15s %6s %12s  %s\n", "MACs", "share",
                                     "weights", "layer");
  for (const Json* layer : layers) {
    const int64_t macs = Int(*layer, "macs");
    absl::StrAppendFormat(&text, "  %15s %4.0f %% %12s  %s (%s)\n",
                          Number(macs), 100 * static_cast<double>(macs) / all,
                          Number(Int(*layer, "weight_bytes")),
                          ShortName(String(*layer, "name")),
                          String(*layer, "op"));
  }
  return text;
}

std::string Peak(const Json& report) {
  std::vector<const Json*> tensors;
  for (const Json& tensor : report["peak_tensors"]) tensors.push_back(&tensor);
  if (tensors.empty()) return "";
  std::stable_sort(tensors.begin(), tensors.end(), [](auto* a, auto* b) {
    return Int(*a, "bytes") > Int(*b, "bytes");
  });
  if (tensors.size() > kMaxTensors) tensors.resize(kMaxTensors);
  const auto& layer =
      report["layers"][static_cast<size_t>(Int(report, "peak_step"))];
  std::string text = absl::StrFormat("\n  %15s  in the arena during %s\n",
                                     "bytes", ShortName(String(layer, "name")));
  for (const Json* tensor : tensors) {
    absl::StrAppendFormat(&text, "  %15s  %s\n", Number(Int(*tensor, "bytes")),
                          ShortName(String(*tensor, "name")));
  }
  return text;
}

// The layers that cost most accuracy.
std::string Quantization(const Json& quality) {
  std::vector<const Json*> layers;
  for (const Json& layer : quality["layers"]) {
    if (!layer["output_sqnr_db"].is_null()) layers.push_back(&layer);
  }
  const auto decibels = [](const Json& layer) {
    return layer["output_sqnr_db"].get<double>();
  };
  std::stable_sort(layers.begin(), layers.end(), [&](auto* a, auto* b) {
    return decibels(*a) < decibels(*b);
  });
  if (layers.size() > kMaxTensors) layers.resize(kMaxTensors);
  std::string text = absl::StrFormat("\n  %12s  %s\n", "outputs dB",
                                     "were only this layer quantized");
  for (const Json* layer : layers) {
    absl::StrAppendFormat(&text, "  %12.1f  %s (%s)\n", decibels(*layer),
                          ShortName(String(*layer, "name")),
                          String(*layer, "op"));
  }
  return text;
}

}  // namespace

std::string ReportText(const Json& report) {
  const std::string target =
      report["target"].is_null()
          ? ""
          : absl::StrCat(" for ", String(report, "target"));
  return absl::StrCat(String(report, "model"), target, "\n", Totals(report),
                      report["layers"].empty() ? "" : Layers(report),
                      Peak(report), TradeoffsText(report),
                      report.contains("quantization")
                          ? Quantization(report["quantization"])
                          : "");
}

}  // namespace tinyc
