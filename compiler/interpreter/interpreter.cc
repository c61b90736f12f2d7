// SPDX-License-Identifier: Apache-2.0
#include "compiler/interpreter/interpreter.h"

#include "absl/container/flat_hash_map.h"

namespace tinyc {
namespace {

absl::StatusOr<std::vector<Tensor>> RunGraph(
    const Graph& graph, absl::Span<const Tensor* const> inputs,
    absl::FunctionRef<void(const Value&, const Tensor&)> observe) {
  TINYC_CHECK(inputs.size() == graph.inputs().size());
  absl::flat_hash_map<const Value*, const Tensor*> known;
  absl::flat_hash_map<const Value*, Tensor> computed;
  // Pointers into `computed` must stay put.
  size_t count = 0;
  for (const auto& node : graph.nodes()) count += node->outputs().size();
  computed.reserve(count);

  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!(inputs[i]->type() == graph.inputs()[i]->type())) {
      return Invalid("input \"", graph.inputs()[i]->name(), "\" has type ",
                     ToString(inputs[i]->type()), ", the model takes ",
                     ToString(graph.inputs()[i]->type()));
    }
    known[graph.inputs()[i]] = inputs[i];
  }
  const auto tensor_of = [&](const Value* value) -> const Tensor* {
    if (value == nullptr) return nullptr;
    if (value->constant() != nullptr) return value->constant().get();
    return known.at(value);
  };
  for (const auto& node : graph.nodes()) {
    std::vector<const Tensor*> in;
    for (const Value* value : node->inputs()) in.push_back(tensor_of(value));
    TINYC_ASSIGN_OR_RETURN(std::vector<Tensor> out, EvaluateNode(*node, in));
    for (size_t i = 0; i < out.size(); ++i) {
      const Value* value = node->output(i);
      const Tensor& stored = computed[value] = std::move(out[i]);
      known[value] = &stored;
      observe(*value, stored);
    }
  }
  std::vector<Tensor> outputs;
  for (const Value* value : graph.outputs()) {
    outputs.push_back(*tensor_of(value));
  }
  return outputs;
}

}  // namespace

absl::StatusOr<std::vector<Tensor>> EvaluateNode(
    const Node& node, absl::Span<const Tensor* const> inputs) {
  std::vector<const Tensor*> in(inputs.begin(), inputs.end());
  in.resize(std::max(in.size(), node.op().min_operands()), nullptr);
  std::vector<Tensor> out;
  for (const Value* value : node.outputs()) out.emplace_back(value->type());
  std::vector<Tensor*> results;
  results.reserve(out.size());
  for (Tensor& tensor : out) results.push_back(&tensor);
  std::vector<const Graph*> regions;
  for (const auto& region : node.regions()) regions.push_back(region.get());
  const auto run = [](const Graph* region,
                      absl::Span<const Tensor* const> region_inputs) {
    return RunGraph(*region, region_inputs, [](const Value&, const Tensor&) {});
  };
  const absl::Status status = node.op().Evaluate(
      {.in = in, .out = results, .regions = regions, .run = run});
  if (!status.ok()) return WithLoc(status, node);
  return out;
}

absl::StatusOr<std::vector<Tensor>> Interpret(const Graph& graph,
                                              absl::Span<const Tensor> inputs) {
  return Interpret(graph, inputs, [](const Value&, const Tensor&) {});
}

absl::StatusOr<std::vector<Tensor>> Interpret(
    const Graph& graph, absl::Span<const Tensor> inputs,
    absl::FunctionRef<void(const Value&, const Tensor&)> observe) {
  std::vector<const Tensor*> pointers;
  for (const Tensor& tensor : inputs) pointers.push_back(&tensor);
  return RunGraph(graph, pointers, observe);
}

}  // namespace tinyc
