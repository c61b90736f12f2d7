// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/compile.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "compiler/targets/registry.h"
#include "passes/uniform.h"
#include "tools/driver/module_file.h"

namespace tinyc {
namespace {

absl::StatusOr<Module> ReadGraph(const std::string& path,
                                 const ImportOptions& options) {
  if (!absl::EndsWith(path, ".tir")) return ImportOnnxFile(path, options);
  TINYC_ASSIGN_OR_RETURN(Module module, ReadModule(path));
  if (module.stage != Stage::kGraph) {
    return Invalid("the module is [", AttrText(module.stage),
                   "]; tinyc starts from [graph]");
  }
  return module;
}

// The module in `path` with the target that it is compiled for.
absl::StatusOr<Module> ReadTargeted(const std::string& path,
                                    const CompileOptions& options) {
  TINYC_ASSIGN_OR_RETURN(Module module, ReadGraph(path, options.import));
  module.target =
      options.target != nullptr ? options.target : FindTarget("generic");
  module.io_in_arena = module.io_in_arena || options.io_in_arena;
  return module;
}

// A copy of a module at [graph].
Module Copy(const Module& module) {
  TINYC_CHECK(module.stage == Stage::kGraph);
  Module copy;
  copy.name = module.name;
  copy.graph = module.graph->Clone();
  copy.target = module.target;
  copy.io_in_arena = module.io_in_arena;
  copy.notes = module.notes;
  return copy;
}

void Leave(Pipeline* pipeline, absl::string_view pass) {
  std::erase_if(*pipeline, [&](const PipelineItem& item) {
    return item.pass->name == pass;
  });
}

// The constants of a model become text in one C file; beyond this no compiler
// takes it in reasonable time and no microcontroller holds it.
constexpr int64_t kMaxConstantBytes = int64_t{128} << 20;
// Constants that the model computes for itself lie in its arena.
constexpr int64_t kMaxFilledBytes = int64_t{512} << 20;

// Those of the graph and of its regions.
void CollectConstants(const Graph& graph,
                      std::vector<const Value*>* constants) {
  for (const Value* constant : graph.Constants()) {
    constants->push_back(constant);
  }
  for (const auto& node : graph.nodes()) {
    for (const auto& region : node->regions()) {
      CollectConstants(*region, constants);
    }
  }
}

// NaN among weights is a training that diverged or a damaged file, and makes
// every result NaN.  A lone NaN may be meant, and infinities are: as masks.
absl::Status CheckNumbers(const Value& constant) {
  const Tensor& tensor = *constant.constant();
  if (!IsFloat(tensor.type().dtype)) return absl::OkStatus();
  const int64_t elements = tensor.type().num_elements();
  if (elements < 2) return absl::OkStatus();
  int64_t nans = 0;
  for (int64_t i = 0; i < elements; ++i) nans += std::isnan(tensor.At(i));
  if (nans == 0) return absl::OkStatus();
  return Invalid("the constant \"", constant.name(), "\" has NaN in ", nans,
                 " of its ", elements, " elements");
}

// Makes `pipeline` compute the constants that need not be stored when all of
// them would be too many.
absl::Status FitConstants(const std::vector<const Value*>& constants,
                          Pipeline* pipeline) {
  int64_t bytes = 0;
  int64_t stored = 0;
  for (const Value* constant : constants) {
    const int64_t own = constant->type().bytes();
    bytes += own;
    if (!IsLargeUniform(*constant->constant())) stored += own;
  }
  if (bytes <= kMaxConstantBytes) return absl::OkStatus();
  if (stored > kMaxConstantBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the model has ", stored >> 20, " MiB of constants, more than ",
        kMaxConstantBytes >> 20, " MiB that fit a C file"));
  }
  if (bytes > kMaxFilledBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the model has ", bytes >> 20, " MiB of constants, more than the ",
        kMaxFilledBytes >> 20, " MiB of an arena"));
  }
  const auto backend = std::find_if(
      pipeline->begin(), pipeline->end(),
      [](const PipelineItem& item) { return item.pass->to != Stage::kGraph; });
  pipeline->insert(backend, {FindPass("fill-uniform"), PassOptions()});
  return absl::OkStatus();
}

absl::Status CheckNumbers(const std::vector<const Value*>& constants) {
  std::vector<std::string> problems;
  for (const Value* constant : constants) {
    const absl::Status status = CheckNumbers(*constant);
    if (!status.ok()) problems.emplace_back(status.message());
  }
  if (problems.empty()) return absl::OkStatus();
  return Invalid(absl::StrJoin(problems, "\n"));
}

std::vector<const Value*> ConstantsOf(const Module& module) {
  std::vector<const Value*> constants;
  CollectConstants(*module.graph, &constants);
  return constants;
}

// Reads the model in `path` and runs `pipeline`, which is to end at [graph];
// `purpose` says what needs that.
absl::StatusOr<Module> RunOnGraph(const std::string& path,
                                  const CompileOptions& options,
                                  const Pipeline& pipeline,
                                  absl::string_view purpose) {
  TINYC_RETURN_IF_ERROR(CheckStages(pipeline, Stage::kGraph));
  if (!pipeline.empty() && pipeline.back().pass->to != Stage::kGraph) {
    return Invalid("the passes end at [", AttrText(pipeline.back().pass->to),
                   "], and ", purpose, " at [graph]");
  }
  TINYC_ASSIGN_OR_RETURN(Module module, ReadTargeted(path, options));
  TINYC_RETURN_IF_ERROR(CheckNumbers(ConstantsOf(module)));
  TINYC_RETURN_IF_ERROR(RunPipeline(module, pipeline, options.manager));
  return module;
}

// Pruned, then quantized unless it was before; the model ends at [graph] and
// without needless channels.
Pipeline LossyPipeline(const CompileOptions& options) {
  Pipeline pipeline;
  if (options.prune) pipeline = PrunePipeline(*options.prune);
  Pipeline rest;
  if (options.quantize) {
    rest = QuantizePipeline(*options.quantize);
  } else {
    absl::StatusOr<Pipeline> integers =
        ParsePipeline("integers,slim,note-floats");
    TINYC_CHECK(integers.ok());
    rest = *std::move(integers);
  }
  pipeline.insert(pipeline.end(), rest.begin(), rest.end());
  return pipeline;
}

// The index of the first item that is one of `passes`.
size_t FirstOf(absl::Span<const PipelineItem> items,
               const std::vector<absl::string_view>& passes) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const PipelineItem& item) {
        return absl::c_linear_search(passes, item.pass->name);
      });
  return static_cast<size_t>(found - items.begin());
}

// Makes `pipeline` store weights as asked for.
void SetWeights(WeightStorage weights, Pipeline* pipeline) {
  const auto compresses = [](const PipelineItem& item) {
    return item.pass->name == "compress-weights" &&
           item.options.values().empty();
  };
  if (weights == WeightStorage::kDense) std::erase_if(*pipeline, compresses);
  if (weights != WeightStorage::kSmall) return;
  for (PipelineItem& item : *pipeline) {
    if (compresses(item)) {
      item.options = PassOptions({{"goal", AttrText(weights)}});
    }
  }
}

// Makes `pipeline` plan the memory that is asked for, and compute values again
// where that saves some.
void SetMemory(const CompileOptions& options, Pipeline* pipeline) {
  std::map<std::string, std::string> memory;
  if (!options.memories.empty()) {
    memory = {{"memory", options.memories}};
  } else if (options.limits.ram || options.least_ram) {
    memory = {
        {"ram", options.least_ram ? "min" : absl::StrCat(*options.limits.ram)},
        {"extra-macs", absl::StrCat(100 * options.extra_macs, "%")}};
  } else {
    return;
  }
  for (PipelineItem& item : *pipeline) {
    const bool plans = item.pass->name == "plan-memory";
    const bool trades =
        item.pass->name == "rematerialize" && memory.contains("ram");
    if ((plans || trades) && item.options.values().empty()) {
      item.options = PassOptions(memory);
    }
  }
}

// Lets inputs be handed in row by row, once the forms of layers are settled.
void SetInputs(const CompileOptions& options, Pipeline* pipeline) {
  auto backend = pipeline->begin();
  while (backend != pipeline->end() &&
         backend->pass->name != "prepare-outputs" &&
         backend->pass->to == Stage::kGraph) {
    ++backend;
  }
  for (const std::string& input : options.row_inputs) {
    PassOptions which;
    if (!input.empty()) which = PassOptions({{"input", input}});
    backend = pipeline->insert(backend, {FindPass("input-rows"), which}) + 1;
  }
}

}  // namespace

absl::StatusOr<Pipeline> CompilePipeline(const CompileOptions& options) {
  Pipeline pipeline;
  if (options.prune || options.quantize) {
    pipeline = LossyPipeline(options);
    TINYC_ASSIGN_OR_RETURN(const Pipeline forms, ParsePipeline("forms"));
    pipeline.insert(pipeline.end(), forms.begin(), forms.end());
  } else {
    TINYC_ASSIGN_OR_RETURN(pipeline, ParsePipeline(options.passes));
  }
  if (options.no_slim) Leave(&pipeline, "slim");
  if (pipeline.empty() || pipeline.back().pass->to == Stage::kGraph) {
    TINYC_ASSIGN_OR_RETURN(const Pipeline backend, ParsePipeline("backend"));
    pipeline.insert(pipeline.end(), backend.begin(), backend.end());
  }
  SetInputs(options, &pipeline);
  SetWeights(options.weights, &pipeline);
  SetMemory(options, &pipeline);
  TINYC_RETURN_IF_ERROR(CheckStages(pipeline, Stage::kGraph));
  const Stage end = pipeline.back().pass->to;
  if (end != Stage::kPlanned) {
    return Invalid("the passes end at [", AttrText(end),
                   "], and C is written from [planned]; end them with backend");
  }
  return pipeline;
}

absl::StatusOr<CompiledModel> CompileModel(const std::string& path,
                                           const CompileOptions& options) {
  TINYC_ASSIGN_OR_RETURN(Pipeline pipeline, CompilePipeline(options));
  TINYC_ASSIGN_OR_RETURN(Module module, ReadTargeted(path, options));
  const std::vector<const Value*> constants = ConstantsOf(module);
  TINYC_RETURN_IF_ERROR(FitConstants(constants, &pipeline));
  TINYC_RETURN_IF_ERROR(CheckNumbers(constants));
  const auto backend = std::find_if(
      pipeline.begin(), pipeline.end(),
      [](const PipelineItem& item) { return item.pass->to != Stage::kGraph; });
  const size_t on_graph = static_cast<size_t>(backend - pipeline.begin());
  const absl::Span<const PipelineItem> items(pipeline);
  CompiledModel compiled;
  compiled.imported = Copy(module);
  compiled.lossy = std::any_of(
      pipeline.begin(), pipeline.end(),
      [](const auto& item) { return item.pass->numbers == Numbers::kLossy; });
  size_t done = 0;
  // Runs the passes up to item `end`, and keeps what they leave.
  const auto run_to = [&](size_t end,
                          std::optional<Module>* kept) -> absl::Status {
    TINYC_RETURN_IF_ERROR(
        RunPipeline(module, items.subspan(done, end - done), options.manager));
    done = end;
    *kept = Copy(module);
    return absl::OkStatus();
  };
  if (options.prune) {
    const size_t prune = FirstOf(items, {"prune", "prune-channels"});
    TINYC_RETURN_IF_ERROR(run_to(prune, &compiled.dense));
    TINYC_RETURN_IF_ERROR(run_to(prune + 1, &compiled.pruned));
  }
  if (options.quantize) {
    TINYC_RETURN_IF_ERROR(
        run_to(FirstOf(items, {"calibrate"}), &compiled.real));
  }
  TINYC_RETURN_IF_ERROR(RunPipeline(
      module, items.subspan(done, on_graph - done), options.manager));
  compiled.graph = Copy(module);
  compiled.planned = std::move(module);
  TINYC_RETURN_IF_ERROR(
      RunPipeline(compiled.planned, items.subspan(on_graph), options.manager));
  return compiled;
}

absl::StatusOr<Module> PlanWith(const Spending& spending,
                                const CompiledModel& model,
                                const CompileOptions& options) {
  TINYC_ASSIGN_OR_RETURN(Pipeline pipeline, CompilePipeline(options));
  std::erase_if(pipeline, [](const PipelineItem& item) {
    return item.pass->to == Stage::kGraph;
  });
  for (PipelineItem& item : pipeline) {
    if (item.pass->name == "arrange-weights" && item.options.values().empty()) {
      item.options = PassOptions({{"flash", absl::StrCat(spending.flash)},
                                  {"scratch", absl::StrCat(spending.scratch)}});
    }
  }
  Module module = Copy(model.graph);
  TINYC_RETURN_IF_ERROR(RunPipeline(module, pipeline, options.manager));
  return module;
}

absl::StatusOr<Module> CompileGraph(const std::string& path,
                                    const CompileOptions& options) {
  TINYC_ASSIGN_OR_RETURN(const Pipeline pipeline,
                         ParsePipeline(options.passes));
  return RunOnGraph(path, options, pipeline, "layers are compared");
}

absl::StatusOr<Module> CompileForOnnx(const std::string& path,
                                      const CompileOptions& options) {
  Pipeline pipeline;
  if (options.prune || options.quantize) {
    pipeline = LossyPipeline(options);
    // A reader wants the operators, not their table.
    Leave(&pipeline, "compose-tables");
    TINYC_ASSIGN_OR_RETURN(const Pipeline last,
                           ParsePipeline("channels-first"));
    pipeline.insert(pipeline.end(), last.begin(), last.end());
  } else {
    const bool by_default = options.passes == CompileOptions().passes;
    TINYC_ASSIGN_OR_RETURN(
        pipeline,
        ParsePipeline(by_default ? "clean,fuse,slim,clean" : options.passes));
  }
  if (options.no_slim) Leave(&pipeline, "slim");
  return RunOnGraph(path, options, pipeline, "ONNX is written");
}

}  // namespace tinyc
