// SPDX-License-Identifier: Apache-2.0
//
// See backend.h.

#include "tests/support/backend.h"

#include <cmath>
#include <cstdlib>

#include "absl/strings/match.h"
#include "compiler/engine/kernels_engine.h"
#include "compiler/interpreter/interpreter.h"
#include "compiler/targets/registry.h"
#include "compiler/text/constant_text.h"
#include "compiler/text/parse.h"
#include "gtest/gtest.h"
#include "passes/pass_manager.h"
#include "tests/support/temp_dir.h"
#include "tools/driver/process.h"
#include "tools/driver/run_emitted.h"

namespace tinyc {
namespace {

const std::vector<std::string>& StrictFlags() {
  static const auto* const kFlags = new std::vector<std::string>{
      "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"};
  return *kFlags;
}

// "" when the outputs are `expected`.
std::string Difference(absl::string_view engine, const Graph& graph,
                       const std::vector<Tensor>& expected,
                       const std::vector<Tensor>& outputs) {
  for (size_t o = 0; o < expected.size(); ++o) {
    for (int64_t i = 0; i < expected[o].size(); ++i) {
      const double want = expected[o].At(i);
      const double got = outputs[o].At(i);
      const double slack =
          IsFloat(expected[o].dtype()) ? 1e-5 * (1 + std::abs(want)) : 0;
      if (std::abs(got - want) <= slack || got == want ||
          (std::isnan(got) && std::isnan(want))) {
        continue;
      }
      return absl::StrCat(engine, ": element ", i, " of %",
                          graph.outputs()[o]->name(), " is ", got, ", not ",
                          want);
    }
  }
  return "";
}

}  // namespace

absl::StatusOr<Module> RunPasses(absl::string_view text,
                                 absl::string_view passes,
                                 absl::string_view target) {
  TINYC_ASSIGN_OR_RETURN(Module module, ParseModule(text));
  module.target = FindTarget(target);
  TINYC_ASSIGN_OR_RETURN(const Pipeline pipeline, ParsePipeline(passes));
  TINYC_RETURN_IF_ERROR(RunPipeline(module, pipeline, {.replay_dir = ""}));
  return module;
}

Module Planned(absl::string_view text, absl::string_view passes) {
  absl::StatusOr<Module> module = RunPasses(text, passes);
  if (module.ok()) return *std::move(module);
  ADD_FAILURE() << module.status();
  Module none;
  none.plan.emplace();
  return none;
}

std::vector<Tensor> RandomInputs(const Graph& graph, uint64_t seed) {
  std::vector<Tensor> inputs;
  for (const Value* input : graph.inputs()) {
    inputs.push_back(RandomConstant(input->type(), seed++));
  }
  return inputs;
}

namespace {

std::vector<std::vector<Tensor>> Samples(const Graph& graph) {
  return {RandomInputs(graph, 1), RandomInputs(graph, 100)};
}

}  // namespace

std::string DifferenceOfKernels(const Module& module) {
  const Graph& graph = *module.graph;
  for (const std::vector<Tensor>& sample : Samples(graph)) {
    const absl::StatusOr<std::vector<Tensor>> expected =
        Interpret(graph, sample);
    if (!expected.ok()) return std::string(expected.status().message());
    const absl::StatusOr<std::vector<Tensor>> kernels =
        RunKernels(module, sample, {.poison_dead_bytes = true});
    if (!kernels.ok()) return std::string(kernels.status().message());
    std::string difference = Difference("kernels", graph, *expected, *kernels);
    if (!difference.empty()) return difference;
  }
  return "";
}

std::string DifferenceOfEngines(const Module& module, EmitOptions options) {
  options.poison = true;
  const Graph& graph = *module.graph;
  const std::vector<std::vector<Tensor>> samples = Samples(graph);
  std::string difference = DifferenceOfKernels(module);
  if (!difference.empty()) return difference;
  const absl::StatusOr<std::vector<OutputFile>> files = EmitC(module, options);
  if (!files.ok()) return std::string(files.status().message());
  std::vector<std::string> flags = StrictFlags();
  for (const char* flag :
       {"-std=c99", "-O1", "-ffp-contract=off", "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all"}) {
    flags.emplace_back(flag);
  }
  // The program around the model ends without freeing its buffers.
  setenv("ASAN_OPTIONS", "detect_leaks=0", /*overwrite=*/0);
  const absl::StatusOr<EmittedModel> emitted =
      EmittedModel::Build(*files, options.prefix, flags);
  if (!emitted.ok()) return std::string(emitted.status().message());
  const absl::StatusOr<std::vector<std::vector<Tensor>>> emitted_outputs =
      emitted->Run(graph, samples);
  if (!emitted_outputs.ok()) {
    return std::string(emitted_outputs.status().message());
  }
  for (size_t s = 0; s < samples.size(); ++s) {
    const absl::StatusOr<std::vector<Tensor>> expected =
        Interpret(graph, samples[s]);
    if (!expected.ok()) return std::string(expected.status().message());
    difference =
        Difference("emitted C", graph, *expected, (*emitted_outputs)[s]);
    if (!difference.empty()) return difference;
  }
  return "";
}

void EmittedProgram::Add(const Module& module, const EmitOptions& options) {
  const absl::StatusOr<std::vector<OutputFile>> emitted =
      EmitC(module, options);
  ASSERT_TRUE(emitted.ok()) << emitted.status();
  EXPECT_EQ(CxxComplaints(*emitted), "");
  files.insert(files.end(), emitted->begin(), emitted->end());
}

int BuildAndRun(const EmittedProgram& program) {
  const TempDir dir;
  const std::string binary = dir.path() + "/program";
  const std::string log = dir.path() + "/log";
  std::vector<std::string> command = {"cc",
                                      "-std=c99",
                                      "-g",
                                      "-fsanitize=address,undefined",
                                      "-fno-sanitize-recover=all",
                                      "-I" + dir.path(),
                                      "-o",
                                      binary};
  command.insert(command.end(), StrictFlags().begin(), StrictFlags().end());
  for (const OutputFile& file : program.files) {
    const std::string path = dir.Write(file.name, file.text);
    if (absl::EndsWith(path, ".c")) command.push_back(path);
  }
  command.push_back(dir.Write("main.c", program.main));
  command.push_back("-lm");
  const absl::StatusOr<ProcessEnd> built = RunProcess(command, log);
  if (!built.ok() || built->exit_code != 0) {
    ADD_FAILURE() << built.status() << (built.ok() ? built->text : "");
    return -1;
  }
  const absl::StatusOr<ProcessEnd> end = RunProcess({binary}, log);
  if (!end.ok()) {
    ADD_FAILURE() << end.status();
    return -1;
  }
  EXPECT_EQ(end->text, "");
  return end->exit_code;
}

std::string CxxComplaints(const std::vector<OutputFile>& files) {
  const TempDir dir;
  std::vector<std::string> command = {"c++", "-x", "c++", "-std=c++17",
                                      "-fsyntax-only"};
  command.insert(command.end(), StrictFlags().begin(), StrictFlags().end());
  for (const OutputFile& file : files) {
    const std::string path = dir.Write(file.name, file.text);
    if (absl::EndsWith(file.name, ".c")) command.push_back(path);
  }
  const absl::StatusOr<ProcessEnd> end =
      RunProcess(command, dir.path() + "/log");
  if (!end.ok()) return std::string(end.status().message());
  return end->exit_code == 0 ? "" : end->text + " ";
}

}  // namespace tinyc
