// SPDX-License-Identifier: Apache-2.0
//
// See layers.h.

#include "tests/layering/layers.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace tinyc {
namespace {

struct Layer {
  absl::string_view folder;
  // Folders it may include.  What those may include, it may as well.
  std::vector<absl::string_view> below;
};

// "onnx" is ONNX's own library: the IR and the passes know nothing of it.
const std::vector<Layer>& Layers() {
  static const auto* const kLayers = new std::vector<Layer>{
      {"onnx", {}},
      {"runtime", {}},
      {"compiler/base", {}},
      {"compiler/ir", {"compiler/base"}},
      {"compiler/data", {"compiler/ir"}},
      {"compiler/ops", {"compiler/ir", "runtime"}},
      {"compiler/interpreter", {"compiler/ops"}},
      {"compiler/targets", {"compiler/ir", "runtime"}},
      {"compiler/lowering", {"compiler/ops", "compiler/targets"}},
      {"compiler/text", {"compiler/ops", "compiler/lowering"}},
      {"compiler/codegen", {"compiler/ops", "compiler/lowering"}},
      {"compiler/engine", {"compiler/ops", "compiler/lowering"}},
      {"compiler",
       {"compiler/base", "compiler/ir", "compiler/data", "compiler/ops",
        "compiler/interpreter", "compiler/targets", "compiler/lowering",
        "compiler/text", "compiler/codegen", "compiler/engine"}},
      {"passes", {"compiler"}},
      {"frontends", {"compiler", "onnx"}},
      {"tools", {"passes", "frontends"}},
      {"python", {"tools"}},
      {"examples", {"tools"}},
      {"benchmarks", {"tools"}},
      {"tests", {"tools", "benchmarks", "examples", "python"}},
  };
  return *kLayers;
}

bool IsIn(absl::string_view path, absl::string_view folder) {
  return absl::ConsumePrefix(&path, folder) && absl::StartsWith(path, "/");
}

// The innermost layer that holds the file, or null.
const Layer* LayerOf(absl::string_view path) {
  const Layer* best = nullptr;
  for (const Layer& layer : Layers()) {
    if (IsIn(path, layer.folder) &&
        (best == nullptr || layer.folder.size() > best->folder.size())) {
      best = &layer;
    }
  }
  return best;
}

bool MayInclude(const Layer& from, const Layer& to) {
  if (from.folder == to.folder) return true;
  for (const Layer& layer : Layers()) {
    for (const absl::string_view below : from.below) {
      if (layer.folder == below && MayInclude(layer, to)) return true;
    }
  }
  return false;
}

// The file that `#include "name"` in `includer` means, or "" when it is not one
// of ours.
std::string Resolve(const SourceTree& tree, absl::string_view includer,
                    absl::string_view name) {
  if (absl::StartsWith(name, "onnx/")) return std::string(name);
  const absl::string_view folder = includer.substr(0, includer.rfind('/') + 1);
  for (const absl::string_view root :
       {folder, absl::string_view(), absl::string_view("runtime/include/"),
        absl::string_view("runtime/kernels/")}) {
    std::string path = absl::StrCat(root, name);
    if (tree.contains(path)) return path;
  }
  return "";
}

// The name in `#include "name"`, or "" when the line is something else.
absl::string_view IncludedName(absl::string_view line) {
  line = absl::StripLeadingAsciiWhitespace(line);
  if (!absl::ConsumePrefix(&line, "#")) return "";
  line = absl::StripLeadingAsciiWhitespace(line);
  if (!absl::ConsumePrefix(&line, "include")) return "";
  line = absl::StripLeadingAsciiWhitespace(line);
  if (!absl::ConsumePrefix(&line, "\"")) return "";
  return line.substr(0, line.find('"'));
}

bool IsSource(absl::string_view path) {
  for (const char* extension : {".h", ".c", ".cc", ".inc", ".def"}) {
    if (absl::EndsWith(path, extension)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> FindLayeringErrors(const SourceTree& tree) {
  std::vector<std::string> errors;
  for (const auto& [path, text] : tree) {
    if (!IsSource(path)) continue;
    const Layer* from = LayerOf(path);
    if (from == nullptr || (from->folder == "compiler" &&
                            absl::StrContains(path.substr(9), "/"))) {
      errors.push_back(absl::StrCat(
          path, ": its folder is not in tests/layering/layers.cc"));
      continue;
    }
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      const std::string included = Resolve(tree, path, IncludedName(line));
      const Layer* to = LayerOf(included);
      if (to == nullptr) continue;
      if (!MayInclude(*from, *to)) {
        errors.push_back(absl::StrCat(path, ": ", from->folder,
                                      " must not include ", to->folder, " (",
                                      included, ")"));
      } else if (from->folder == "compiler/ops" && to->folder == "runtime" &&
                 !absl::EndsWith(included, ".h")) {
        errors.push_back(absl::StrCat(
            path, ": operators see only the headers of runtime, not ",
            included));
      }
    }
  }
  return errors;
}

}  // namespace tinyc
