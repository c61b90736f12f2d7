// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/report_tradeoffs.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/driver/terminal_text.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;

// In units of the picture.
constexpr double kWidth = 600;
constexpr double kHeight = 200;
constexpr double kLeft = 70;  // for captions
constexpr double kBottom = 20;
constexpr size_t kMostLines = 6;  // of the text

int64_t Int(const Json& json, const char* key) { return json[key]; }

double ExtraShare(const Json& report, int64_t extra_macs) {
  return static_cast<double>(extra_macs) /
         std::max(1.0, static_cast<double>(Int(report, "macs")));
}

bool HasChoice(const Json& report) {
  return report.contains("tradeoffs") && report["tradeoffs"].size() > 1;
}

// "8 layers by rows, +3.2 % multiply-accumulates"
std::string Price(const Json& report, const Json& point) {
  const int64_t layers = Int(point, "layers_in_streams");
  const int64_t extra = Int(point, "extra_macs");
  std::string text = layers == 0 ? std::string("layer by layer")
                                 : absl::StrCat(layers, " layers by rows");
  if (extra > 0) {
    absl::StrAppendFormat(&text, ", +%.1f %% multiply-accumulates",
                          100 * ExtraShare(report, extra));
  }
  return text;
}

// Points of bytes against additional work, both from zero.
std::string Picture(const Json& report) {
  double most_bytes = 1;
  double most_extra = 1e-9;
  for (const Json& point : report["tradeoffs"]) {
    most_bytes =
        std::max(most_bytes, static_cast<double>(Int(point, "arena_bytes")));
    most_extra =
        std::max(most_extra, ExtraShare(report, Int(point, "extra_macs")));
  }
  std::string svg = absl::StrCat(
      "<svg class=\"tradeoffs\" viewBox=\"0 0 ", kWidth, " ", kHeight,
      "\" role=\"img\" aria-label=\"arena against work\">\n");
  std::string line;
  std::string dots;
  for (const Json& point : report["tradeoffs"]) {
    const int64_t bytes = Int(point, "arena_bytes");
    const double x = kLeft + (kWidth - kLeft - 10) *
                                 ExtraShare(report, Int(point, "extra_macs")) /
                                 most_extra;
    const double y = (kHeight - kBottom) *
                     (1 - 0.95 * static_cast<double>(bytes) / most_bytes);
    absl::StrAppend(&line, line.empty() ? "M" : "L", x, " ", y);
    absl::StrAppend(&dots, "<circle cx=\"", x, "\" cy=\"", y,
                    "\" r=\"4\"><title>", NumberText(bytes),
                    " B: ", Price(report, point), "</title></circle>\n");
  }
  return absl::StrCat(
      svg, "<path fill=\"none\" stroke=\"#888\" d=\"", line, "\"/>\n", dots,
      "<text x=\"2\" y=\"12\">", NumberText(static_cast<int64_t>(most_bytes)),
      " B</text>\n", "<text x=\"2\" y=\"", kHeight - kBottom, "\">0 B</text>\n",
      "<text text-anchor=\"end\" x=\"", kWidth - 2, "\" y=\"", kHeight - 4,
      "\">", absl::StrFormat("+%.1f %% MACs", 100 * most_extra), "</text>\n",
      "</svg>\n");
}

}  // namespace

std::string TradeoffsHtml(const Json& report) {
  if (!HasChoice(report)) return "";
  std::string html = absl::StrCat(
      "<h2>Memory against work</h2>\n<p>What <code>--ram</code> and "
      "<code>--max-macs-increase</code> could make of the arena, by estimate; "
      "layers by rows take turns, and keep but some rows of the values between "
      "them.</p>\n",
      Picture(report),
      "<table>\n<tr><th>arena</th><th>layers by rows</th>"
      "<th>more MACs</th></tr>\n");
  for (const Json& point : report["tradeoffs"]) {
    absl::StrAppend(&html, "<tr><td>", NumberText(Int(point, "arena_bytes")),
                    "</td><td>", Int(point, "layers_in_streams"), "</td><td>",
                    NumberText(Int(point, "extra_macs")), "</td></tr>\n");
  }
  return html + "</table>\n";
}

std::string TradeoffsText(const Json& report) {
  std::string text;
  int64_t layers = 0;
  for (const Json& stream : report["streams"]) {
    layers += Int(stream, "last_layer") - Int(stream, "first_layer") + 1;
  }
  if (layers > 0) {
    absl::StrAppend(&text, "\n  ", layers, " of ", report["layers"].size(),
                    " layers run row by row, in ", report["streams"].size(),
                    " streams");
    if (Int(report, "extra_macs") > 0) {
      absl::StrAppendFormat(
          &text, ", +%.1f %% multiply-accumulates",
          100 * ExtraShare(report, Int(report, "extra_macs")));
    }
    absl::StrAppend(&text, "\n");
  }
  if (!HasChoice(report)) return text;
  const Json& points = report["tradeoffs"];
  const size_t step = points.size() / kMostLines + 1;
  absl::StrAppend(&text, "\n  ", "arena by --ram and --max-macs-increase\n");
  for (size_t i = 0; i < points.size(); ++i) {
    if (i % step != 0 && i + 1 != points.size()) continue;
    absl::StrAppendFormat(&text, "  %15s  %s\n",
                          NumberText(Int(points[i], "arena_bytes")),
                          Price(report, points[i]));
  }
  return text;
}

}  // namespace tinyc
