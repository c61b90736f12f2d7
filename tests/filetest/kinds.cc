// SPDX-License-Identifier: Apache-2.0
//
// The kinds of file tests.
//
//   verify        the text is refused with the sentence that stands as
//                 `// error: ...` on the offending line, or accepted
//   print, infer  the canonical text; infer: of types left out of the input
//   passes=TEXT   the module after a pipeline, or `// error: ...`; its results
//                 are those from before
//   import        the module that an ONNX model becomes; see import_kind.h
//   export        the ONNX model that a module becomes; see export_kind.h
//   emit TARGET   the calls that the backend emits: the body of model_run

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/ir/verify.h"
#include "compiler/text/parse.h"
#include "compiler/text/print.h"
#include "passes/pass_manager.h"
#include "tests/filetest/export_kind.h"
#include "tests/filetest/filetest.h"
#include "tests/filetest/import_kind.h"
#include "tests/support/backend.h"
#include "tests/support/same_module.h"
#include "tests/support/same_results.h"

namespace tinyc {
namespace {

constexpr absl::string_view kError = "// error: ";

std::string ErrorText(const absl::Status& status) {
  return absl::StrCat(kError,
                      absl::StrReplaceAll(status.message(),
                                          {{"\n", absl::StrCat("\n", kError)}}),
                      "\n");
}

// "" when the module's text reads back to the same module.
std::string RoundTripFailure(const Module& module) {
  const std::string text = PrintModule(module);
  const absl::StatusOr<Module> again = ParseModule(text);
  if (!again.ok()) {
    return absl::StrCat("its own text cannot be read: ",
                        again.status().message(), "\nin\n", text);
  }
  const std::string difference = DifferenceBetween(module, *again);
  if (!difference.empty()) {
    return absl::StrCat("its text reads back with a difference in ", difference,
                        ":\n", text);
  }
  return PrintModule(*again) == text
             ? ""
             : absl::StrCat("its text prints differently when read back:\n",
                            text);
}

// The input without annotations.
std::vector<std::string> PlainLines(absl::string_view input) {
  std::vector<std::string> lines;
  absl::ConsumeSuffix(&input, "\n");
  for (const absl::string_view line : absl::StrSplit(input, '\n')) {
    const size_t note = line.find(kError);
    lines.emplace_back(note == line.npos ? line
                                         : absl::StripTrailingAsciiWhitespace(
                                               line.substr(0, note)));
  }
  return lines;
}

// The line, from 0, at which an error of the parser begins, whose sentence is
// left in `message`; an error of the verifier stands at the first line.
size_t TakePosition(const std::vector<std::string>& lines,
                    absl::string_view* message) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(*message, absl::MaxSplits(": ", 1));
  const std::pair<absl::string_view, absl::string_view> position =
      absl::StrSplit(parts[0], absl::MaxSplits(':', 1));
  size_t line = 0;
  size_t column = 0;
  if (parts.size() == 2 && absl::SimpleAtoi(position.first, &line) &&
      absl::SimpleAtoi(position.second, &column)) {
    *message = parts[1];
    return std::min(line, lines.size()) - 1;
  }
  line = 0;
  while (line + 1 < lines.size() && absl::StartsWith(lines[line], "//")) ++line;
  return line;
}

CaseOutcome RunVerify(const FileCase& test) {
  std::vector<std::string> lines = PlainLines(test.input);
  const absl::StatusOr<Module> module =
      ParseModule(absl::StrJoin(lines, "\n") + "\n");
  const absl::Status status = module.ok() ? Verify(*module) : module.status();
  CaseOutcome outcome;
  if (status.ok()) {
    outcome.failure = RoundTripFailure(*module);
  } else {
    absl::string_view message = status.message();
    std::string& line = lines[TakePosition(lines, &message)];
    absl::StrAppend(&line, "  ", kError, message);
  }
  outcome.text = absl::StrJoin(lines, "\n") + "\n";
  return outcome;
}

CaseOutcome RunPrint(const FileCase& test) {
  ConstantTexts texts;
  const absl::StatusOr<Module> module =
      ParseModule(test.input, {.texts = &texts});
  if (!module.ok()) return {ErrorText(module.status())};
  if (const absl::Status status = Verify(*module); !status.ok()) {
    return {ErrorText(status)};
  }
  return {PrintModule(*module, {.texts = &texts}), RoundTripFailure(*module)};
}

CaseOutcome RunPipelineCase(const FileCase& test) {
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline(test.arguments);
  if (!pipeline.ok()) return {"", std::string(pipeline.status().message())};
  ConstantTexts texts;
  absl::StatusOr<Module> module = ParseModule(test.input, {.texts = &texts});
  if (!module.ok()) return {"", std::string(module.status().message())};
  if (std::string failure = RoundTripFailure(*module); !failure.empty()) {
    return {"", std::move(failure)};
  }
  const std::unique_ptr<Graph> before = module->graph->Clone();
  const PassManagerOptions options = {.replay_dir = ""};
  const absl::Status status = RunPipeline(*module, *pipeline, options);
  if (!status.ok()) return {ErrorText(status)};
  CaseOutcome outcome = {PrintModule(*module, {.texts = &texts}),
                         RoundTripFailure(*module)};
  Numbers numbers = Numbers::kExact;
  for (const PipelineItem& item : *pipeline) {
    numbers = std::max(numbers, item.pass->numbers);
  }
  if (outcome.failure.empty() && numbers != Numbers::kLossy) {
    outcome.failure = DifferenceOfResults(*before, *module->graph, numbers);
  }
  // A pass reaches its fixed point alone.
  if (pipeline->size() == 1 && module->stage == pipeline->front().pass->from) {
    const absl::Status again = RunPipeline(*module, *pipeline, options);
    const std::string text =
        again.ok() ? PrintModule(*module, {.texts = &texts}) : ErrorText(again);
    if (text != outcome.text) {
      outcome.failure = absl::StrCat(
          "running the pass twice is not running it once:\n", text);
    }
  }
  return outcome;
}

CaseOutcome RunEmit(const FileCase& test) {
  const absl::StatusOr<Module> module = RunPasses(
      test.input, "backend",
      test.arguments.empty() ? "generic" : absl::string_view(test.arguments));
  if (!module.ok()) return {ErrorText(module.status())};
  const absl::StatusOr<std::string> calls = EmitCalls(*module, {});
  return {calls.ok() ? *calls : ErrorText(calls.status()),
          RoundTripFailure(*module)};
}

constexpr FileTestKind kKinds[] = {
    {.name = "verify", .annotates = true, .run = &RunVerify},
    {.name = "print", .run = &RunPrint},
    {.name = "infer", .run = &RunPrint},
    {.name = "passes", .run = &RunPipelineCase},
    {.name = "import", .run = &RunImport},
    {.name = "export", .run = &RunExport},
    {.name = "emit", .run = &RunEmit},
};

}  // namespace

absl::Span<const FileTestKind> FileTestKinds() { return kKinds; }

}  // namespace tinyc
