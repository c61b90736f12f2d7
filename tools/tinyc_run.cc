// SPDX-License-Identifier: Apache-2.0
// tinyc-run: runs a model on arrays, as the reference, by the kernels or as
// emitted C.
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "compiler/base/file.h"
#include "compiler/base/text.h"
#include "compiler/data/npz.h"
#include "compiler/data/samples.h"
#include "tools/driver/command_line.h"
#include "tools/driver/compare.h"
#include "tools/driver/compare_layers.h"
#include "tools/driver/engine.h"
#include "tools/driver/model_options.h"
#include "tools/driver/report.h"

namespace tinyc {
namespace {

constexpr Program kProgram = {
    .name = "tinyc-run",
    .usage = "[options] model.onnx inputs.npz -o outputs.npz",
    .about =
        "Runs a model on every sample of an .npz file. Arrays are named after "
        "the inputs;\nfor one input the only array, or the one named x, does. "
        "An array has the input's\nshape, or samples of it along a leading "
        "axis, with or without a batch of 1.\n"
        "With --compare-layers the model is the only file.",
};

struct Request {
  std::string model;
  std::string inputs;
  std::string output;
  Engine engine = Engine::kReference;
  std::string layers;          // file for the values of the first sample
  std::string compare;         // file to compare the outputs with
  std::string compare_layers;  // file to compare every layer with
  bool poison = false;
};

using Outputs = std::vector<std::vector<Tensor>>;

absl::StatusOr<std::vector<NamedTensor>> Arrays(const std::string& file) {
  absl::StatusOr<std::vector<NamedTensor>> arrays = ReadArrays(file);
  if (!arrays.ok()) return WithFile(file, arrays.status());
  return arrays;
}

// The intermediate values of the first sample, by name.
absl::StatusOr<std::vector<NamedTensor>> Layers(const Request& request,
                                                const CompiledModel& model,
                                                const Samples& samples) {
  if (samples.values().empty()) {
    return Invalid(request.inputs, " has no samples");
  }
  std::vector<NamedTensor> layers;
  absl::flat_hash_map<std::string, int> seen;
  TINYC_RETURN_IF_ERROR(
      ObserveEngine(request.engine, model, samples.values()[0],
                    [&](const Value& value, const Tensor& tensor) {
                      std::string name = ValueName(value);
                      const int count = ++seen[name];
                      if (count > 1) absl::StrAppend(&name, "#", count);
                      layers.push_back({std::move(name), tensor});
                    }));
  return layers;
}

// The array to compare output `output` with: that of its name, or the only one
// when the model has one output.
absl::StatusOr<const Tensor*> Expected(const std::vector<NamedTensor>& expected,
                                       const NamedTensor& output,
                                       size_t outputs) {
  for (const NamedTensor& array : expected) {
    if (array.name == output.name) return &array.tensor;
  }
  if (outputs == 1 && expected.size() == 1) return &expected[0].tensor;
  return Invalid("has no array \"", output.name, "\"");
}

// A row per output: how far it is from the array of its name.
absl::StatusOr<std::string> ComparisonTable(
    const std::vector<NamedTensor>& outputs,
    const std::vector<NamedTensor>& expected) {
  std::string table =
      absl::StrFormat("%-24s %9s %9s %8s %15s %12s\n", "output", "values",
                      "different", "share", "max difference", "largest");
  for (const NamedTensor& output : outputs) {
    TINYC_ASSIGN_OR_RETURN(const Tensor* array,
                           Expected(expected, output, outputs.size()));
    const Tensor form = NumpyForm(output.tensor);
    if (array->dtype() != form.dtype() || array->size() != form.size()) {
      return Invalid("array for output \"", output.name, "\" is ",
                     ToString(array->type()), ", the output is ",
                     ToString(form.type()));
    }
    const Comparison c = Compare(*array, form);
    absl::StrAppendFormat(&table, "%-24s %9d %9d %7.2f%% %15.6g %12.6g\n",
                          output.name, c.elements, c.different, Percent(c),
                          c.max_difference, c.largest);
  }
  return table;
}

absl::Status Execute(const Request& request, const CompiledModel& model) {
  TINYC_ASSIGN_OR_RETURN(std::vector<NamedTensor> arrays,
                         Arrays(request.inputs));
  const Graph& graph = *model.graph.graph;
  absl::StatusOr<Samples> samples = Samples::Match(std::move(arrays), graph);
  if (!samples.ok()) {
    return WithFile(request.inputs, samples.status());
  }
  TINYC_ASSIGN_OR_RETURN(
      const Outputs outputs,
      RunEngine(request.engine, model, samples->values(), request.poison));
  const std::vector<NamedTensor> stacked = samples->Stack(graph, outputs);
  std::vector<NamedFile> files;
  if (!request.output.empty()) {
    TINYC_ASSIGN_OR_RETURN(std::string bytes, NpzBytes(stacked));
    files.push_back({request.output, std::move(bytes)});
  }
  if (!request.layers.empty()) {
    TINYC_ASSIGN_OR_RETURN(const std::vector<NamedTensor> layers,
                           Layers(request, model, *samples));
    TINYC_ASSIGN_OR_RETURN(std::string bytes, NpzBytes(layers));
    files.push_back({request.layers, std::move(bytes)});
  }
  std::string table;
  if (!request.compare.empty()) {
    TINYC_ASSIGN_OR_RETURN(const std::vector<NamedTensor> expected,
                           Arrays(request.compare));
    absl::StatusOr<std::string> text = ComparisonTable(stacked, expected);
    if (!text.ok()) {
      return WithFile(request.compare, text.status());
    }
    table = *std::move(text);
  }
  TINYC_RETURN_IF_ERROR(WriteFiles(files));
  std::fputs(table.c_str(), stdout);
  return absl::OkStatus();
}

// Prints how far each layer is from the values of a file; an error when an
// integer is further than rounding differently once explains.
absl::Status ExecuteCompareLayers(const Request& request,
                                  CompileOptions options) {
  constexpr double kMaxSteps = 1;
  if (options.passes == CompileOptions().passes) {
    options.passes = std::string(kLayerPasses);
  }
  const absl::StatusOr<Module> module = CompileGraph(request.model, options);
  if (!module.ok()) return WithFile(request.model, module.status());
  PrintNotes(module->notes);
  TINYC_ASSIGN_OR_RETURN(const std::vector<NamedTensor> values,
                         Arrays(request.compare_layers));
  const absl::StatusOr<LayersComparison> comparison =
      CompareLayers(*module->graph, values);
  if (!comparison.ok()) {
    return WithFile(request.compare_layers, comparison.status());
  }
  std::fputs(LayersTable(*comparison).c_str(), stdout);
  if (comparison->MaxDifference(/*integer=*/true) > kMaxSteps) {
    return Invalid(request.model, ": a layer is more than ", kMaxSteps,
                   " LSB from ", request.compare_layers);
  }
  return absl::OkStatus();
}

int Main(int argc, const char* const* argv) {
  Request request;
  ModelOptions model_options;
  std::string engine = "reference";
  std::vector<Option> options = {
      {"o", "FILE.npz", "file for the outputs, by name", &request.output},
      {"engine", "reference|kernels|emitted",
       "what runs: the interpreter, the kernels built for this\n"
       "machine, or the emitted C built by $CC or cc\n"
       "(default: reference)",
       &engine},
      {"poison", "",
       "overwrite what the memory plan says is not needed any more,\n"
       "between all layers, which shows a wrong plan; emitted C is\n"
       "also built with sanitizers",
       &request.poison},
      {"layers", "FILE.npz",
       "also write every intermediate value of the first sample,\n"
       "to find the layer where it leaves another framework's",
       &request.layers},
      {"compare", "FILE.npz",
       "print how far each output is from the array of its name",
       &request.compare},
      {"compare-layers", "VALUES.npz",
       "run each layer on the values of this file, which has every\n"
       "value of the model by its ONNX name, and print how far its\n"
       "result is from the file's; exit code 1 when an integer\n"
       "is more than 1 away",
       &request.compare_layers},
  };
  for (const Option& row : ModelOptionRows(&model_options)) {
    options.push_back(row);
  }
  std::vector<std::string> operands;
  if (const std::optional<int> done =
          ReadCommandLine(kProgram, options, argc, argv, &operands)) {
    return *done;
  }
  const bool layers_only = !request.compare_layers.empty();
  if (layers_only && operands.size() != 1) {
    return UsageError(kProgram,
                      absl::StrCat("--compare-layers expects a model, not ",
                                   operands.size(), " files"));
  }
  if (layers_only && (!request.output.empty() || !request.layers.empty() ||
                      !request.compare.empty())) {
    return UsageError(kProgram,
                      "--compare-layers goes without -o, --layers "
                      "and --compare");
  }
  if (layers_only &&
      (!model_options.quantize.empty() || !model_options.prune.empty())) {
    return UsageError(kProgram,
                      "--compare-layers goes without --quantize and --prune");
  }
  if (!layers_only && operands.size() != 2) {
    return UsageError(
        kProgram, absl::StrCat("a model and an .npz file are expected, not ",
                               operands.size(), " files"));
  }
  request.model = operands[0];
  if (!layers_only) request.inputs = operands[1];
  if (!ParseAttr(engine, &request.engine)) {
    return UsageError(kProgram, absl::StrCat("there is no engine ", engine));
  }
  if (!layers_only && request.output.empty() && request.layers.empty() &&
      request.compare.empty()) {
    return UsageError(kProgram, "-o FILE.npz is missing");
  }
  if (request.poison && request.engine == Engine::kReference) {
    return UsageError(kProgram,
                      "--poison needs the engine kernels or emitted: the "
                      "reference has no memory plan");
  }
  if (!request.layers.empty() && request.engine == Engine::kEmitted) {
    return UsageError(kProgram,
                      "--layers needs the engine reference or kernels: "
                      "emitted C keeps no layers");
  }
  const absl::StatusOr<CompileOptions> compile =
      ReadModelOptions(model_options);
  if (!compile.ok()) return UsageError(kProgram, compile.status().message());
  if (layers_only) {
    const absl::Status status = ExecuteCompareLayers(request, *compile);
    if (!status.ok()) PrintErrors(status);
    return status.ok() ? kExitDone : kExitFault;
  }
  const absl::StatusOr<CompiledModel> model =
      CompileModel(request.model, *compile);
  if (!model.ok()) {
    PrintErrors(WithFile(request.model, model.status()));
    return kExitFault;
  }
  PrintNotes(model->planned.notes);
  if (const absl::Status status = Execute(request, *model); !status.ok()) {
    PrintErrors(status);
    return kExitFault;
  }
  return kExitDone;
}

}  // namespace
}  // namespace tinyc

int main(int argc, char** argv) {
  return tinyc::RunProgram(tinyc::Main, argc, argv);
}
