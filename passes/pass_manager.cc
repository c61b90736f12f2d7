// SPDX-License-Identifier: Apache-2.0
#include "passes/pass_manager.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/base/file.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "compiler/ir/verify.h"
#include "compiler/text/print.h"
#include "passes/pipelines.h"

namespace tinyc {
namespace {

constexpr int kMostNestedPresets = 10;

absl::Status UnknownPass(absl::string_view name) {
  std::vector<absl::string_view> names;
  for (const Pass& pass : AllPasses()) names.push_back(pass.name);
  for (const Preset& preset : AllPresets()) names.push_back(preset.name);
  return Invalid("there is no pass ", name, DidYouMean(name, names));
}

// The items of a text, split at the commas outside braces.
std::vector<absl::string_view> SplitItems(absl::string_view text) {
  std::vector<absl::string_view> items;
  bool in_braces = false;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == ',' && !in_braces)) {
      items.push_back(
          absl::StripAsciiWhitespace(text.substr(begin, i - begin)));
      begin = i + 1;
    } else if (text[i] == '{' || text[i] == '}') {
      in_braces = text[i] == '{';
    }
  }
  return items;
}

// `name` and the options between the braces of one item.
absl::Status SplitItem(absl::string_view item, absl::string_view* name,
                       PassOptions* options) {
  const size_t brace = item.find('{');
  *name = absl::StripAsciiWhitespace(item.substr(0, brace));
  if (brace == item.npos) return absl::OkStatus();
  absl::string_view inside = item.substr(brace + 1);
  if (!absl::ConsumeSuffix(&inside, "}") || absl::StrContains(inside, '{') ||
      absl::StrContains(inside, '}')) {
    return Invalid("the braces of ", item, " do not match");
  }
  std::map<std::string, std::string> values;
  for (const absl::string_view entry : absl::StrSplit(inside, ';')) {
    if (absl::StripAsciiWhitespace(entry).empty()) continue;
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(entry, absl::MaxSplits('=', 1));
    const std::string key(absl::StripAsciiWhitespace(pair.first));
    const std::string value =
        absl::StrContains(entry, '=')
            ? std::string(absl::StripAsciiWhitespace(pair.second))
            : "true";
    if (!values.emplace(key, value).second) {
      return Invalid(*name, " is given the option ", key, " twice");
    }
  }
  *options = PassOptions(std::move(values));
  return absl::OkStatus();
}

absl::Status AppendItems(absl::string_view text, int depth,
                         Pipeline* pipeline) {
  TINYC_CHECK(depth < kMostNestedPresets);  // a preset names itself
  for (const absl::string_view item : SplitItems(text)) {
    if (item.empty()) continue;
    absl::string_view name;
    PassOptions options;
    TINYC_RETURN_IF_ERROR(SplitItem(item, &name, &options));
    if (const Pass* pass = FindPass(name)) {
      pipeline->push_back({pass, std::move(options)});
      continue;
    }
    const std::optional<absl::string_view> preset = PresetText(name);
    if (!preset) return UnknownPass(name);
    if (!options.values().empty()) {
      return Invalid("the preset ", name, " takes no options");
    }
    TINYC_RETURN_IF_ERROR(AppendItems(*preset, depth + 1, pipeline));
  }
  return absl::OkStatus();
}

// The pass that leads from one stage to another, for advice.
std::string PassBetween(Stage from, Stage to) {
  for (const Pass& pass : AllPasses()) {
    if (pass.from == from && pass.to == to) {
      return absl::StrCat("; run ", pass.name, " first");
    }
  }
  return "";
}

// A module as text, kept until it is known whether it is needed.  Constants
// are shared with the module, not copied.
class Snapshot {
 public:
  Snapshot(const Module& module, const PipelineItem& item)
      : item_(item),
        stem_(absl::StrCat(CIdentifier(module.name), "-before-",
                           item.pass->name)),
        blob_{.file = stem_ + ".bin"},
        text_(PrintModule(module, {.blob = &blob_})) {}

  // Writes the files and returns advice that names them.
  std::string Write(const std::string& folder) const {
    if (folder.empty()) return "";
    const std::string stem = absl::StrCat(folder, "/", stem_);
    std::vector<NamedFile> files = {{stem + ".tir", text_}};
    if (blob_.size > 0) files.push_back({stem + ".bin", blob_.Contents()});
    if (const absl::Status status = WriteFiles(files); !status.ok()) {
      return absl::StrCat("; ", status.message());
    }
    return absl::StrCat("; to see it again: tinyc-opt '--passes=",
                        ToString(item_), "' ", stem, ".tir");
  }

 private:
  const PipelineItem& item_;
  std::string stem_;
  BlobSink blob_;
  std::string text_;
};

absl::Status CheckPrintAfter(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name != "all" && FindPass(name) == nullptr) return UnknownPass(name);
  }
  return absl::OkStatus();
}

// Runs one pass and says what is wrong with the module it leaves.
absl::Status RunPass(Module& module, const PipelineItem& item) {
  const absl::Status status = item.pass->run(module, item.options);
  if (!status.ok()) {
    return absl::Status(status.code(),
                        absl::StrCat(status.message(), " [while running ",
                                     item.pass->name, "]"));
  }
  absl::Status broken = Verify(module);
  if (broken.ok() && module.stage != item.pass->to) {
    broken = Internal("it is [", AttrText(module.stage), "], not [",
                      AttrText(item.pass->to), "]");
  }
  return broken.ok() ? broken
                     : Internal("pass ", item.pass->name,
                                " left a broken module: ", broken.message());
}

}  // namespace

absl::StatusOr<Pipeline> ParsePipeline(absl::string_view text) {
  Pipeline pipeline;
  TINYC_RETURN_IF_ERROR(AppendItems(text, 0, &pipeline));
  return pipeline;
}

std::string ToString(const PipelineItem& item) {
  const auto& values = item.options.values();
  if (values.empty()) return std::string(item.pass->name);
  return absl::StrCat(item.pass->name, "{",
                      absl::StrJoin(values, ";", absl::PairFormatter("=")),
                      "}");
}

absl::Status CheckStages(absl::Span<const PipelineItem> pipeline, Stage stage) {
  for (const PipelineItem& item : pipeline) {
    if (item.pass->from != stage) {
      return Invalid(item.pass->name, " needs [", AttrText(item.pass->from),
                     "], and the module is [", AttrText(stage), "] by then",
                     PassBetween(stage, item.pass->from));
    }
    stage = item.pass->to;
  }
  return absl::OkStatus();
}

absl::Status RunPipeline(Module& module,
                         absl::Span<const PipelineItem> pipeline,
                         const PassManagerOptions& options) {
  using Clock = std::chrono::steady_clock;
  const auto log = [&](const std::string& text) {
    if (options.log != nullptr) return options.log(text);
    std::fwrite(text.data(), 1, text.size(), stderr);
  };
  TINYC_RETURN_IF_ERROR(CheckPrintAfter(options.print_after));
  TINYC_RETURN_IF_ERROR(CheckStages(pipeline, module.stage));
  TINYC_RETURN_IF_ERROR(Verify(module));
  std::string times;
  double total = 0;
  for (const PipelineItem& item : pipeline) {
    const Snapshot before(module, item);
    const Clock::time_point start = Clock::now();
    const absl::Status status = RunPass(module, item);
    const double ms =
        std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    if (status.code() == absl::StatusCode::kInternal) {
      return Internal(status.message(), before.Write(options.replay_dir));
    }
    TINYC_RETURN_IF_ERROR(status);
    absl::StrAppendFormat(&times, "%10.2f  %s\n", ms, item.pass->name);
    total += ms;
    for (const std::string& name : options.print_after) {
      if (name == "all" || name == item.pass->name) {
        log(absl::StrCat("// after ", ToString(item), "\n",
                         PrintModule(module, {.elide = true})));
        break;
      }
    }
  }
  if (options.time_passes) {
    log(absl::StrCat("        ms  pass, verified\n", times,
                     absl::StrFormat("%10.2f  total\n", total)));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
