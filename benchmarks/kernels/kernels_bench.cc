// SPDX-License-Identifier: Apache-2.0
//
// Times the rows of the kernel list that the host can run, on typical shapes: a
// graph of one node is compiled once per row that may serve it and run by the
// in-process engine.  `items_per_second` are multiply-accumulates, or elements
// where nothing is multiplied.
//
// The engine's kernels are built for any x86-64; what `-march=native` adds
// shows in benchmarks/models.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "benchmark/benchmark.h"
#include "compiler/engine/kernels_engine.h"
#include "compiler/ops/registry.h"
#include "compiler/targets/registry.h"
#include "compiler/text/parse.h"
#include "passes/pass_manager.h"

namespace tinyc {
namespace {

// The text of a graph with one node %y; its operands are %x and constants.
struct Subject {
  std::string name;
  std::string text;
};

std::string Graph1(absl::string_view input, absl::string_view constants,
                   absl::string_view node) {
  return absl::StrCat("graph(%x: ", input, ") -> (%y) {\n", constants,
                      "  %y = ", node, "\n  return %y\n}\n");
}

// Convolution-like layers in float, int8 and int16.
void AddWeighted(absl::string_view name, absl::string_view op,
                 const std::string& x, const std::string& w, int64_t out,
                 absl::string_view attrs, const std::string& y,
                 std::vector<Subject>* subjects) {
  struct Form {
    absl::string_view x, w, b, y;
  };
  for (const Form& form :
       {Form{"f32", "f32", "f32", "f32"}, Form{"s8", "s8", "s32", "s8"},
        Form{"s16", "s8", "s64", "s16"}}) {
    const bool quantized = form.x != "f32";
    const absl::string_view q = quantized ? " q(0.01, 0)" : "";
    subjects->push_back(
        {absl::StrCat(name, " ", form.x),
         Graph1(absl::StrCat(form.x, x, q),
                absl::StrCat("  %w = const rand(1) : ", form.w, w, q,
                             "\n  %b = const fill(0) : ", form.b, "[", out, "]",
                             quantized ? " q(0.0001, 0)" : "", "\n"),
                absl::StrCat(op, "(%x, %w, %b) {", attrs, "} : ", form.y, y,
                             quantized ? " q(0.05, 0)" : ""))});
  }
}

void AddLayers(std::vector<Subject>* all) {
  AddWeighted("conv 3x3 16-16 32x32", "conv", "[1,32,32,16]", "[16,16,3,3]", 16,
              "pads=[1,1,1,1], layout=nhwc", "[1,32,32,16]", all);
  AddWeighted("conv 3x3 3-16 32x32", "conv", "[1,32,32,3]", "[16,3,3,3]", 16,
              "pads=[1,1,1,1], layout=nhwc", "[1,32,32,16]", all);
  AddWeighted("conv 1x1 64-64 25x5", "conv", "[1,25,5,64]", "[64,64,1,1]", 64,
              "layout=nhwc", "[1,25,5,64]", all);
  AddWeighted("depthwise 3x3 64 25x5", "conv", "[1,25,5,64]", "[64,1,3,3]", 64,
              "pads=[1,1,1,1], group=64, layout=nhwc", "[1,25,5,64]", all);
  AddWeighted("dense 640-128", "dense", "[1,640]", "[128,640]", 128, "",
              "[1,128]", all);
  for (const char* type : {"f32", "s8"}) {
    const std::string q = type[0] == 's' ? " q(0.01, 0)" : "";
    const std::string x = absl::StrCat(type, "[1,24,24,32]", q);
    all->push_back({absl::StrCat("max_pool 2x2 ", type),
                    Graph1(x, "",
                           absl::StrCat("max_pool(%x) {kernel=[2,2], "
                                        "strides=[2,2], layout=nhwc} : ",
                                        type, "[1,12,12,32]", q))});
    all->push_back({absl::StrCat("average_pool 2x2 ", type),
                    Graph1(x, "",
                           absl::StrCat("average_pool(%x) {kernel=[2,2], "
                                        "strides=[2,2], layout=nhwc} : ",
                                        type, "[1,12,12,32]", q))});
    all->push_back(
        {absl::StrCat("matmul 32 ", type),
         Graph1(absl::StrCat(type, "[4,32,32]", q), "",
                absl::StrCat("matmul(%x, %x) : ", type, "[4,32,32]", q))});
    all->push_back(
        {absl::StrCat("softmax 64x12 ", type),
         Graph1(absl::StrCat(type, "[64,12]", q), "",
                absl::StrCat("softmax(%x) {axis=1} : ", type, "[64,12]", q))});
    all->push_back({absl::StrCat("reduce_mean ", type),
                    Graph1(x, "",
                           absl::StrCat("reduce_mean(%x) {axes=[1,2]} : ", type,
                                        "[1,1,1,32]", q))});
    all->push_back({absl::StrCat("transpose ", type),
                    Graph1(absl::StrCat(type, "[64,96]", q), "",
                           absl::StrCat("transpose(%x) {perm=[1,0]} : ", type,
                                        "[96,64]", q))});
  }
  for (const char* type : {"s8", "s16"}) {
    const std::string x = absl::StrCat(type, "[1,16,16,32] q(0.01, 0)");
    for (const char* op : {"add", "mul"}) {
      all->push_back({absl::StrCat(op, " quantized ", type),
                      Graph1(x, "",
                             absl::StrCat(op, "(%x, %x) : ", type,
                                          "[1,16,16,32] q(0.02, 0)"))});
    }
    all->push_back({absl::StrCat("quantize ", type),
                    Graph1("f32[1,16,16,32]", "",
                           absl::StrCat("quantize(%x) : ", type,
                                        "[1,16,16,32] q(0.02, 0)"))});
    all->push_back({absl::StrCat("dequantize ", type),
                    Graph1(x, "", "dequantize(%x) : f32[1,16,16,32]")});
    all->push_back({absl::StrCat("requantize ", type),
                    Graph1(x, "",
                           absl::StrCat("requantize(%x) : ", type,
                                        "[1,16,16,32] q(0.02, 0)"))});
  }
  all->push_back({"sigmoid table s8",
                  Graph1("s8[8192] q(0.05, 0)", "",
                         "sigmoid(%x) : s8[8192] q(0.00390625, -128)")});
}

// Operators whose kernels are rows of a macro: <op>_<type> and
// cast_<from>_<to>.
void AddRows(std::vector<Subject>* all) {
  for (const Kernel& kernel : AllKernels()) {
    const std::vector<std::string> words =
        absl::StrSplit(std::string(kernel.family), '_');
    const std::string type = words.back();
    if (words.size() == 3 && words[0] == "cast") {
      all->push_back({std::string(kernel.family),
                      Graph1(absl::StrCat(words[1], "[8192]"), "",
                             absl::StrCat("cast(%x) {to=", type, "} : ", type,
                                          "[8192]"))});
      continue;
    }
    const std::unique_ptr<Op> op = OpRegistry::Get().Make(words[0]);
    if (words.size() != 2 || op == nullptr || !DTypeFromText(type)) continue;
    const bool binary = kernel.header == "pointwise/binary.h";
    if (!binary && kernel.header != "pointwise/unary.h") continue;
    all->push_back({std::string(kernel.family),
                    Graph1(absl::StrCat(type, "[8192]"), "",
                           absl::StrCat(words[0], binary ? "(%x, %x)" : "(%x)",
                                        " : ", type, "[8192]"))});
  }
}

// The graph compiled for the host with `symbol` for its node.
absl::StatusOr<Module> CompileWith(const std::string& text,
                                   absl::string_view symbol) {
  TINYC_ASSIGN_OR_RETURN(Module module, ParseModule(text, {}));
  module.target = FindTarget("host");
  TINYC_ASSIGN_OR_RETURN(
      const Pipeline pipeline,
      ParsePipeline(absl::StrCat(
          "select-kernels",
          symbol.empty() ? "" : absl::StrCat("{y=", std::string(symbol), "}"),
          ",pack-weights,plan-memory")));
  TINYC_RETURN_IF_ERROR(RunPipeline(module, pipeline, {.replay_dir = ""}));
  return module;
}

void Run(benchmark::State& state, const std::shared_ptr<Module>& module) {
  std::vector<Tensor> inputs;
  for (const Value* input : module->graph->inputs()) {
    inputs.emplace_back(input->type());
    for (int64_t i = 0; i < inputs.back().size(); ++i) {
      inputs.back().Set(i, static_cast<double>(i % 23 - 11));
    }
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(RunKernels(*module, inputs));
  }
  const Node& node = *module->graph->nodes().front();
  const int64_t macs = node.op().Macs(node);
  state.SetItemsProcessed(
      state.iterations() *
      (macs != 0 ? macs : node.output()->type().num_elements()));
}

void Register() {
  std::vector<Subject> subjects;
  AddLayers(&subjects);
  AddRows(&subjects);
  for (const Subject& subject : subjects) {
    const absl::StatusOr<Module> first = CompileWith(subject.text, "");
    if (!first.ok()) continue;  // the operator does not use this row
    const Node* node = first->graph->nodes().front().get();
    const std::vector<LoweredCall>& calls = first->lowering->calls.at(node);
    if (calls.empty()) continue;
    for (const Kernel* row :
         KernelsFor(calls.back().kernel->family, *first->target)) {
      absl::StatusOr<Module> module = CompileWith(subject.text, row->symbol);
      TINYC_CHECK(module.ok());
      benchmark::RegisterBenchmark(
          absl::StrCat(row->symbol, "/", subject.name).c_str(), Run,
          std::make_shared<Module>(*std::move(module)));
    }
  }
}

const bool kRegistered = (Register(), true);

}  // namespace
}  // namespace tinyc
