// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/kernels/subjects.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/base/file.h"
#include "compiler/lowering/call_forms.h"
#include "compiler/lowering/compressed_weights.h"
#include "compiler/targets/registry.h"
#include "compiler/text/parse.h"
#include "passes/pass.h"
#include "passes/pass_manager.h"

namespace tinyc {
namespace {

struct Variable {
  std::string name;  // "$T"
  std::vector<std::string> values;
};

struct Template {
  std::string name;
  std::vector<Variable> variables;
  std::string body;
};

absl::StatusOr<Template> ParseTemplate(absl::string_view text) {
  Template result;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::string_view comment = line;
    if (!absl::ConsumePrefix(&comment, "// ")) {
      absl::StrAppend(&result.body, line, "\n");
    } else if (absl::ConsumePrefix(&comment, "test ")) {
      result.name = std::string(comment);
    } else if (absl::StartsWith(comment, "$")) {
      const std::pair<std::string, std::string> parts =
          absl::StrSplit(comment, absl::MaxSplits(':', 1));
      result.variables.push_back(
          {parts.first,
           absl::StrSplit(parts.second, ' ', absl::SkipWhitespace())});
    }
  }
  if (result.name.empty()) return Invalid("a template has no name");
  return result;
}

// The text with `value` for every `variable`; a type that ends in q gets a
// scale after its dimensions.
std::string Substitute(absl::string_view text, absl::string_view variable,
                       absl::string_view value) {
  const bool quantized = absl::ConsumeSuffix(&value, "q");
  std::string result;
  for (size_t at = text.find(variable); at != absl::string_view::npos;
       at = text.find(variable)) {
    absl::StrAppend(&result, text.substr(0, at), value);
    text.remove_prefix(at + variable.size());
    if (!quantized || !absl::StartsWith(text, "[")) continue;
    const size_t end = text.find(']') + 1;
    absl::StrAppend(&result, text.substr(0, end), " q(0.01, 0)");
    text.remove_prefix(end);
  }
  return absl::StrCat(result, text);
}

// The subject compiled for the host by these passes and those that follow.
absl::StatusOr<Module> CompileWith(const Subject& subject,
                                   absl::string_view passes) {
  TINYC_ASSIGN_OR_RETURN(Module module, ParseModule(subject.text, {}));
  module.target = FindTarget("host");
  TINYC_ASSIGN_OR_RETURN(
      const Pipeline pipeline,
      ParsePipeline(absl::StrCat(passes, ",pack-weights,plan-memory")));
  TINYC_RETURN_IF_ERROR(RunPipeline(module, pipeline, {.replay_dir = ""}));
  return module;
}

// The rows for which the weights of the subject can be compressed to fewer
// bytes.
absl::StatusOr<std::vector<const Kernel*>> CompressedRows(
    const Subject& subject) {
  TINYC_ASSIGN_OR_RETURN(Module module, ParseModule(subject.text, {}));
  module.target = FindTarget("host");
  TINYC_RETURN_IF_ERROR(SelectKernels(module, PassOptions()));
  std::vector<const Kernel*> rows;
  for (const LoweredCall& call :
       module.lowering->calls.at(module.graph->nodes().front().get())) {
    for (const WeightForm& form : WeightForms(call, *module.target)) {
      if (form.bytes < WeightBytes(call.call)) {
        rows.push_back(form.lowered.kernel);
      }
    }
  }
  return rows;
}

}  // namespace

absl::StatusOr<std::vector<Subject>> ExpandTemplates(absl::string_view text) {
  std::vector<Subject> subjects;
  for (const absl::string_view part : absl::StrSplit(text, "// -----\n")) {
    TINYC_ASSIGN_OR_RETURN(const Template found, ParseTemplate(part));
    std::vector<Subject> expanded = {{found.name, found.body}};
    for (const Variable& variable : found.variables) {
      std::vector<Subject> next;
      for (const Subject& subject : expanded) {
        for (const std::string& value : variable.values) {
          next.push_back({absl::StrCat(subject.name, " ", value),
                          Substitute(subject.text, variable.name, value)});
        }
      }
      expanded = std::move(next);
    }
    std::move(expanded.begin(), expanded.end(), std::back_inserter(subjects));
  }
  return subjects;
}

absl::StatusOr<std::vector<Subject>> ReadSubjects(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".tir") paths.push_back(entry.path());
  }
  if (error) return Invalid("cannot list ", folder, ": ", error.message());
  std::sort(paths.begin(), paths.end());
  std::vector<Subject> subjects;
  for (const std::string& path : paths) {
    TINYC_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    TINYC_ASSIGN_OR_RETURN(std::vector<Subject> more, ExpandTemplates(text));
    std::move(more.begin(), more.end(), std::back_inserter(subjects));
  }
  return subjects;
}

absl::StatusOr<std::vector<RowSubject>> CompileSubjects(
    const std::vector<Subject>& subjects) {
  std::vector<RowSubject> row_subjects;
  for (const Subject& subject : subjects) {
    const absl::StatusOr<Module> first = CompileWith(subject, "select-kernels");
    if (!first.ok()) continue;
    std::set<absl::string_view> families;
    for (const LoweredCall& lowered :
         first->lowering->calls.at(first->graph->nodes().front().get())) {
      families.insert(lowered.call.family);
      for (const LoweredCall& form : FormsOf(lowered, *first->target)) {
        families.insert(form.kernel->family);
      }
    }
    for (const absl::string_view family : families) {
      for (const Kernel* row : KernelsFor(family, *first->target)) {
        TINYC_ASSIGN_OR_RETURN(
            Module module,
            CompileWith(subject,
                        absl::StrCat("select-kernels{y=", row->symbol, "}")));
        row_subjects.push_back({row, subject.name, std::move(module)});
      }
    }
    TINYC_ASSIGN_OR_RETURN(const std::vector<const Kernel*> compressed,
                           CompressedRows(subject));
    for (const Kernel* row : compressed) {
      TINYC_ASSIGN_OR_RETURN(
          Module module,
          CompileWith(subject,
                      absl::StrCat("select-kernels,compress-weights{y=",
                                   row->symbol, "}")));
      row_subjects.push_back({row, subject.name, std::move(module)});
    }
  }
  return row_subjects;
}

std::vector<std::string> RowsWithout(
    const std::vector<RowSubject>& row_subjects) {
  std::set<const Kernel*> used;
  for (const RowSubject& subject : row_subjects) used.insert(subject.row);
  const Target& host = *FindTarget("host");
  std::vector<std::string> missing;
  for (const Kernel& kernel : AllKernels()) {
    if ((kernel.needs & ~host.caps) == 0 && used.count(&kernel) == 0) {
      missing.emplace_back(kernel.symbol);
    }
  }
  return missing;
}

}  // namespace tinyc
