// SPDX-License-Identifier: Apache-2.0
//
// Times the rows of the kernel list that the host can run, on typical shapes: a
// graph of one node is compiled once per row that may serve it and run by the
// in-process engine.  `items_per_second` are multiply-accumulates, or elements
// where nothing is multiplied.
//
//   kernels_bench            every row
//   kernels_bench --missing  the rows without a benchmark; exit 1 if any
//
// The engine's kernels are built for any x86-64; what `-march=native` adds
// shows in benchmarks/models.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "benchmarks/kernels/subjects.h"
#include "compiler/engine/kernels_engine.h"

namespace tinyc {
namespace {

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

int Main(int argc, char** argv) {
  const absl::StatusOr<std::vector<Subject>> subjects =
      ReadSubjects(TINYC_SUBJECTS);
  absl::StatusOr<std::vector<RowSubject>> rows =
      subjects.ok() ? CompileSubjects(*subjects) : subjects.status();
  if (!rows.ok()) {
    std::fprintf(stderr, "error: %s\n", rows.status().ToString().c_str());
    return 1;
  }
  if (argc == 2 && std::string(argv[1]) == "--missing") {
    const std::vector<std::string> missing = RowsWithout(*rows);
    for (const std::string& symbol : missing) std::puts(symbol.c_str());
    return missing.empty() ? 0 : 1;
  }
  for (RowSubject& row : *rows) {
    benchmark::RegisterBenchmark(
        absl::StrCat(row.row->symbol, "/", row.name).c_str(), Run,
        std::make_shared<Module>(std::move(row.module)));
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace tinyc

int main(int argc, char** argv) { return tinyc::Main(argc, argv); }
