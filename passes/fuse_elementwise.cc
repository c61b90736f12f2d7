// SPDX-License-Identifier: Apache-2.0
// Merges elementwise operators into maps, which one loop computes: what lies
// between them is never stored.
//
//   %1 = sigmoid(%x)
//   %y = mul(%x, %1)   =>   %y = map(%x) {steps="sigmoid 0; mul 0 1"}
//
// A result is merged into its only user, where it has the shape of that one's
// result, so that nothing is computed twice, and where this keeps no more
// values alive.  Plain numbers only; each result is rounded to its type as
// before.  Run it last before kernels are selected: the passes before know the
// operators and not the map.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "compiler/lowering/map_kernel.h"
#include "compiler/ops/map.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// A map in the making.
struct Chain {
  std::vector<Value*> operands;
  std::vector<MapStep> steps;
};

std::vector<MapStep> StepsOf(const Node& node) {
  if (const Map* map = node.As<Map>()) return map->steps;
  MapStep step{node.op().Clone(), {}};
  for (size_t i = 0; i < node.inputs().size(); ++i) {
    step.operands.push_back(static_cast<int64_t>(i));
  }
  return {step};
}

// Adds the operands of `node` but `skipped`, each once.
void AddOperands(const Node& node, const Value* skipped, Chain& chain) {
  for (Value* input : node.inputs()) {
    if (input != skipped &&
        std::count(chain.operands.begin(), chain.operands.end(), input) == 0) {
      chain.operands.push_back(input);
    }
  }
}

// Adds the steps of `node`, of which `done` is the result of the last step so
// far.
void AddSteps(const Node& node, const Value* done, Chain& chain) {
  std::vector<int64_t> number;  // in the chain, of what the node's steps take
  for (const Value* input : node.inputs()) {
    const auto found =
        std::find(chain.operands.begin(), chain.operands.end(), input);
    number.push_back(
        input == done
            ? static_cast<int64_t>(chain.operands.size() + chain.steps.size()) -
                  1
            : found - chain.operands.begin());
  }
  for (MapStep& step : StepsOf(node)) {
    for (int64_t& operand : step.operands) {
      operand = number[static_cast<size_t>(operand)];
    }
    number.push_back(
        static_cast<int64_t>(chain.operands.size() + chain.steps.size()));
    chain.steps.push_back(std::move(step));
  }
}

// The node that alone uses `value`, perhaps for several operands.
Node* UserOf(const Value& value) {
  if (value.uses().empty()) return nullptr;
  Node* const user = value.uses()[0].node;
  const bool only =
      std::all_of(value.uses().begin(), value.uses().end(),
                  [&](const Use& use) { return use.node == user; });
  return only ? user : nullptr;
}

bool IsComputedBefore(const Graph& graph, const Value& value,
                      const Node* node) {
  if (value.producer() == nullptr) return true;
  for (const auto& other : graph.nodes()) {
    if (other.get() == node) return false;
    if (other.get() == value.producer()) return true;
  }
  return false;
}

// Whether merging keeps values alive that would be dead by then: `first` reads
// several that are as large as its result, and waits for others.
bool KeepsMoreAlive(const Graph& graph, const Node* first, const Node* second) {
  const Value* result = first->output();
  const auto is_large = [&](const Value* value) {
    return value->constant() == nullptr &&
           value->type().shape == result->type().shape;
  };
  if (std::count_if(first->inputs().begin(), first->inputs().end(), is_large) <
      2) {
    return false;
  }
  return std::any_of(second->inputs().begin(), second->inputs().end(),
                     [&](const Value* value) {
                       return value != result &&
                              !IsComputedBefore(graph, *value, first);
                     });
}

absl::StatusOr<bool> MergeInto(Graph& graph, Node* second, Value* between) {
  Node* const first = between->producer();
  if (first == nullptr || UserOf(*between) != second ||
      between->type().shape != second->output()->type().shape ||
      !CanMap(*first) || KeepsMoreAlive(graph, first, second)) {
    return false;
  }
  Chain chain;
  AddOperands(*first, nullptr, chain);
  AddOperands(*second, between, chain);
  AddSteps(*first, nullptr, chain);
  AddSteps(*second, between, chain);
  std::vector<const Shape*> shapes;
  for (const Value* operand : chain.operands) {
    shapes.push_back(&operand->type().shape);
  }
  if (!MapShape(shapes, second->output()->type().shape).ok()) return false;
  Map map;
  map.steps = std::move(chain.steps);
  TINYC_ASSIGN_OR_RETURN(
      Value* const result,
      AddNode(graph, {.before = second, .from = {first, second}},
              std::move(map), std::move(chain.operands)));
  ReplaceAndRename(graph, second->output(), result);
  return true;
}

absl::StatusOr<bool> Fuse(Graph& graph, Node* node) {
  if (node->outputs().size() != 1 || node->output()->uses().empty() ||
      !CanMap(*node)) {
    return false;
  }
  for (Value* input : node->inputs()) {
    TINYC_ASSIGN_OR_RETURN(const bool merged, MergeInto(graph, node, input));
    if (merged) return true;
  }
  return false;
}

}  // namespace

absl::Status FuseElementwise(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return RewriteNodes(*module.graph, Fuse).status();
}

}  // namespace tinyc
