// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/engine.h"

#include <stdlib.h>  // setenv is POSIX's

#include <string>
#include <utility>
#include <vector>

#include "compiler/engine/kernels_engine.h"
#include "compiler/interpreter/interpreter.h"
#include "tools/driver/run_emitted.h"

namespace tinyc {
namespace {

absl::StatusOr<std::vector<std::vector<Tensor>>> RunCompiled(
    const CompiledModel& model, absl::Span<const std::vector<Tensor>> samples,
    bool poison) {
  EmitOptions options;
  options.poison = poison;
  TINYC_ASSIGN_OR_RETURN(const std::vector<OutputFile> files,
                         EmitC(model.planned, options));
  std::vector<std::string> flags = HostFlags(*model.planned.target);
  if (poison) {
    for (const char* flag :
         {"-fsanitize=address,undefined", "-fno-sanitize-recover=all"}) {
      flags.emplace_back(flag);
    }
    // The program around the model ends without freeing its buffers.
    setenv("ASAN_OPTIONS", "detect_leaks=0", /*overwrite=*/0);
  }
  TINYC_ASSIGN_OR_RETURN(const EmittedModel emitted,
                         EmittedModel::Build(files, options.prefix, flags));
  return emitted.Run(*model.graph.graph, samples);
}

}  // namespace

absl::StatusOr<std::vector<std::vector<Tensor>>> RunEngine(
    Engine engine, const CompiledModel& model,
    absl::Span<const std::vector<Tensor>> samples, bool poison) {
  if (engine == Engine::kEmitted) return RunCompiled(model, samples, poison);
  std::vector<std::vector<Tensor>> outputs;
  for (const std::vector<Tensor>& sample : samples) {
    TINYC_ASSIGN_OR_RETURN(
        std::vector<Tensor> results,
        engine == Engine::kReference
            ? Interpret(*model.graph.graph, sample)
            : RunKernels(model.planned, sample, {.poison_dead_bytes = poison}));
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
