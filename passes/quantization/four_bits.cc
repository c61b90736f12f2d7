// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/four_bits.h"

#include <algorithm>
#include <vector>

#include "compiler/ops/conv.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

// A layer at an end of the model keeps 8 bits with at most this share of all
// weights.  Else there would be little to gain from the others.
constexpr double kSmallShare = 0.125;

bool UnpacksWeights(const Node& node) {
  const Conv* conv = node.As<Conv>();
  if (conv == nullptr) return true;
  const SpatialDims in = SplitDims(node.input(0)->type().shape, conv->layout);
  return !conv->IsGeneral(in.space.size()) && !conv->IsDepthwise(in.channels);
}

int64_t WeightCount(const Node& node) {
  return node.input(1)->type().num_elements();
}

// The layers with none before them.
absl::flat_hash_set<const Node*> FirstLayers(const Graph& graph) {
  absl::flat_hash_set<const Node*> first;
  absl::flat_hash_set<const Value*> after;  // a layer
  for (const auto& node : graph.nodes()) {
    const bool is_after = std::any_of(
        node->inputs().begin(), node->inputs().end(),
        [&](const Value* operand) { return after.contains(operand); });
    if (IsWeighted(*node) && !is_after) first.insert(node.get());
    if (!IsWeighted(*node) && !is_after) continue;
    after.insert(node->outputs().begin(), node->outputs().end());
  }
  return first;
}

// The layers with none after them.
absl::flat_hash_set<const Node*> LastLayers(const Graph& graph) {
  absl::flat_hash_set<const Node*> last;
  absl::flat_hash_set<const Value*> before;  // a layer
  const auto& nodes = graph.nodes();
  for (auto it = nodes.rbegin(); it != nodes.rend(); ++it) {
    const Node& node = **it;
    const bool is_before = std::any_of(
        node.outputs().begin(), node.outputs().end(),
        [&](const Value* result) { return before.contains(result); });
    if (IsWeighted(node) && !is_before) last.insert(&node);
    if (!IsWeighted(node) && !is_before) continue;
    before.insert(node.inputs().begin(), node.inputs().end());
  }
  return last;
}

}  // namespace

absl::flat_hash_set<const Node*> FourBitLayers(const Graph& graph,
                                               const QuantizationPlan& plan,
                                               Weights weights, FourBits which,
                                               const Storages& wanted) {
  absl::flat_hash_set<const Node*> layers;
  absl::flat_hash_set<const Node*> asked;  // those of `wanted`
  int64_t count = 0;
  for (const auto& node : graph.nodes()) {
    if (!IsWeighted(*node) || !plan.IsInteger(*node)) continue;
    count += WeightCount(*node);
    if (!UnpacksWeights(*node) || plan.FormatOf(*node) != Activations::kInt8) {
      continue;
    }
    const auto storage = wanted.find(node->input(1));
    if (storage != wanted.end()) asked.insert(node.get());
    if (storage != wanted.end() ? storage->second == Storage::kInt4
                                : weights == Weights::kInt4) {
      layers.insert(node.get());
    }
  }
  if (which == FourBits::kAll) return layers;
  const double small = kSmallShare * static_cast<double>(count);
  for (const auto& ends : {FirstLayers(graph), LastLayers(graph)}) {
    for (const Node* node : ends) {
      if (asked.contains(node)) continue;
      if (static_cast<double>(WeightCount(*node)) <= small) layers.erase(node);
    }
  }
  return layers;
}

}  // namespace tinyc
