// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/pruning.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "passes/weights.h"
#include "tools/driver/html.h"
#include "tools/driver/report.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMostHeatRows = 64;
constexpr int64_t kMostHeatColumns = 96;

double GreatestOf(const Tensor& weights) {
  double greatest = 0;
  for (int64_t i = 0; i < weights.size(); ++i) {
    greatest = std::max(greatest, std::fabs(weights.Real(i)));
  }
  return greatest;
}

std::vector<int64_t> HistogramOf(const Tensor& weights, double limit) {
  std::vector<int64_t> bins(kHistogramBins);
  for (int64_t i = 0; i < weights.size(); ++i) {
    const double weight = weights.Real(i);
    if (weight == 0) continue;
    const double at = (weight / limit + 1) / 2 * kHistogramBins;
    ++bins[std::min(static_cast<size_t>(at), kHistogramBins - 1)];
  }
  return bins;
}

Json HeatOf(const Tensor& weights, double limit) {
  const int64_t rows = weights.shape()[0];
  const int64_t columns = weights.size() / rows;
  const int64_t high = std::min(rows, kMostHeatRows);
  const int64_t wide = std::min(columns, kMostHeatColumns);
  std::vector<double> sums(static_cast<size_t>(high * wide));
  std::vector<int64_t> counts(sums.size());
  for (int64_t i = 0; i < weights.size(); ++i) {
    const int64_t cell =
        i / columns * high / rows * wide + i % columns * wide / columns;
    sums[static_cast<size_t>(cell)] += std::fabs(weights.Real(i));
    ++counts[static_cast<size_t>(cell)];
  }
  std::string cells;
  for (size_t c = 0; c < sums.size(); ++c) {
    const double mean = sums[c] / static_cast<double>(counts[c]);
    // Magnitudes are small for the most part: by their square root.
    const int level = static_cast<int>(std::ceil(9 * std::sqrt(mean / limit)));
    cells += static_cast<char>('0' + (sums[c] == 0 ? 0 : std::max(level, 1)));
  }
  return {{"rows", high}, {"columns", wide}, {"cells", cells}};
}

Json StateJson(const Tensor& weights, double limit) {
  int64_t zeros = 0;
  for (int64_t i = 0; i < weights.size(); ++i) zeros += weights.Real(i) == 0;
  return {{"rows", weights.shape()[0]},
          {"columns", weights.size() / weights.shape()[0]},
          {"zeros", zeros},
          {"histogram", HistogramOf(weights, limit)},
          {"heat", HeatOf(weights, limit)}};
}

int64_t Int(const Json& json, const char* key) {
  return json[key].get<int64_t>();
}

// Runs of cells of one level as one path each: dark where weights are great.
std::string HeatSvg(const Json& heat) {
  const std::string cells = heat["cells"].get<std::string>();
  const int64_t rows = Int(heat, "rows");
  const int64_t columns = Int(heat, "columns");
  std::string paths[10];
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns;) {
      const char level = cells[static_cast<size_t>(r * columns + c)];
      int64_t end = c;
      while (end < columns &&
             cells[static_cast<size_t>(r * columns + end)] == level) {
        ++end;
      }
      absl::StrAppend(&paths[level - '0'], "M", c, " ", r, ".5h", end - c);
      c = end;
    }
  }
  std::string svg = absl::StrFormat(
      "<svg class=\"heat\" viewBox=\"0 0 %d %d\" style=\"width:%dpx\">",
      columns, rows, 2 * columns);
  for (int level = 1; level <= 9; ++level) {
    if (paths[level].empty()) continue;
    absl::StrAppendFormat(&svg,
                          "<path d=\"%s\" stroke=\"hsl(210 50%% %d%%)\"/>",
                          paths[level], 88 - 8 * level);
  }
  return absl::StrCat(svg, "</svg>");
}

std::string HistogramSvg(const Json& histogram, int64_t greatest) {
  constexpr int kHeight = 40;
  std::string svg = absl::StrFormat(
      "<svg class=\"heat\" viewBox=\"0 0 %d %d\" style=\"width:%dpx\">"
      "<path stroke=\"#3f7fbf\" d=\"",
      kHistogramBins, kHeight, 2 * kHistogramBins);
  for (size_t bin = 0; bin < histogram.size(); ++bin) {
    const double share = histogram[bin].get<double>() /
                         static_cast<double>(std::max<int64_t>(greatest, 1));
    if (share == 0) continue;
    absl::StrAppendFormat(&svg, "M%d.5 %dv-%.1f", bin, kHeight,
                          std::max(share * kHeight, 0.5));
  }
  return absl::StrCat(svg, "\"/></svg>");
}

int64_t GreatestBin(const Json& state) {
  int64_t greatest = 0;
  for (const Json& bin : state["histogram"]) {
    greatest = std::max(greatest, bin.get<int64_t>());
  }
  return greatest;
}

}  // namespace

Json PruningJson(const Graph& before, const Graph& after) {
  absl::flat_hash_map<absl::string_view, const Tensor*> pruned;
  for (const auto& node : after.nodes()) {
    if (!IsWeighted(*node)) continue;
    const Tensor* weights = ConstantBehind(node->input(1));
    if (weights != nullptr) pruned[node->output()->name()] = weights;
  }
  Json layers = Json::array();
  for (const auto& node : before.nodes()) {
    if (!IsWeighted(*node)) continue;
    const auto found = pruned.find(node->output()->name());
    const Tensor* constant = ConstantBehind(node->input(1));
    if (found == pruned.end() || constant == nullptr || constant->size() == 0) {
      continue;
    }
    const Tensor& weights = *constant;
    const double limit =
        std::max({GreatestOf(weights), GreatestOf(*found->second), 1e-30});
    layers.push_back({{"name", LayerName(*node)},
                      {"before", StateJson(weights, limit)},
                      {"after", StateJson(*found->second, limit)},
                      {"limit", limit}});
  }
  return {{"layers", std::move(layers)}};
}

std::string PruningHtml(const Json& pruning) {
  std::string html =
      "<h2>Pruning</h2>\n<p>Each layer's weights before and after: a row for "
      "each output channel, dark where they are great, pale where they are 0 "
      "or gone; and how often which weight occurs, without 0.</p>\n"
      "<div class=\"scroll\"><table class=\"pruning\">\n<thead><tr>"
      "<th class=\"name\">ONNX nodes</th><th class=\"n\">weights</th>"
      "<th class=\"n\">zeros</th><th>before</th><th>after</th>"
      "<th colspan=\"2\">histograms</th></tr></thead>\n<tbody>\n";
  for (const Json& layer : pruning["layers"]) {
    const Json& before = layer["before"];
    const Json& after = layer["after"];
    const int64_t weights = Int(after, "rows") * Int(after, "columns");
    const int64_t greatest = std::max(GreatestBin(before), GreatestBin(after));
    absl::StrAppendFormat(
        &html,
        "<tr><td class=\"name\"><div>%s</div></td>"
        "<td class=\"n\">%d &times; %d<br>&rarr; %d &times; %d</td>"
        "<td class=\"n\">%.1f %%<br>&rarr; %.1f %%</td>",
        EscapeHtml(layer["name"].get<std::string>()), Int(before, "rows"),
        Int(before, "columns"), Int(after, "rows"), Int(after, "columns"),
        100.0 * static_cast<double>(Int(before, "zeros")) /
            static_cast<double>(Int(before, "rows") * Int(before, "columns")),
        100.0 * static_cast<double>(Int(after, "zeros")) /
            static_cast<double>(weights));
    absl::StrAppend(&html, "<td>", HeatSvg(before["heat"]), "</td><td>",
                    HeatSvg(after["heat"]), "</td><td>",
                    HistogramSvg(before["histogram"], greatest), "</td><td>",
                    HistogramSvg(after["histogram"], greatest), "</td></tr>\n");
  }
  absl::StrAppend(&html, "</tbody></table></div>\n");
  return html;
}

}  // namespace tinyc
