// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/fitted_layer.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

// Another constant in the place, and with the name, of an operand, or `name` if
// there was none.
void PutConstant(Graph& graph, Node* node, size_t index, Tensor tensor,
                 const std::string& name) {
  Value* const old = node->input(index);
  Value* const made =
      graph.AddConstant(std::move(tensor), old != nullptr ? old->name() : name);
  graph.SetInput(node, index, made);
  if (old != nullptr && old->uses().empty()) TakeName(graph, old, made);
}

}  // namespace

MatrixXd MatrixOf(const Tensor& weights) {
  const Index rows = weights.shape()[0];
  const Index columns = weights.size() / rows;
  MatrixXd matrix(rows, columns);
  for (int64_t i = 0; i < weights.size(); ++i) {
    matrix(i / columns, i % columns) = weights.Real(i);
  }
  return matrix;
}

void RoundToStored(FittedLayer* layer) {
  if (!layer->stored) return;
  auto quant = std::make_shared<Quant>(*layer->stored->quant);
  const DType dtype = layer->stored->dtype;
  for (size_t i = 0; i < quant->scale.size(); ++i) {
    const double zero = quant->zero_point[i];
    const MatrixXd rows =
        quant->per_tensor()
            ? layer->fitted
            : MatrixXd(layer->fitted.row(static_cast<Index>(i)));
    const double scale =
        std::max(rows.maxCoeff() / (static_cast<double>(MaxOf(dtype)) - zero),
                 rows.minCoeff() / (static_cast<double>(MinOf(dtype)) - zero));
    quant->scale[i] = std::max(quant->scale[i], static_cast<float>(scale));
  }
  layer->stored->quant = std::move(quant);
  layer->fitted = MatrixOf(FittedWeights(*layer, *layer->stored));
}

Tensor FittedWeights(const FittedLayer& layer, const TensorType& type) {
  Tensor weights(type);
  const Index columns = layer.fitted.cols();
  for (int64_t i = 0; i < weights.size(); ++i) {
    weights.SetReal(i, layer.fitted(i / columns, i % columns));
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
  const std::string name = absl::StrCat(layer.output, "_bias");
  if (layer.stored) {
    PutConstant(graph_, node->input(1)->producer(), 0,
                FittedWeights(layer, *layer.stored), name);
  } else {
    PutConstant(graph_, node, 1, FittedWeights(layer, node->input(1)->type()),
                name);
  }
  if (std::all_of(layer.bias.begin(), layer.bias.end(),
                  [](double b) { return b == 0; })) {
    return;
  }
  const Tensor* old = ConstantBehind(node->input(2));
  Tensor bias(
      TensorType(DType::kF32, {static_cast<int64_t>(layer.bias.size())}));
  for (int64_t i = 0; i < bias.size(); ++i) {
    bias.Set(i, layer.bias[static_cast<size_t>(i)] +
                    (old == nullptr ? 0 : old->Real(i)));
  }
  PutConstant(graph_, node, 2, std::move(bias), name);
}

}  // namespace tinyc
