// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/selftest.h"

#include "compiler/codegen/selftest.h"
#include "compiler/interpreter/interpreter.h"
#include "tools/driver/emit_verified.h"

namespace tinyc {

absl::StatusOr<OutputFile> MakeSelfTest(const CompiledModel& model,
                                        const EmitOptions& options,
                                        const std::string& file) {
  const Graph& graph = *model.planned.graph;
  TINYC_ASSIGN_OR_RETURN(const Samples samples, SamplesOf(file, graph, 1));
  if (samples.values().empty()) {
    return Invalid(file, ": there is no sample in it");
  }
  ReferenceRun run;
  run.inputs = samples.values()[0];
  absl::StatusOr<std::vector<Tensor>> outputs = Interpret(
      graph, run.inputs, [&](const Value& value, const Tensor& tensor) {
        run.values.emplace(&value, tensor);
      });
  if (!outputs.ok()) {
    return Invalid("the reference cannot run the self-test's input",
                   file.empty() ? ", random numbers; --selftest-input names "
                                  "others"
                                : "",
                   ": ", outputs.status().message());
  }
  run.outputs = *std::move(outputs);
  return EmitSelfTest(model.planned, options, run);
}

}  // namespace tinyc
