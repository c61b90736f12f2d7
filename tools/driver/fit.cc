// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/fit.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/driver/html.h"
#include "tools/driver/terminal_text.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;

// What the JSON and readers call the memories.
struct Memory {
  const char* key;
  const char* name;
  const char* about;  // before a number of bytes that is an estimate
};
constexpr Memory kMemories[] = {{"ram", "RAM", ""},
                                {"flash", "flash", "about "}};

int64_t Int(const Json& json, const char* key) { return json[key]; }

std::string String(const Json& json, const char* key) { return json[key]; }

std::string LayerNameAt(const Json& report, const Json& index) {
  if (index.is_null()) return "";
  return report["layers"][index.get<size_t>()]["name"];
}

void KeepLargest(Json* parts) {
  std::stable_sort(parts->begin(), parts->end(),
                   [](const Json& a, const Json& b) {
                     return Int(a, "bytes") > Int(b, "bytes");
                   });
  if (parts->size() > kLargestParts) {
    parts->erase(parts->begin() + kLargestParts, parts->end());
  }
}

// What fills the arena where it is fullest.
Json LargestInRam(const Json& report) {
  const int64_t peak = Int(report, "peak_step");
  std::vector<const Json*> live;
  for (const Json& tensor : report["tensors"]) {
    if (Int(tensor, "live_from") <= peak && peak <= Int(tensor, "live_to")) {
      live.push_back(&tensor);
    }
  }
  std::stable_sort(live.begin(), live.end(), [](auto* a, auto* b) {
    return Int(*a, "bytes") > Int(*b, "bytes");
  });
  std::vector<std::pair<int64_t, int64_t>> ranges;  // of those in the list
  Json parts = Json::array();
  for (const Json* tensor : live) {
    const int64_t begin = Int(*tensor, "arena_offset");
    const int64_t end = begin + Int(*tensor, "bytes");
    if (std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
          return range.first <= begin && end <= range.second;
        })) {
      continue;
    }
    ranges.emplace_back(begin, end);
    parts.push_back({{"name", String(*tensor, "name")},
                     {"layer", LayerNameAt(report, (*tensor)["layer"])},
                     {"bytes", end - begin}});
  }
  KeepLargest(&parts);
  return parts;
}

Json LargestInFlash(const Json& report) {
  Json parts = {{{"name", "code, estimated"},
                 {"layer", ""},
                 {"bytes", Int(report, "code_bytes_estimate")}}};
  for (const Json& layer : report["layers"]) {
    if (Int(layer, "weight_bytes") == 0) continue;
    parts.push_back(
        {{"name", absl::StrCat("weights of ", String(layer, "name"))},
         {"layer", String(layer, "name")},
         {"bytes", Int(layer, "weight_bytes")}});
  }
  KeepLargest(&parts);
  return parts;
}

// The inputs and outputs, whose buffers the caller has.
int64_t CallerBytes(const Json& report) {
  int64_t bytes = 0;
  for (const char* side : {"inputs", "outputs"}) {
    for (const Json& tensor : report[side]) {
      // Nobody has a buffer of what comes in rows.
      if (!tensor.contains("rows")) bytes += Int(tensor, "bytes");
    }
  }
  return bytes;
}

// How many bytes fewer the weights have when each layer takes the smallest form
// that can hold them.
int64_t BytesThatFormsSave(const Json& report) {
  int64_t saved = 0;
  for (const Json& layer : report["layers"]) {
    if (!layer.contains("weights")) continue;
    const int64_t bytes = Int(layer["weights"], "bytes");
    int64_t least = bytes;
    for (const Json& other : layer["weights"]["others"]) {
      least = std::min(least, Int(other, "bytes"));
    }
    saved += bytes - least;
  }
  return saved;
}

// Whether `graph` computes in floats and nowhere in integers with a scale:
// what --quantize is for.
bool IsFloatModel(const Graph& graph) {
  bool floats = false;
  for (const auto& node : graph.nodes()) {
    for (const Value* value : node->outputs()) {
      if (value->type().quantized()) return false;
      floats = floats || IsFloat(value->type().dtype);
    }
  }
  return floats;
}

// THE list of options that make models smaller.
Json OptionsThatHelp(absl::string_view memory,
                     absl::Span<const CompiledModel* const> models,
                     const CompileOptions& options, const Json& report) {
  using Type = QuantizeOptions::Type;
  const bool flash = memory == "flash";
  const bool takes_floats =
      std::any_of(models.begin(), models.end(), [](const CompiledModel* model) {
        return IsFloatModel(*model->imported.graph);
      });
  Json list = Json::array();
  const auto add = [&](const char* option, const std::string& effect) {
    list.push_back({{"option", option}, {"effect", effect}});
  };
  if (takes_floats && !options.quantize) {
    add("--quantize=int8 --calibration=FILE.npz",
        flash ? "weights of 8 bits" : "values of 8 bits between the layers");
  }
  if (options.quantize && options.quantize->type != Type::kInt8 && !flash) {
    add("--quantize=int8", "values of 8 bits between all layers");
  }
  if (options.quantize && options.quantize->type != Type::kW4A8 && flash) {
    add("--quantize=w4a8", "weights of 4 bits in most layers");
  }
  if (!options.prune && Int(report, "macs") > 0) {
    add("--prune=macs=50% --calibration=FILE.npz",
        "fewer channels, which costs accuracy");
  }
  if (!flash && options.extra_macs == 0 && report.contains("streams") &&
      !report["streams"].empty()) {
    add("--max-macs-increase=10%",
        "layers in strips of columns, some of which are computed twice");
  }
  if (options.no_slim) {
    add("without --no-slim", "channels that no result depends on are left out");
  }
  const int64_t saved = BytesThatFormsSave(report);
  if (flash && options.weights != WeightStorage::kSmall && saved > 0) {
    add("--weights=small",
        absl::StrCat("weights of ", NumberText(saved),
                     " bytes less, which takes longer to compute"));
  }
  return list;
}

}  // namespace

Json FitJson(absl::Span<const CompiledModel* const> models,
             const CompileOptions& options, const Json& report) {
  Json fit = Json::object();
  const auto add = [&](const char* key, int64_t limit, int64_t bytes,
                       Json largest) {
    fit[key] = {{"limit", limit},
                {"bytes", bytes},
                {"missing", std::max<int64_t>(bytes - limit, 0)},
                {"largest", std::move(largest)},
                {"options", OptionsThatHelp(key, models, options, report)}};
  };
  if (options.limits.ram) {
    add("ram", *options.limits.ram, Int(report, "arena_bytes"),
        LargestInRam(report));
  }
  if (fit.contains("ram")) {
    fit["ram"]["stack_bytes_estimate"] = Int(report, "stack_bytes_estimate");
    fit["ram"]["caller_bytes"] = options.io_in_arena ? 0 : CallerBytes(report);
  }
  if (options.limits.flash) {
    add("flash", *options.limits.flash,
        Int(report, "weight_bytes") + Int(report, "code_bytes_estimate"),
        LargestInFlash(report));
  }
  return fit;
}

Json MergedReport(absl::Span<const Json> reports) {
  const auto largest = std::max_element(
      reports.begin(), reports.end(), [](const Json& a, const Json& b) {
        return Int(a, "arena_bytes") < Int(b, "arena_bytes");
      });
  Json merged = *largest;  // its layers come first: its tensors count them
  for (auto report = reports.begin(); report != reports.end(); ++report) {
    if (report == largest) continue;
    for (const char* key : {"weight_bytes", "code_bytes_estimate", "macs"}) {
      merged[key] = Int(merged, key) + Int(*report, key);
    }
    merged["stack_bytes_estimate"] =
        std::max(Int(merged, "stack_bytes_estimate"),
                 Int(*report, "stack_bytes_estimate"));
    for (const char* key : {"layers", "inputs", "outputs"}) {
      for (const Json& entry : (*report)[key]) merged[key].push_back(entry);
    }
  }
  return merged;
}

absl::Status FitStatus(const Json& fit) {
  std::string sentences;
  for (const Memory& memory : kMemories) {
    if (!fit.contains(memory.key)) continue;
    const Json& part = fit[memory.key];
    if (Int(part, "missing") == 0) continue;
    absl::StrAppend(&sentences, sentences.empty() ? "" : "\n",
                    "the model does not fit: it needs ", memory.about,
                    NumberText(Int(part, "bytes")), " bytes of ", memory.name,
                    ", ", NumberText(Int(part, "missing")), " more than the ",
                    NumberText(Int(part, "limit")), " of --", memory.key);
  }
  if (sentences.empty()) return absl::OkStatus();
  return absl::ResourceExhaustedError(sentences);
}

std::string FitLine(const Json& fit) {
  std::string line;
  for (const Memory& memory : kMemories) {
    if (!fit.contains(memory.key)) continue;
    const Json& part = fit[memory.key];
    absl::StrAppend(&line, line.empty() ? "" : ", ", memory.name, " ",
                    memory.about, NumberText(Int(part, "bytes")), " of ",
                    NumberText(Int(part, "limit")), " bytes");
    if (Int(part, "missing") > 0) {
      absl::StrAppend(&line, ", ", NumberText(Int(part, "missing")),
                      " too many");
    }
    if (part.contains("caller_bytes")) {
      const int64_t callers = Int(part, "caller_bytes");
      absl::StrAppend(
          &line, " (without a stack of about ",
          NumberText(Int(part, "stack_bytes_estimate")),
          callers == 0 ? std::string()
                       : absl::StrCat(" and the caller's ", NumberText(callers),
                                      " bytes of inputs and "
                                      "outputs"),
          ")");
    }
  }
  return line;
}

std::string FitText(const Json& fit) {
  std::string text;
  for (const Memory& memory : kMemories) {
    if (!fit.contains(memory.key)) continue;
    const Json& part = fit[memory.key];
    if (Int(part, "missing") == 0) continue;
    absl::StrAppendFormat(&text, "\n  %15s  in %s\n", "bytes",
                          absl::StrCat(memory.name, ", the largest parts"));
    for (const Json& piece : part["largest"]) {
      const std::string name = String(piece, "name");
      const std::string layer = String(piece, "layer");
      // A scratch buffer and weights are called after their layer.
      const bool named = layer.empty() || absl::StrContains(name, layer);
      absl::StrAppendFormat(
          &text, "  %15s  %s\n", NumberText(Int(piece, "bytes")),
          ShortName(named ? name : absl::StrCat(name, ", of ", layer)));
    }
    for (const Json& option : part["options"]) {
      absl::StrAppend(&text, "  would help: ", String(option, "option"), " (",
                      String(option, "effect"), ")\n");
    }
  }
  return text;
}

std::string FitHtml(const Json& fit) {
  std::string html;
  for (const Memory& memory : kMemories) {
    if (!fit.contains(memory.key)) continue;
    const Json& part = fit[memory.key];
    if (Int(part, "missing") == 0) continue;
    absl::StrAppend(&html, "<p>", memory.name, ": ",
                    NumberText(Int(part, "missing")), " bytes more than the ",
                    NumberText(Int(part, "limit")), " of <code>--", memory.key,
                    "</code>. The largest parts:</p>\n<table>\n");
    for (const Json& piece : part["largest"]) {
      absl::StrAppend(&html, "<tr><td class=\"n\">",
                      NumberText(Int(piece, "bytes")),
                      " B</td><td class=\"name\">",
                      EscapeHtml(String(piece, "name")), "</td></tr>\n");
    }
    absl::StrAppend(&html, "</table>\n");
    if (part["options"].empty()) continue;
    absl::StrAppend(&html, "<p>Options that would help:</p>\n<ul>\n");
    for (const Json& option : part["options"]) {
      absl::StrAppend(&html, "<li><code>", EscapeHtml(String(option, "option")),
                      "</code>: ", EscapeHtml(String(option, "effect")),
                      "</li>\n");
    }
    absl::StrAppend(&html, "</ul>\n");
  }
  return html.empty() ? html : "<h2>What does not fit</h2>\n" + html;
}

}  // namespace tinyc
