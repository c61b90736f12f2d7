// SPDX-License-Identifier: Apache-2.0
// The report as one page: a summary, the arena over time as a picture, and the
// layers as a table.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/driver/fit.h"
#include "tools/driver/html.h"
#include "tools/driver/pruning.h"
#include "tools/driver/report.h"
#include "tools/driver/report_arena.h"
#include "tools/driver/report_time.h"
#include "tools/driver/report_tradeoffs.h"
#include "tools/driver/report_weights.h"
#include "tools/driver/terminal_text.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kHead[] = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em;
  padding: 0 1em; color: #1c2733; background: #fff; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
table { border-collapse: collapse; }
th, td { padding: .2em .8em .2em 0; text-align: left; vertical-align: top;
  white-space: nowrap; }
.name { white-space: normal; overflow-wrap: anywhere; min-width: 14em; }
.name div { max-height: 3em; overflow: hidden; }
.name div:hover { max-height: none; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td.db, th.db { text-align: right; font-variant-numeric: tabular-nums;
  min-width: 4.5em; }
td.db { background: linear-gradient(to right, #3f7fbf var(--share, 0%),
  transparent 0) no-repeat 0 1.65em / calc(100% - .8em) 3px; }
thead th { border-bottom: 2px solid #cfd8e3; }
tbody tr:nth-child(odd) { background: #f4f7fa; }
.scroll { overflow-x: auto; }
svg { width: 100%; height: auto; background: #f4f7fa; }
svg rect { stroke: #fff; stroke-width: 1; }
svg rect:hover { stroke: #000; }
svg rect.peak { fill: none; stroke: #1c2733; stroke-dasharray: 4 3;
  pointer-events: none; }
svg line { stroke: #c0392b; stroke-dasharray: 6 3; }
svg text { font: 11px system-ui, sans-serif; fill: #1c2733;
  pointer-events: none; }
svg.heat { background: #f4f7fa; max-width: none; }
svg.heat path { fill: none; stroke-width: 1; }
.pruning td { padding-bottom: .6em; }
.bar { background: #3f7fbf; height: .7em; display: inline-block; }
code { font-size: .9em; }
</style>
)";

std::string String(const Json& json, const char* key) {
  return EscapeHtml(json[key].get<std::string>());
}

int64_t Int(const Json& json, const char* key) { return json[key]; }

// 1234567 as 1 234 567, with spaces that do not break.
std::string Number(int64_t value) { return NumberText(value, "\xe2\x80\xaf"); }

std::string NumberOrDash(const Json& json) {
  return json.is_null() ? "-" : Number(json);
}

void AppendSummary(const Json& report, std::string* html) {
  const auto row = [&](absl::string_view name, const std::string& value,
                       absl::string_view remark = "") {
    absl::StrAppend(html, "<tr><th>", name, "</th><td class=\"n\">", value,
                    "</td><td>", remark, "</td></tr>\n");
  };
  const std::string bound = Number(Int(report, "arena_lower_bound"));
  absl::StrAppend(html, "<table>\n");
  row("Arena (RAM)", Number(Int(report, "arena_bytes")) + " B",
      report["arena_optimal"].get<bool>()
          ? std::string("proved: no plan of this order is smaller")
          : "lower bound " + bound + " B");
  for (const Json& memory : report["memories"]) {
    row(absl::StrCat("of it in ", String(memory, "name")),
        Number(Int(memory, "bytes")) + " B");
  }
  for (const Json& copied : report["copied_constants"]) {
    row(absl::StrCat("Copies of constants in ", String(copied, "name")),
        Number(Int(copied, "bytes")) + " B");
  }
  if (report.contains("io")) {
    row("Arena with inputs and outputs",
        NumberOrDash(report["io"]["arena_bytes_with"]) + " B",
        report["io"]["in_arena"].get<bool>() ? "this one" : "--io-in-arena");
    row("Arena without them",
        NumberOrDash(report["io"]["arena_bytes_without"]) + " B",
        report["io"]["in_arena"].get<bool>() ? "without --io-in-arena"
                                             : "this one");
  }
  row("Stack (RAM)",
      "about " + Number(Int(report, "stack_bytes_estimate")) + " B",
      "an estimate for Thumb-2 at -Os, without library functions");
  row("Weights (flash)", Number(Int(report, "weight_bytes")) + " B");
  row("Code (flash)",
      "about " + Number(Int(report, "code_bytes_estimate")) + " B",
      "an estimate for Thumb-2 at -Os");
  if (report.contains("fit")) {
    row(FitStatus(report["fit"]).ok() ? "Fits" : "Does not fit", "",
        absl::StrCat("<div class=\"name\">", EscapeHtml(FitLine(report["fit"])),
                     "</div>"));
  }
  row("Multiply-accumulates", Number(Int(report, "macs")));
  if (const std::string time = TimeText(report); !time.empty()) {
    row("Time", "", EscapeHtml(time));
  }
  for (const char* key : {"inputs", "outputs"}) {
    for (const Json& tensor : report[key]) {
      std::string dims;
      for (const Json& dim : tensor["shape"]) {
        absl::StrAppend(&dims, dims.empty() ? "" : "x", dim.get<int64_t>());
      }
      row(absl::StrCat(key[0] == 'i' ? "Input <code>" : "Output <code>",
                       String(tensor, "name"), "</code>"),
          Number(Int(tensor, "bytes")) + " B",
          absl::StrCat(String(tensor, "dtype"), " ", dims, RowsText(tensor)));
    }
  }
  absl::StrAppend(html, "</table>\n");
}

void AppendLayers(const Json& report, std::string* html) {
  absl::StrAppend(html,
                  "<h2>Layers</h2>\n<div class=\"scroll\"><table>\n<thead><tr>"
                  "<th class=\"n\">#</th><th class=\"name\">ONNX "
                  "nodes</th><th>operator</th>"
                  "<th>kernel</th><th class=\"n\">MAC</th><th></th>"
                  "<th class=\"n\">instructions</th>"
                  "<th class=\"n\">weights B</th><th>stored</th>"
                  "<th class=\"n\">output B</th>"
                  "<th class=\"n\">at</th><th class=\"n\">live</th>"
                  "<th class=\"n\">scratch B</th></tr></thead>\n<tbody>\n");
  const double macs = static_cast<double>(Int(report, "macs"));
  int64_t step = 0;
  for (const Json& layer : report["layers"]) {
    const double share =
        macs > 0 ? static_cast<double>(Int(layer, "macs")) / macs : 0;
    // A layer made of many nodes has a long name: two lines, all on hovering.
    absl::StrAppend(html, "<tr><td class=\"n\">", step++,
                    "</td><td class=\"name\"><div>", String(layer, "name"),
                    "</div></td><td>", String(layer, "op"), "</td><td><code>",
                    String(layer, "kernel"), "</code></td><td class=\"n\">",
                    Number(Int(layer, "macs")), "</td><td>");
    absl::StrAppend(html, "<span class=\"bar\" style=\"width:",
                    static_cast<int>(share * 100), "px\"></span></td>");
    absl::StrAppend(html, "<td class=\"n\">",
                    layer.contains("instructions_estimate")
                        ? NumberOrDash(layer["instructions_estimate"])
                        : std::string("-"),
                    "</td><td class=\"n\">", Number(Int(layer, "weight_bytes")),
                    "</td><td>",
                    layer.contains("weights") ? WeightsText(layer["weights"])
                                              : std::string("-"),
                    "</td><td class=\"n\">", Number(Int(layer, "bytes")),
                    "</td><td class=\"n\">",
                    NumberOrDash(layer["arena_offset"]),
                    "</td><td class=\"n\">", Int(layer, "live_from"), "-",
                    Int(layer, "live_to"), "</td><td class=\"n\">",
                    Number(Int(layer, "scratch_bytes")), "</td></tr>\n");
  }
  absl::StrAppend(html, "</tbody></table></div>\n");
}

// A number in dB over a bar of it: what is short costs accuracy.
std::string DecibelCell(const Json& json) {
  if (json.is_null()) return "<td class=\"db\">-</td>";
  const double db = json.get<double>();
  constexpr double kWholeCell = 80;  // dB
  const double share = std::clamp(db / kWholeCell, 0.0, 1.0);
  return absl::StrFormat("<td class=\"db\" style=\"--share:%.0f%%\">%.1f</td>",
                         100 * share, db);
}

void AppendQuantization(const Json& quality, std::string* html) {
  absl::StrAppendFormat(
      html,
      "<h2>Quantization</h2>\n<p>On %d calibration samples the signal is "
      "%.1f dB above the noise at the outputs",
      Int(quality, "samples"), quality["sqnr_db"].get<double>());
  if (!quality["agreement"].is_null()) {
    absl::StrAppendFormat(html,
                          ", and %.1f %% of the winners are those of the float "
                          "model",
                          100 * quality["agreement"].get<double>());
  }
  absl::StrAppend(html, ". Layers, on ", Int(quality, "layer_samples"),
                  " samples: <em>alone</em> is the noise of a layer that is "
                  "given the float model's numbers, <em>outputs</em> what that "
                  "leaves at the model's outputs, the layer with the lowest "
                  "number costing most; <em>in all</em> has the noise of the "
                  "layers before it.</p>\n<div class=\"scroll\"><table>\n"
                  "<thead><tr><th class=\"name\">ONNX nodes</th>"
                  "<th>operator</th><th>type</th><th class=\"n\">scale</th>"
                  "<th class=\"n\">zero</th><th class=\"n\">least</th>"
                  "<th class=\"n\">greatest</th>"
                  "<th class=\"n\">saturated</th>"
                  "<th class=\"db\">in all dB</th>"
                  "<th class=\"db\">alone dB</th>"
                  "<th class=\"db\">outputs dB</th></tr></thead>\n"
                  "<tbody>\n");
  for (const Json& layer : quality["layers"]) {
    absl::StrAppendFormat(
        html,
        "<tr><td class=\"name\"><div>%s</div></td><td>%s</td><td>%s</td>"
        "<td class=\"n\">%.4g</td><td class=\"n\">%d</td>"
        "<td class=\"n\">%.3g</td><td class=\"n\">%.3g</td>"
        "<td class=\"n\">%.2f %%</td>",
        String(layer, "name"), String(layer, "op"), String(layer, "dtype"),
        layer["scale"].get<double>(), Int(layer, "zero_point"),
        layer["min"].get<double>(), layer["max"].get<double>(),
        100 * layer["saturated"].get<double>());
    absl::StrAppend(html, DecibelCell(layer["sqnr_db"]),
                    DecibelCell(layer["own_sqnr_db"]),
                    DecibelCell(layer["output_sqnr_db"]), "</tr>\n");
  }
  absl::StrAppend(html, "</tbody></table></div>\n");
}

}  // namespace

std::string ReportHtml(const Json& report) {
  const std::string model = String(report, "model");
  std::string html = kHead;
  absl::StrAppend(&html, "<title>", model, "</title>\n</head>\n<body>\n<h1>",
                  model, "</h1>\n");
  AppendSummary(report, &html);
  if (report.contains("fit")) absl::StrAppend(&html, FitHtml(report["fit"]));
  absl::StrAppend(&html, ArenaHtml(report), TradeoffsHtml(report));
  AppendLayers(report, &html);
  if (report.contains("pruning")) {
    absl::StrAppend(&html, PruningHtml(report["pruning"]));
  }
  if (report.contains("quantization")) {
    AppendQuantization(report["quantization"], &html);
  }
  if (!report["notes"].empty()) {
    absl::StrAppend(&html, "<h2>Notes</h2>\n<ul>\n");
    for (const Json& note : report["notes"]) {
      absl::StrAppend(&html, "<li>", EscapeHtml(note.get<std::string>()),
                      "</li>\n");
    }
    absl::StrAppend(&html, "</ul>\n");
  }
  absl::StrAppend(&html, "</body>\n</html>\n");
  return html;
}

}  // namespace tinyc
