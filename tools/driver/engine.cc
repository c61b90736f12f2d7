// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/engine.h"

#include <utility>

#include "compiler/engine/kernels_engine.h"
#include "compiler/interpreter/interpreter.h"
#include "tools/driver/run_emitted.h"

namespace tinyc {
namespace {

absl::StatusOr<std::vector<std::vector<Tensor>>> RunCompiled(
    const CompiledModel& model, absl::Span<const std::vector<Tensor>> samples) {
  EmitOptions options;
  TINYC_ASSIGN_OR_RETURN(const std::vector<OutputFile> files,
                         EmitC(model.planned, options));
  TINYC_ASSIGN_OR_RETURN(const EmittedModel emitted,
                         EmittedModel::Build(files, options.prefix,
                                             HostFlags(*model.planned.target)));
  return emitted.Run(*model.graph.graph, samples);
}

}  // namespace

absl::StatusOr<std::vector<std::vector<Tensor>>> RunEngine(
    Engine engine, const CompiledModel& model,
    absl::Span<const std::vector<Tensor>> samples) {
  if (engine == Engine::kEmitted) return RunCompiled(model, samples);
  std::vector<std::vector<Tensor>> outputs;
  for (const std::vector<Tensor>& sample : samples) {
    TINYC_ASSIGN_OR_RETURN(std::vector<Tensor> results,
                           engine == Engine::kReference
                               ? Interpret(*model.graph.graph, sample)
                               : RunKernels(model.planned, sample));
    outputs.push_back(std::move(results));
  }
  return outputs;
}

absl::Status ObserveEngine(
    Engine engine, const CompiledModel& model, absl::Span<const Tensor> sample,
    absl::FunctionRef<void(const Value&, const Tensor&)> observe) {
  TINYC_CHECK(engine != Engine::kEmitted);
  if (engine == Engine::kReference) {
    return Interpret(*model.graph.graph, sample, observe).status();
  }
  KernelsEngineOptions options;
  options.observe = [&](const Value& value, const Tensor& tensor) {
    observe(value, tensor);
  };
  return RunKernels(model.planned, sample, options).status();
}

}  // namespace tinyc
