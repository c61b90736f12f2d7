// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/fitted_layer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

// Another constant in the place, and with the name, of an operand.
void PutConstant(Graph& graph, Node* node, size_t index, Tensor tensor) {
  Value* const old = node->input(index);
  Value* const made = graph.AddConstant(
      std::move(tensor), old != nullptr
                             ? old->name()
                             : absl::StrCat(node->output()->name(), "_bias"));
  graph.SetInput(node, index, made);
  if (old != nullptr && old->uses().empty()) TakeName(graph, old, made);
}

}  // namespace

MatrixXd MatrixOf(const Tensor& weights) {
  const Index rows = weights.shape()[0];
  const Index columns = weights.size() / rows;
  MatrixXd matrix(rows, columns);
  for (int64_t i = 0; i < weights.size(); ++i) {
    matrix(i / columns, i % columns) = weights.At(i);
  }
  return matrix;
}

Tensor FittedWeights(const FittedLayer& layer, const TensorType& type) {
  Tensor weights(type);
  const Index columns = layer.fitted.cols();
  for (int64_t i = 0; i < weights.size(); ++i) {
    weights.Set(i, layer.fitted(i / columns, i % columns));
  }
  return weights;
}

LayerWriter::LayerWriter(Graph& graph) : graph_(graph) {
  for (Node* node : graph.NodeSnapshot()) {
    if (IsWeighted(*node)) node_of_[node->output()->name()] = node;
  }
}

void LayerWriter::Write(const FittedLayer& layer) {
  const auto found = node_of_.find(layer.output);
  if (!layer.changed || found == node_of_.end()) return;
  Node* const node = found->second;
  PutConstant(graph_, node, 1, FittedWeights(layer, node->input(1)->type()));
  if (std::all_of(layer.bias.begin(), layer.bias.end(),
                  [](double b) { return b == 0; })) {
    return;
  }
  const Value* old = node->input(2);
  Tensor bias(
      TensorType(DType::kF32, {static_cast<int64_t>(layer.bias.size())}));
  for (int64_t i = 0; i < bias.size(); ++i) {
    bias.Set(i, layer.bias[static_cast<size_t>(i)] +
                    (old == nullptr ? 0 : old->constant()->At(i)));
  }
  PutConstant(graph_, node, 2, std::move(bias));
}

}  // namespace tinyc
