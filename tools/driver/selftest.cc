// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/selftest.h"

#include <random>
#include <utility>
#include <vector>

#include "compiler/codegen/selftest.h"
#include "compiler/data/samples.h"
#include "compiler/interpreter/interpreter.h"
#include "compiler/ops/quantize.h"
#include "tools/driver/emit_verified.h"

namespace tinyc {
namespace {

// The quantized type that elements of `value` become, moved perhaps before;
// null when they become none.
const TensorType* QuantizedTo(const Value& value) {
  for (const Use& use : value.uses()) {
    if (use.node == nullptr) continue;
    const Node& node = *use.node;
    if (node.As<QuantizeOp>() != nullptr) {
      const TensorType& type = node.output()->type();
      if (type.quant->per_tensor()) return &type;
    }
    if (node.op().Quantization().kind != QuantRule::Kind::kSameScale) continue;
    for (const Value* output : node.outputs()) {
      if (const TensorType* type = QuantizedTo(*output)) return type;
    }
  }
  return nullptr;
}

// Random numbers, the same every time.  Floats that are quantized next are
// spread over what the quantized type has, so that neither most of them
// saturate nor all are the same there.
std::vector<Tensor> RandomInputs(const Graph& graph) {
  std::vector<Tensor> inputs = Samples::Random(graph, 1).values()[0];
  std::mt19937_64 random(1);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!IsFloat(inputs[i].dtype())) continue;
    const TensorType* type = QuantizedTo(*graph.inputs()[i]);
    if (type == nullptr) continue;
    const int64_t least = MinOf(type->dtype);
    const uint64_t steps =
        static_cast<uint64_t>(MaxOf(type->dtype) - least) + 1;
    for (int64_t j = 0; j < inputs[i].size(); ++j) {
      const int64_t stored = least + static_cast<int64_t>(random() % steps);
      inputs[i].Set(
          j, type->quant->scale[0] *
                 static_cast<double>(stored - type->quant->zero_point[0]));
    }
  }
  return inputs;
}

// The first sample of `file`, or random numbers for "".
absl::StatusOr<std::vector<Tensor>> InputsOf(const std::string& file,
                                             const Graph& graph) {
  if (file.empty()) return RandomInputs(graph);
  TINYC_ASSIGN_OR_RETURN(const Samples samples, SamplesOf(file, graph, 1));
  if (samples.values().empty()) return Invalid(file, ": has no sample");
  return samples.values()[0];
}

}  // namespace

absl::StatusOr<OutputFile> MakeSelfTest(const CompiledModel& model,
                                        const EmitOptions& options,
                                        const std::string& file) {
  const Graph& graph = *model.planned.graph;
  ReferenceRun run;
  TINYC_ASSIGN_OR_RETURN(run.inputs, InputsOf(file, graph));
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
