// SPDX-License-Identifier: Apache-2.0
// A scale that the model gives to its inputs and outputs belongs to their
// types:
//
//   graph(%x: u8[4]) -> (%y)             graph(%x: u8[4] q(0.5, 128)) -> (%y)
//     %1 = reinterpret(%x) q(0.5, 128)     %y = clip(%x) q(0.5, 128)
//     %2 = clip(%1) q(0.5, 128)      =>    return %y
//     %y = reinterpret(%2) : u8[4]
//     return %y
//
// The stored type stays: it is the model's interface.
#include <algorithm>
#include <vector>

#include "compiler/ops/quantize.h"
#include "passes/rewrite.h"
#include "passes/simplify_rules.h"

namespace tinyc {
namespace {

// When every use of `input` reads it as one other type of equal storage.
bool RetypeInput(Graph& graph, Value* input) {
  if (input->uses().empty()) return false;
  std::vector<Value*> results;
  for (const Use& use : input->uses()) {
    if (use.node == nullptr || use.node->As<Reinterpret>() == nullptr) {
      return false;
    }
    Value* result = use.node->output();
    if (result->type().dtype != input->type().dtype || IsGraphOutput(*result)) {
      return false;
    }
    results.push_back(result);
  }
  const TensorType type = results[0]->type();
  if (!std::all_of(results.begin(), results.end(), [&](const Value* result) {
        return result->type() == type;
      })) {
    return false;
  }
  graph.SetInputType(input, type);
  for (Value* result : results) graph.ReplaceUses(result, input);
  EraseDeadNodes(graph);
  return true;
}

// When the output only drops the scale of what the graph computes.
bool RetypeOutput(Graph& graph, size_t index) {
  Value* output = graph.outputs()[index];
  if (ProducedBy<Reinterpret>(output) == nullptr ||
      output->type().quantized()) {
    return false;
  }
  Value* source = output->producer()->input(0);
  const auto times =
      std::count(graph.outputs().begin(), graph.outputs().end(), output);
  if (source->type().dtype != output->type().dtype || IsGraphInput(*source) ||
      IsGraphOutput(*source) || times != 1) {
    return false;
  }
  graph.SetOutput(index, source);
  TakeName(graph, output, source);
  EraseDeadNodes(graph);
  return true;
}

}  // namespace

bool SimplifyInterface(Graph& graph) {
  bool changed = false;
  for (Value* input : graph.inputs()) {
    changed = RetypeInput(graph, input) || changed;
  }
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    changed = RetypeOutput(graph, i) || changed;
  }
  return changed;
}

}  // namespace tinyc
