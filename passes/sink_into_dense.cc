// SPDX-License-Identifier: Apache-2.0
//   %1 = transpose(%x) {perm=[0,3,1,2]}
//   %2 = reshape(%1) {shape=[1,48]}           %2 = reshape(%x) {shape=[1,48]}
//   %3 = clip(%2) {min=0}               =>    %3 = clip(%2) {min=0}
//   %4 = dense(%3, %w)                        %4 = dense(%3, %w permuted)
//
// The sum over the columns does not depend on their order.
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/ops/dense.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/transpose.h"
#include "compiler/ops/window.h"
#include "passes/rewrite.h"
#include "passes/sink_rules.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

// Adds to `layers` the dense layers that read `value`, directly or through
// elementwise nodes.  False when anything else does.
bool FindDenseUsers(const Value& value, std::vector<Node*>* layers) {
  if (value.uses().empty()) return false;
  for (const Use& use : value.uses()) {
    Node* user = use.node;
    if (user == nullptr) return false;
    if (user->As<Dense>() != nullptr) {
      // The weights are replaced, not kept beside new ones.
      const Value* w = user->input(1);
      if (use.index != 0 || ConstantBehind(w) == nullptr ||
          !w->has_single_use() ||
          (w->constant() == nullptr &&
           !w->producer()->input(0)->has_single_use())) {
        return false;
      }
      layers->push_back(user);
      continue;
    }
    const TensorType& type = user->output()->type();
    if (!IsElementwise(*user) ||
        (type.quantized() && !type.quant->per_tensor()) ||
        !FindDenseUsers(*user->output(), layers)) {
      return false;
    }
  }
  return true;
}

// columns[k]: which column of x, taken as rows of `k` elements, column k of
// transpose(x) is.  nullopt when rows are not permuted alike.
std::optional<std::vector<int64_t>> PermutedColumns(const Shape& x,
                                                    const Permutation& perm,
                                                    int64_t row) {
  const Shape strides = Permute(RowMajorStrides(x), perm);
  std::vector<int64_t> columns(static_cast<size_t>(row));
  int64_t i = 0;
  bool alike = true;
  ForEachIndex(Permute(x, perm), [&](absl::Span<const int64_t> index) {
    const int64_t source = OffsetOf(index, strides);
    int64_t& column = columns[static_cast<size_t>(i % row)];
    if (i < row) column = source;
    // Row r of the transposed tensor reads row r of x.
    alike = alike && source - i / row * row == column && column < row;
    ++i;
  });
  if (!alike) return std::nullopt;
  return columns;
}

absl::Status PermuteWeights(Graph& graph, Node* layer,
                            const std::vector<int64_t>& columns) {
  Value* old = layer->input(1);
  Value* stored = old->constant() != nullptr ? old : old->producer()->input(0);
  const Tensor& weights = *stored->constant();
  Tensor permuted(weights.type());
  const int64_t row = weights.shape()[1];
  for (int64_t i = 0; i < weights.size(); ++i) {
    CopyElement(weights, i, permuted,
                i / row * row + columns[static_cast<size_t>(i % row)]);
  }
  Value* value = graph.AddConstant(std::move(permuted));
  TakeName(graph, stored, value);
  if (stored != old) {
    TINYC_ASSIGN_OR_RETURN(
        value, AddNode(graph, {.before = layer, .from = {old->producer()}},
                       Dequantize(), {value}));
  }
  graph.SetInput(layer, 1, value);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<bool> SinkIntoDense(Graph& graph, Node* node) {
  if (node->As<Reshape>() == nullptr) return false;
  const Transpose* transpose = ProducedBy<Transpose>(node->input(0));
  const TensorType& type = node->output()->type();
  if (transpose == nullptr || type.shape.empty() || type.num_elements() == 0 ||
      (type.quantized() && !type.quant->per_tensor())) {
    return false;
  }
  std::vector<Node*> layers;
  if (!FindDenseUsers(*node->output(), &layers)) return false;
  Value* x = node->input(0)->producer()->input(0);
  const std::optional<std::vector<int64_t>> columns =
      PermutedColumns(x->type().shape, transpose->perm, type.shape.back());
  if (!columns) return false;
  for (Node* layer : layers) {
    TINYC_RETURN_IF_ERROR(PermuteWeights(graph, layer, *columns));
  }
  graph.SetInput(node, 0, x);
  return true;
}

}  // namespace tinyc
