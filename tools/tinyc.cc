// SPDX-License-Identifier: Apache-2.0
// tinyc: an ONNX model => C99 for microcontrollers.
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "compiler/base/file.h"
#include "compiler/base/text.h"
#include "compiler/data/samples.h"
#include "frontends/onnx/export/export.h"
#include "tools/driver/command_line.h"
#include "tools/driver/compile.h"
#include "tools/driver/fit.h"
#include "tools/driver/lists.h"
#include "tools/driver/model_options.h"
#include "tools/driver/module_file.h"
#include "tools/driver/progress_bar.h"
#include "tools/driver/pruning.h"
#include "tools/driver/quality.h"
#include "tools/driver/report.h"
#include "tools/driver/verify_emitted.h"

namespace tinyc {
namespace {

constexpr Program kProgram = {
    .name = "tinyc",
    .usage = "[options] model.onnx -o model.c",
    .about =
        "Compiles a trained model to readable C99 for microcontrollers: "
        "model.c and\nmodel.h, which need nothing but a C compiler.",
};

// Random samples of --verify without a file.
constexpr int64_t kRandomSamples = 4;

// The options that ReadModelOptions does not read, as they are written.
struct Request {
  std::string model;
  std::string output;
  std::string prefix;
  std::string arena = "static";
  std::string emit = "single";
  std::string report;
  std::optional<std::string> verify;  // "": random samples
  bool check = false;
};

std::filesystem::path Folder(const std::string& file) {
  return std::filesystem::path(file).parent_path();
}

// What is wrong with the options together; InvalidArgument is one of usage.
absl::Status CheckRequest(const Request& request) {
  if (request.arena != "static" && request.arena != "caller") {
    return Invalid("--arena is static or caller, not \"", request.arena, "\"");
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
      (request.check || request.verify || !request.report.empty())) {
    return Invalid(
        "--check, --verify and --report are about C, not --emit=onnx");
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
  options.split = request.emit == "split";
  return options;
}

// The samples to verify on: those of the file, or random ones.
absl::StatusOr<Samples> VerifySamples(const std::string& file,
                                      const Graph& graph) {
  if (file.empty()) return Samples::Random(graph, kRandomSamples);
  absl::StatusOr<std::vector<NamedTensor>> arrays = ReadArrays(file);
  if (!arrays.ok()) return WithFile(file, arrays.status());
  absl::StatusOr<Samples> samples = Samples::Match(*std::move(arrays), graph);
  if (!samples.ok()) return WithFile(file, samples.status());
  return samples;
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
  const EmitOptions options = EmitOptionsOf(request);
  std::vector<NamedFile> files;
  TINYC_ASSIGN_OR_RETURN(std::vector<OutputFile> emitted,
                         EmitC(model.planned, options));
  std::vector<std::string> notes = model.planned.notes;
  if (request.verify) {
    TINYC_ASSIGN_OR_RETURN(const Samples samples,
                           VerifySamples(*request.verify, *model.graph.graph));
    TINYC_ASSIGN_OR_RETURN(
        const std::string verified,
        VerifyEmitted(model, emitted, options.prefix, samples.values()));
    PrintNotes(absl::StrSplit(verified, '\n'));
  }
  if (!request.output.empty() && request.emit == "tir") {
    files = ModuleFiles(model.planned, request.output);
  } else if (!request.output.empty()) {
    for (OutputFile& file : emitted) {
      files.push_back({(Folder(request.output) / file.name).string(),
                       std::move(file.text)});
    }
  }
  for (NamedFile& file : ReportFiles(request, report)) {
    files.push_back(std::move(file));
  }
  return files;
}

// Writes all files or none.  The folder of split kernels is made.
absl::Status WriteOutputs(const Request& request,
                          const std::vector<NamedFile>& files) {
  std::vector<std::filesystem::path> made;
  for (const NamedFile& file : files) {
    const std::filesystem::path folder = Folder(file.path);
    std::error_code error;  // writing into the folder tells
    if (request.emit == "split" && file.path != request.report &&
        folder != Folder(request.output) &&
        std::filesystem::create_directory(folder, error)) {
      made.push_back(folder);
    }
  }
  const absl::Status status = WriteFiles(files);
  for (const std::filesystem::path& folder : made) {
    std::error_code ignored;
    if (!status.ok()) std::filesystem::remove(folder, ignored);
  }
  return status;
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
  const absl::StatusOr<CompiledModel> model =
      CompileModel(request.model, options);
  if (!model.ok()) {
    PrintErrors(WithFile(request.model, model.status()));
    return kExitFault;
  }
  PrintNotes(model->planned.notes);
  nlohmann::ordered_json report = ReportJson(model->planned);
  if (request.check || !request.report.empty()) {
    report["io"] = IoJson(model->planned);
  }
  if (model->dense) {
    report["pruning"] =
        PruningJson(*model->dense->graph, *model->pruned->graph);
  }
  absl::Status fits;
  if (options.limits.ram || options.limits.flash) {
    report["fit"] = FitJson(*model, options, report);
    fits = FitStatus(report["fit"]);
    if (fits.ok()) PrintNotes({FitLine(report["fit"])});
  }
  if (options.quantize) {
    const absl::StatusOr<QuantizationQuality> quality =
        QualityOf(*model, *options.quantize);
    if (!quality.ok()) {
      PrintErrors(WithFile(request.model, quality.status()));
      return kExitFault;
    }
    PrintNotes({QualityNote(*quality, options.prune.has_value())});
    report["quantization"] = QualityJson(*quality);
  }
  if (!fits.ok()) return RefuseToFit(request, fits, report);
  const absl::StatusOr<std::vector<NamedFile>> files =
      MakeFiles(request, *model, report);
  if (!files.ok()) {
    PrintErrors(files.status());
    return kExitFault;
  }
  if (const absl::Status status = WriteOutputs(request, *files); !status.ok()) {
    PrintErrors(status);
    return kExitFault;
  }
  if (request.check) {
    const absl::Status status = PrintResult(ReportText(report));
    if (!status.ok()) {
      PrintErrors(status);
      return kExitFault;
    }
  }
  return kExitDone;
}

int Main(int argc, const char* const* argv) {
  Request request;
  ModelOptions model_options;
  std::vector<std::string> print_after;
  PassManagerOptions manager;
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
      {"emit", "single|split|tir|onnx",
       "one .c with everything; or the kernels in files of their\n"
       "own; or the compiled module as text; or what the model is\n"
       "before it becomes C, quantized if asked for, as ONNX",
       &request.emit},
      {"ram", "64K",
       "the most bytes that the arena may take, with K or M; the\n"
       "stack and the caller's buffers come on top. A model that\n"
       "does not fit is an error that says what to do",
       &model_options.ram},
      {"flash", "256K",
       "the most bytes that weights and code may take, the code\n"
       "by estimate",
       &model_options.flash},
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
  if (operands.size() != 1) {
    return UsageError(
        kProgram, absl::StrCat("one model is expected, not ", operands.size()));
  }
  request.model = operands[0];
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
      (compile->limits.ram || compile->limits.flash)) {
    return UsageError(kProgram,
                      "--ram and --flash are about C, not --emit=onnx");
  }
  compile->manager = manager;
  for (const std::string& names : print_after) {
    for (const absl::string_view name : absl::StrSplit(names, ',')) {
      compile->manager.print_after.emplace_back(name);
    }
  }
  ShowProgress();
  return request.emit == "onnx" ? RunExport(request, *compile)
                                : Run(request, *compile);
}

}  // namespace
}  // namespace tinyc

int main(int argc, char** argv) {
  return tinyc::RunProgram(tinyc::Main, argc, argv);
}
