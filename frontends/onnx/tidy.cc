// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/tidy.h"

#include <algorithm>
#include <vector>

namespace tinyc {
namespace {

// An operator that moves elements, whatever they stand for.
bool MovesElements(const Op& op) {
  return op.name() == "reshape" || op.name() == "transpose" ||
         op.name() == "slice";
}

// The quantized type that `node` gives plain integers; null: it does not.
const TensorType* AttachedType(const Node* node) {
  if (node == nullptr || node->op().name() != "reinterpret") return nullptr;
  const TensorType& type = node->output()->type();
  return type.quantized() ? &type : nullptr;
}

//   %1 = transpose(%x) : s8[3,2]                %1 = reinterpret(%x)
//   %2 = reinterpret(%1) : s8[3,2] q(0.5, 3) => %2 = transpose(%1)
// when the element type holds for the whole tensor and %1 has no other use.
absl::Status HoistReinterprets(Graph& graph) {
  std::vector<Node*> nodes = graph.NodeSnapshot();
  while (!nodes.empty()) {
    Node* node = nodes.back();
    nodes.pop_back();
    const TensorType* type = AttachedType(node);
    if (type == nullptr || !type->quant->per_tensor()) continue;
    Node* mover = node->input(0)->producer();
    if (mover == nullptr || !MovesElements(mover->op()) ||
        !node->input(0)->has_single_use()) {
      continue;
    }
    Graph::Options options;
    options.loc = node->loc();
    options.want = {type->elem()};
    TINYC_ASSIGN_OR_RETURN(Node * earlier,
                           graph.Insert(mover, node->op().Clone(),
                                        {mover->input(0)}, std::move(options)));
    options = {};
    options.loc = mover->loc();
    TINYC_ASSIGN_OR_RETURN(
        Node * moved, graph.Insert(mover, mover->op().Clone(),
                                   {earlier->output()}, std::move(options)));
    const std::string name = mover->output()->name();
    graph.ReplaceUses(node->output(), moved->output());
    graph.Erase(node);
    nodes.erase(std::remove(nodes.begin(), nodes.end(), mover), nodes.end());
    graph.Erase(mover);
    graph.Rename(moved->output(), name);
    nodes.push_back(earlier);
  }
  return absl::OkStatus();
}

}  // namespace

//   %1 = reinterpret(%x) : s8[1,640] q(0.5, 3)   =>   %x : s8[1,640] q(0.5, 3)
absl::Status QuantizeInputs(Graph& graph) {
  TINYC_RETURN_IF_ERROR(HoistReinterprets(graph));
  for (Value* input : graph.inputs()) {
    const std::vector<Use> uses(input->uses().begin(), input->uses().end());
    const TensorType* type =
        uses.empty() ? nullptr : AttachedType(uses[0].node);
    const bool agree =
        type != nullptr && std::all_of(uses.begin(), uses.end(), [&](Use use) {
          const TensorType* other = AttachedType(use.node);
          return other != nullptr && *other == *type;
        });
    if (!agree) continue;
    graph.SetInputType(input, TensorType(*type));
    for (const Use& use : uses) {
      graph.ReplaceUses(use.node->output(), input);
      graph.Erase(use.node);
    }
  }
  return absl::OkStatus();
}

void EraseUnused(Graph& graph) {
  const std::vector<Node*> nodes = graph.NodeSnapshot();
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const auto outputs = (*node)->outputs();
    if (std::all_of(outputs.begin(), outputs.end(),
                    [](const Value* value) { return value->uses().empty(); })) {
      graph.Erase(*node);
    }
  }
}

}  // namespace tinyc
