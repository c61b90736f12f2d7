// SPDX-License-Identifier: Apache-2.0
// tinyc-opt: runs passes on a module in textual form.
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/base/file.h"
#include "compiler/ir/verify.h"
#include "compiler/text/print.h"
#include "passes/pass_manager.h"
#include "tools/driver/command_line.h"
#include "tools/driver/lists.h"
#include "tools/driver/module_file.h"

namespace tinyc {
namespace {

constexpr Program kProgram = {
    .name = "tinyc-opt",
    .usage = "[options] in.tir [-o out.tir]",
    .about =
        "Reads a module in textual form (- for stdin), runs passes on it "
        "and prints it.",
};

struct Request {
  std::vector<std::string> operands;
  std::string output;  // "": stdout
  std::string passes;
  PassManagerOptions manager;
  bool verify_only = false;
  bool list_passes = false;
  bool list_ops = false;
  bool list_onnx = false;
  bool list_targets = false;
};

std::vector<Option> OptionsOf(Request* request) {
  return {
      {"passes", "PIPELINE",
       "passes and presets to run, in order:\na,b{key=value;switch},c",
       &request->passes},
      {"o", "FILE",
       "write FILE, and long constants to FILE with\n"
       "the extension .bin, not to stdout",
       &request->output},
      {"verify-only", "", "check the module and print nothing",
       &request->verify_only},
      {"print-after", "PASS|all",
       "print the module to stderr after a pass;\nmay be repeated",
       &request->manager.print_after},
      {"time-passes", "", "print the time of each pass to stderr",
       &request->manager.time_passes},
      {"replay-dir", "DIR",
       "where to put the module as it was before a\n"
       "pass that broke it (default: this folder)",
       &request->manager.replay_dir},
      {"list-passes", "", "print the passes and presets",
       &request->list_passes},
      {"list-ops", "", "print the operators, as Markdown", &request->list_ops},
      {"list-onnx", "",
       "print ONNX's operators: which versions are\nimported, and how",
       &request->list_onnx},
      {"list-targets", "", "print the targets", &request->list_targets},
  };
}

absl::Status Execute(const Request& request, const Pipeline& pipeline) {
  TINYC_ASSIGN_OR_RETURN(Module module, ReadModule(request.operands[0]));
  if (request.verify_only) return Verify(module);
  TINYC_RETURN_IF_ERROR(RunPipeline(module, pipeline, request.manager));
  if (!request.output.empty()) {
    return WriteFiles(ModuleFiles(module, request.output));
  }
  return PrintResult(PrintModule(module));
}

int ExitCode(const absl::Status& status) {
  if (status.ok()) return kExitDone;
  PrintError(status);
  return kExitFault;
}

int Main(int argc, const char* const* argv) {
  Request request;
  if (const std::optional<int> done = ReadCommandLine(
          kProgram, OptionsOf(&request), argc, argv, &request.operands)) {
    return *done;
  }
  if (request.list_passes) return ExitCode(PrintResult(ListPasses()));
  if (request.list_ops) return ExitCode(PrintResult(ListOps()));
  if (request.list_onnx) return ExitCode(PrintResult(ListOnnx()));
  if (request.list_targets) return ExitCode(PrintResult(ListTargets()));
  if (request.operands.size() != 1) {
    return UsageError(kProgram, absl::StrCat("one file is expected, not ",
                                             request.operands.size()));
  }
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline(request.passes);
  if (!pipeline.ok()) return UsageError(kProgram, pipeline.status().message());
  return ExitCode(Execute(request, *pipeline));
}

}  // namespace
}  // namespace tinyc

int main(int argc, char** argv) { return tinyc::Main(argc, argv); }
