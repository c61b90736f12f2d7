// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/layers.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/quantize.h"
#include "passes/quantization/simulation.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

using Eigen::Index;

// The constant that `value` is or, of a quantized layer, stands for, if nothing
// else reads it; else null.
const Tensor* OwnConstant(const Value* value) {
  const bool stored = ProducedBy<Dequantize>(value) != nullptr;
  if (!value->has_single_use()) return nullptr;
  if (stored) value = value->producer()->input(0);
  if (!value->has_single_use() || value->constant() == nullptr) return nullptr;
  const TensorType& type = value->type();
  if (!stored)
    return type.dtype == DType::kF32 ? value->constant().get() : nullptr;
  const Quant* quant = type.quant.get();
  const bool by_row = quant != nullptr && quant->block == 0 &&
                      (quant->per_tensor() || quant->axis == 0);
  return by_row ? value->constant().get() : nullptr;
}

bool IsLayer(const Node& node) {
  return IsWeighted(node) && OwnConstant(node.input(1)) != nullptr &&
         (node.input(2) == nullptr ||
          ConstantBehind(node.input(2)) != nullptr) &&
         node.output()->type().dtype == DType::kF32 &&
         node.output()->type().num_elements() > 0;
}

bool IsInner(const Node& node, bool is_first) {
  const Conv* conv = node.As<Conv>();
  if (conv == nullptr) return true;
  const Shape& x = node.input(0)->type().shape;
  return !is_first && !conv->IsDepthwise(SplitDims(x, conv->layout).channels);
}

}  // namespace

bool PrunedLayer::IsFitted() const {
  return patches.has_value() && patches->size() <= kGreatestFittedRow &&
         patches->count() > 0;
}

Index PrunedLayer::RowsPerGroup() const {
  const size_t groups = patches.has_value() ? patches->groups() : 1;
  return weights.rows() / static_cast<Index>(groups);
}

size_t PrunedLayer::CountGone() const {
  size_t count = 0;
  for (const Gone& of_row : gone) {
    count +=
        static_cast<size_t>(std::count(of_row.begin(), of_row.end(), true));
  }
  return count;
}

size_t PrunedLayer::MostGone() const {
  size_t count = 0;
  for (const Gone& of_row : gone) {
    std::vector<size_t> gone_of(units.most.size(), 0);  // segment
    for (size_t u = 0; u < of_row.size(); ++u) {
      gone_of[units.segment[u]] += of_row[u];
    }
    for (size_t s = 0; s < gone_of.size(); ++s) {
      count += std::max(gone_of[s], units.most[s]);
    }
  }
  return count;
}

void PrunedLayer::Remove(size_t row, size_t unit) {
  gone[row][unit] = true;
  for (const Index k : units.weights[unit]) {
    kept(static_cast<Index>(row), k) = false;
  }
}

std::vector<PrunedLayer> FindLayers(const Graph& graph,
                                    const PruneOptions& options) {
  std::vector<PrunedLayer> layers;
  absl::flat_hash_set<const Value*> after;  // a weighted node
  for (const auto& node : graph.nodes()) {
    const bool is_first = std::none_of(
        node->inputs().begin(), node->inputs().end(),
        [&](const Value* operand) { return after.contains(operand); });
    if (IsWeighted(*node) || !is_first) {
      after.insert(node->outputs().begin(), node->outputs().end());
    }
    if (!IsLayer(*node)) continue;
    PrunedLayer layer;
    layer.output = node->output()->name();
    layer.sum = layer.output;
    if (!HasNoActivation(*node)) absl::StrAppend(&layer.sum, kSumSuffix);
    layer.channels =
        Channels(node->output()->type().shape, OutputChannelAxis(*node));
    layer.prunable = options.layers == PruneOptions::Layers::kAll ||
                     IsInner(*node, is_first);
    const Tensor& weights = *OwnConstant(node->input(1));
    const Index rows = weights.shape()[0];
    const Index size = rows == 0 ? 0 : weights.size() / rows;
    if (size == 0) continue;
    layer.weights = MatrixOf(weights);
    if (weights.type().quant != nullptr) layer.stored = weights.type();
    layer.kept = Mask::Constant(rows, size, true);
    const size_t channels = static_cast<size_t>(weights.shape()[1]);
    layer.units = UnitsOf(options.pattern, channels,
                          static_cast<size_t>(size) / channels);
    layer.gone.assign(static_cast<size_t>(rows),
                      Gone(layer.units.weights.size(), false));
    if (layer.prunable) {
      for (size_t r = 0; r < layer.gone.size(); ++r) {
        const std::vector<double> squares =
            Squares(layer.weights.row(static_cast<Index>(r)), layer.units);
        for (size_t u = 0; u < squares.size(); ++u) {
          if (squares[u] == 0) layer.Remove(r, u);
        }
      }
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace tinyc
