// SPDX-License-Identifier: Apache-2.0
#include "tests/filetest/import_kind.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/ir/verify.h"
#include "compiler/ops/normalize.h"
#include "compiler/text/print.h"
#include "frontends/onnx/import.h"
#include "onnx/defs/parser.h"
#include "tests/support/exported.h"

namespace tinyc {
namespace {

constexpr char kVersions[] =
    "<ir_version: 8, opset_import: [\"\" : 18, \"com.microsoft\" : 1]>\n";

// The case without its comments, which ONNX's language does not have.
std::string ModelText(const FileCase& test) {
  std::string text;
  for (const absl::string_view line : absl::StrSplit(test.input, '\n')) {
    if (!absl::StartsWith(line, "//")) absl::StrAppend(&text, line, "\n");
  }
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "<")
             ? text
             : kVersions + text;
}

// False when `arguments` are not options.
bool ReadOptions(absl::string_view arguments, ImportOptions* options) {
  for (absl::string_view argument :
       absl::StrSplit(arguments, ' ', absl::SkipEmpty())) {
    const bool dim = absl::ConsumePrefix(&argument, "--dim=");
    if (!dim && !absl::ConsumePrefix(&argument, "--shape=")) return false;
    const std::pair<std::string, std::string> entry =
        absl::StrSplit(argument, absl::MaxSplits('=', 1));
    Shape shape;
    for (const absl::string_view size :
         absl::StrSplit(entry.second, 'x', absl::SkipEmpty())) {
      shape.push_back(0);
      if (!absl::SimpleAtoi(size, &shape.back())) return false;
    }
    if (dim && shape.size() != 1) return false;
    if (dim) {
      options->dims[entry.first] = shape[0];
    } else {
      options->shapes[entry.first] = shape;
    }
  }
  return true;
}

// What normalizes has no operator in ONNX in some cases: it is written as
// several, each of which rounds.
Numbers NumbersOfExport(const Module& module) {
  for (const auto& node : module.graph->nodes()) {
    if (node->As<Normalize>() != nullptr) return Numbers::kRounding;
  }
  return Numbers::kExact;
}

}  // namespace

CaseOutcome RunImport(const FileCase& test) {
  ImportOptions options;
  if (!ReadOptions(test.arguments, &options)) {
    return {"", absl::StrCat("these are no options: ", test.arguments)};
  }
  onnx::ModelProto model;
  const std::string text = ModelText(test);
  const auto parsed = onnx::OnnxParser::Parse(model, text.c_str());
  if (!parsed.IsOK()) return {"", parsed.ErrorMessage()};

  CaseOutcome outcome;
  const absl::StatusOr<Module> module =
      ImportOnnx(model.SerializeAsString(), "", options);
  if (!module.ok()) {
    for (const absl::string_view line :
         absl::StrSplit(module.status().message(), '\n')) {
      absl::StrAppend(&outcome.text, "// error: ", line, "\n");
    }
    return outcome;
  }
  for (const std::string& note : module->notes) {
    absl::StrAppend(&outcome.text, "// note: ", note, "\n");
  }
  absl::StrAppend(&outcome.text, PrintModule(*module));
  outcome.failure = std::string(Verify(*module).message());
  if (outcome.failure.empty() && IsExported(*module)) {
    outcome.failure = DifferenceOfExport(*module, NumbersOfExport(*module));
  }
  return outcome;
}

}  // namespace tinyc
