// SPDX-License-Identifier: Apache-2.0
// tinyc: an ONNX model => C99 for microcontrollers.
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "compiler/base/file.h"
#include "compiler/base/text.h"
#include "frontends/onnx/export/export.h"
#include "tools/driver/command_line.h"
#include "tools/driver/compile.h"
#include "tools/driver/emit_verified.h"
#include "tools/driver/fit.h"
#include "tools/driver/lists.h"
#include "tools/driver/model_options.h"
#include "tools/driver/module_file.h"
#include "tools/driver/progress_bar.h"
#include "tools/driver/report.h"
#include "tools/driver/request.h"
#include "tools/driver/selftest.h"
#include "tools/driver/share_arena.h"

namespace tinyc {
namespace {

constexpr Program kProgram = {
    .name = "tinyc",
    .usage = "[options] model.onnx -o model.c",
    .about =
        "Compiles a trained model to readable C99 for microcontrollers: "
        "model.c and\nmodel.h, which need nothing but a C compiler.",
};

// What is wrong with the options together; InvalidArgument is one of usage.
absl::Status CheckRequest(const Request& request) {
  if (request.arena != "static" && request.arena != "caller") {
    return Invalid("--arena is static or caller, not \"", request.arena, "\"");
  }
  if (request.code != "fast" && request.code != "small") {
    return Invalid("--code is fast or small, not \"", request.code, "\"");
  }
  if (request.emit != "single" && request.emit != "split" &&
      request.emit != "tir" && request.emit != "onnx") {
    return Invalid("--emit is single, split, tir or onnx, not \"", request.emit,
                   "\"");
  }
  const absl::string_view extension = request.emit == "tir"    ? ".tir"
                                      : request.emit == "onnx" ? ".onnx"
                                                               : ".c";
  if (!request.output.empty() && !absl::EndsWith(request.output, extension)) {
    return Invalid("-o names a ", extension, " file, not \"", request.output,
                   "\"");
  }
  if (request.emit == "onnx" &&
      (request.check || request.verify || !request.report.empty() ||
       request.code != Request().code)) {
    return Invalid(
        "--check, --verify, --report and --code are about C, not --emit=onnx");
  }
  if (!request.selftest_input.empty() && !request.selftest) {
    return Invalid("--selftest-input is for --emit-selftest");
  }
  if (request.selftest &&
      (request.output.empty() || extension != ".c" || request.check)) {
    return Invalid(
        "--emit-selftest writes C beside -o FILE.c, and goes without --check "
        "and --emit=tir and onnx");
  }
  if (request.check) {
    if (request.output.empty() && request.report.empty()) {
      return absl::OkStatus();
    }
    return Invalid("--check writes no file: leave -o and --report away");
  }
  if (request.output.empty() && request.report.empty() && !request.verify) {
    return Invalid("-o FILE", extension, " is missing");
  }
  if (!request.report.empty() && !absl::EndsWith(request.report, ".json") &&
      !absl::EndsWith(request.report, ".html")) {
    return Invalid("--report names a .json or .html file, not \"",
                   request.report, "\"");
  }
  if (!request.prefix.empty() &&
      CIdentifier(request.prefix) != request.prefix) {
    return Invalid("--prefix is a C identifier, not \"", request.prefix, "\"");
  }
  return absl::OkStatus();
}

EmitOptions EmitOptionsOf(const Request& request) {
  const std::string stem =
      std::filesystem::path(request.output.empty() ? request.model
                                                   : request.output)
          .stem();
  EmitOptions options;
  options.stem = stem;
  options.prefix = request.prefix.empty() ? CIdentifier(stem) : request.prefix;
  options.caller_arena = request.arena == "caller";
  options.share_code = request.code == "small";
  options.split = request.emit == "split";
  options.selftest = request.selftest;
  return options;
}

// The file of the report, if it is asked for.
std::vector<NamedFile> ReportFiles(const Request& request,
                                   const nlohmann::ordered_json& report) {
  if (request.report.empty()) return {};
  return {{request.report, absl::EndsWith(request.report, ".html")
                               ? ReportHtml(report)
                               : report.dump(2) + "\n"}};
}

// All files that the request asks for, and what is known of the model.
absl::StatusOr<std::vector<NamedFile>> MakeFiles(
    const Request& request, const CompiledModel& model,
    const nlohmann::ordered_json& report) {
  std::vector<NamedFile> files;
  TINYC_ASSIGN_OR_RETURN(
      std::vector<OutputFile> emitted,
      EmitVerified(model, EmitOptionsOf(request), request.verify));
  if (request.selftest) {
    TINYC_ASSIGN_OR_RETURN(
        emitted.emplace_back(),
        MakeSelfTest(model, EmitOptionsOf(request), request.selftest_input));
  }
  if (!request.output.empty() && request.emit == "tir") {
    files = ModuleFiles(model.planned, request.output);
  } else if (!request.output.empty()) {
    for (OutputFile& file : emitted) {
      files.push_back({(FolderOf(request.output) / file.name).string(),
                       std::move(file.text)});
    }
  }
  for (NamedFile& file : ReportFiles(request, report)) {
    files.push_back(std::move(file));
  }
  return files;
}

// Writes the model as ONNX.
int RunExport(const Request& request, const CompileOptions& options) {
  const absl::StatusOr<Module> module = CompileForOnnx(request.model, options);
  if (!module.ok()) {
    PrintErrors(WithFile(request.model, module.status()));
    return kExitFault;
  }
  PrintNotes(module->notes);
  const absl::StatusOr<std::string> bytes = ExportOnnx(*module);
  if (!bytes.ok()) {
    PrintErrors(WithFile(request.model, bytes.status()));
    return kExitFault;
  }
  if (const absl::Status status = WriteFiles({{request.output, *bytes}});
      !status.ok()) {
    PrintErrors(status);
    return kExitFault;
  }
  return kExitDone;
}

// Says why the model does not fit.  Of the files only the report is written,
// which shows it.
int RefuseToFit(const Request& request, const absl::Status& why,
                const nlohmann::ordered_json& report) {
  PrintErrors(WithFile(request.model, why));
  std::fputs(FitText(report["fit"]).c_str(), stderr);
  const absl::Status written =
      WriteOutputs(request, ReportFiles(request, report));
  if (!written.ok()) PrintErrors(written);
  if (request.check) {
    const absl::Status printed = PrintResult(ReportText(report));
    if (!printed.ok()) PrintErrors(printed);
  }
  return kExitFault;
}

int Run(const Request& request, const CompileOptions& options) {
  std::optional<Compiled> compiled = Compile(request, options);
  if (!compiled) return kExitFault;
  const absl::Status fits =
      AddFit({&compiled->model}, options, &compiled->report);
  if (!fits.ok()) return RefuseToFit(request, fits, compiled->report);
  return Finish(request, MakeFiles(request, compiled->model, compiled->report),
                ReportText(compiled->report));
}

int Main(int argc, const char* const* argv) {
  Request request;
  ModelOptions model_options;
  std::vector<std::string> print_after;
  PassManagerOptions manager;
  std::string clock;
  bool share_arena = false;
  bool list_targets = false;
  bool list_passes = false;
  std::vector<Option> options = {
      {"o", "FILE.c", "file to write, with FILE.h beside it", &request.output},
  };
  for (const Option& row : ModelOptionRows(&model_options)) {
    options.push_back(row);
  }
  const Option more[] = {
      {"prefix", "NAME",
       "begins every C name (default: the stem of the -o file)",
       &request.prefix},
      {"arena", "static|caller",
       "whether the C owns its working memory or is passed it", &request.arena},
      {"code", "fast|small",
       "a function for each shape of a kernel, which compilers make\n"
       "fast, or one for all shapes where there are several\n"
       "(default: fast)",
       &request.code},
      {"share-arena", "",
       "compile several models, each to MODEL.c and MODEL.h, with\n"
       "one arena for all of them in FILE.c",
       &share_arena},
      {"emit", "single|split|tir|onnx",
       "one .c with everything; or the kernels in files of their\n"
       "own; or the compiled module as text; or what the model is\n"
       "before it becomes C, quantized if asked for, as ONNX",
       &request.emit},
      {"emit-selftest", "",
       "also write FILE_selftest.c, a function for the device that\n"
       "runs the model once and names the first layer whose result\n"
       "is not the reference's",
       &request.selftest},
      {"selftest-input", "FILE.npz",
       "what it runs on: the first sample of a file (default:\n"
       "random numbers, the same every time)",
       &request.selftest_input},
      {"ram", "64K|min",
       "the most bytes that the arena may take, with K or M; the\n"
       "stack and the caller's buffers come on top. Layers take\n"
       "turns row by row if it has to be, or, with min, to make\n"
       "it as small as possible. A model that does not fit is an\n"
       "error that says what to do. What is left makes 3x3\n"
       "convolutions faster where the target has kernels for it",
       &model_options.ram},
      {"max-macs-increase", "5%",
       "how many more multiply-accumulates --ram may cost, as a\n"
       "share of the model's (default: none)",
       &model_options.max_macs_increase},
      {"memory", "dtcm:64K:fast:weights,sram:256K",
       "memories that share the arena, and the bytes it may take\n"
       "of each: what is used most lies in the fast ones. The C\n"
       "has an array for each, to be put there. With :weights\n"
       "what the arena leaves is for copies of the constants\n"
       "that are read most often per byte",
       &model_options.memory},
      {"flash", "256K",
       "the most bytes that weights and code may take, the code\n"
       "by estimate. What is left makes 3x3 convolutions faster\n"
       "where the target has kernels for it, for up to 3.6 times\n"
       "their weights and some bytes of RAM",
       &model_options.flash},
      {"clock", "MHZ", "the core's clock, for milliseconds in the report",
       &clock},
      {"report", "FILE",
       "write what the model costs to FILE.json, or as a page to\n"
       "FILE.html",
       &request.report},
      {"verify", "FILE.npz",
       "build the C with the host's compiler ($CC, or cc) and\n"
       "compare it with the reference on the samples of a file,\n"
       "or on random ones",
       &request.verify},
      {"check", "",
       "write nothing; say everything that keeps the model from\n"
       "being compiled, or what it would cost",
       &request.check},
      {"print-after", "PASS|all",
       "print the module to stderr after a pass; may be repeated",
       &print_after},
      {"time-passes", "", "print the time of each pass to stderr",
       &manager.time_passes},
      {"list-targets", "", "print the targets", &list_targets},
      {"list-passes", "", "print the passes and presets", &list_passes},
  };
  options.insert(options.end(), std::begin(more), std::end(more));

  std::vector<std::string> operands;
  if (const std::optional<int> done =
          ReadCommandLine(kProgram, options, argc, argv, &operands)) {
    return *done;
  }
  if (list_targets || list_passes) {
    if (list_targets) std::fputs(ListTargets().c_str(), stdout);
    if (list_passes) std::fputs(ListPasses().c_str(), stdout);
    return kExitDone;
  }
  if (share_arena) {
    const absl::Status status = CheckShared(request, operands);
    if (!status.ok()) return UsageError(kProgram, status.message());
  } else if (operands.size() != 1) {
    return UsageError(
        kProgram, absl::StrCat("one model is expected, not ", operands.size()));
  }
  request.model = operands[0];
  if (!clock.empty() && (!absl::SimpleAtod(clock, &request.clock_mhz) ||
                         !(request.clock_mhz > 0 && request.clock_mhz < 1e5))) {
    return UsageError(kProgram, absl::StrCat("--clock is a number of MHz like "
                                             "80, not \"",
                                             clock, "\""));
  }
  if (const absl::Status status = CheckRequest(request); !status.ok()) {
    if (absl::IsInvalidArgument(status)) {
      return UsageError(kProgram, status.message());
    }
    PrintErrors(status);
    return kExitFault;
  }
  absl::StatusOr<CompileOptions> compile = ReadModelOptions(model_options);
  if (!compile.ok()) return UsageError(kProgram, compile.status().message());
  if (request.emit == "onnx" &&
      (compile->limits.ram || compile->least_ram || compile->limits.flash ||
       !compile->memories.empty())) {
    return UsageError(kProgram,
                      "--ram, --memory and --flash are about C, not "
                      "--emit=onnx");
  }
  if (!compile->memories.empty() &&
      (request.arena == "caller" || share_arena)) {
    return UsageError(kProgram,
                      "--memory is about an arena of the model's own, not "
                      "--arena=caller or --share-arena");
  }
  compile->manager = manager;
  for (const std::string& names : print_after) {
    for (const absl::string_view name : absl::StrSplit(names, ',')) {
      compile->manager.print_after.emplace_back(name);
    }
  }
  ShowProgress();
  if (share_arena) return RunShared(request, operands, *compile);
  return request.emit == "onnx" ? RunExport(request, *compile)
                                : Run(request, *compile);
}

}  // namespace
}  // namespace tinyc

int main(int argc, char** argv) {
  return tinyc::RunProgram(tinyc::Main, argc, argv);
}
