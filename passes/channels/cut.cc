// SPDX-License-Identifier: Apache-2.0
#include "passes/channels/cut.h"

#include <memory>
#include <utility>

#include "compiler/ops/binary.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/slice.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

class Cutter {
 public:
  Cutter(Graph& graph, const ChannelMap& map, const std::vector<bool>& cut)
      : graph_(graph), map_(map), cut_(cut) {}

  absl::Status Run() {
    std::vector<Value*> results;
    for (Node* node : graph_.NodeSnapshot()) {
      bool concerned = false;
      for (const Value* result : node->outputs()) {
        concerned = concerned || IsCut(result);
      }
      for (const Value* operand : node->inputs()) {
        concerned = concerned || IsCut(operand);
      }
      if (!concerned) continue;
      TINYC_ASSIGN_OR_RETURN(std::unique_ptr<Op> op, OpOf(*node));
      std::vector<Value*> inputs;
      for (size_t i = 0; i < node->inputs().size(); ++i) {
        inputs.push_back(InputOf(*node, i));
      }
      TINYC_ASSIGN_OR_RETURN(Value * result,
                             AddNode(graph_,
                                     {.before = node,
                                      .from = {node},
                                      .want = {node->output()->type().elem()}},
                                     std::move(op), std::move(inputs)));
      TINYC_CHECK(result->type().elem() == node->output()->type().elem());
      made_[node->output()] = result;
      results.push_back(node->output());
    }
    for (Value* old : results) {
      Value* result = made_.at(old);
      // Its readers need not have changed.
      if (!IsCut(old)) graph_.ReplaceUses(old, result);
      TakeName(graph_, old, result);
    }
    EraseDeadNodes(graph_);
    return absl::OkStatus();
  }

 private:
  bool IsKept(const Value* value, int64_t lane) const {
    return !cut_[map_.ChannelOf(value, lane)];
  }

  bool IsCut(const Value* value) const {
    const Lanes lanes = map_.LanesOf(value);
    for (int64_t lane = 0; lane < lanes.count; ++lane) {
      if (!IsKept(value, lane)) return true;
    }
    return false;
  }

  // Of `size` elements in a row that begin with lane 0, in steps of the lanes'
  // inner / `stride`, those that stay.
  std::vector<int64_t> Kept(const Value* value, int64_t size,
                            int64_t stride) const {
    const Lanes lanes = map_.LanesOf(value);
    std::vector<int64_t> kept;
    for (int64_t i = 0; i < size; ++i) {
      if (lanes.empty() || IsKept(value, lanes.Of(i * stride))) {
        kept.push_back(i);
      }
    }
    return kept;
  }

  int64_t KeptLanes(const Value* value) const {
    const Lanes lanes = map_.LanesOf(value);
    return static_cast<int64_t>(Kept(value, lanes.count, lanes.inner).size());
  }

  absl::StatusOr<std::unique_ptr<Op>> OpOf(const Node& node) const {
    std::unique_ptr<Op> op = node.op().Clone();
    const Value* result = node.output();
    const Lanes lanes = map_.LanesOf(result);
    if (Reshape* reshape = dynamic_cast<Reshape*>(op.get())) {
      const Shape& shape = result->type().shape;
      const int axis = LaneAxis(lanes, shape);
      TINYC_CHECK(axis >= 0);
      int64_t& size = reshape->shape[static_cast<size_t>(axis)];
      size = size / lanes.count * KeptLanes(result);
    } else if (Conv* conv = dynamic_cast<Conv*>(op.get())) {
      if (IsDepthwise(node)) conv->group = KeptLanes(node.input(0));
    } else if (Slice* slice = dynamic_cast<Slice*>(op.get())) {
      Recount(node, slice);
    }
    return op;
  }

  void Recount(const Node& node, Slice* slice) const {
    const Value* x = node.input(0);
    const int axis = LaneAxis(map_.LanesOf(x), x->type().shape);
    TINYC_CHECK(axis >= 0);
    const size_t d = static_cast<size_t>(axis);
    if (slice->sizes[d] == x->type().shape[d]) {
      slice->sizes[d] = KeptLanes(x);
      return;
    }
    int64_t before = 0;
    for (int64_t lane = 0; lane < slice->starts[d]; ++lane) {
      before += IsKept(x, lane) ? 1 : 0;
    }
    slice->starts[d] = before;
    slice->sizes[d] = KeptLanes(node.output());
  }

  Value* InputOf(const Node& node, size_t i) {
    Value* operand = node.input(i);
    if (operand == nullptr) return nullptr;
    const auto found = made_.find(operand);
    if (found != made_.end()) return found->second;
    if (operand->constant() == nullptr) return operand;
    const Tensor& tensor = *operand->constant();
    if (node.As<Binary>() != nullptr) return Beside(node, operand);
    if (!IsWeighted(node)) return operand;
    const Value* result = node.output();
    const int64_t rows = tensor.shape()[0];
    Tensor taken = Take(tensor, 0, Kept(result, rows, LanesInner(result)));
    if (i == 1 && !IsDepthwise(node)) {
      // All groups lose the columns that the first one loses.
      const Value* x = node.input(0);
      taken = Take(taken, 1, Kept(x, tensor.shape()[1], ColumnStride(node)));
    }
    return taken.shape() == tensor.shape() ? operand : Constant(operand, taken);
  }

  int64_t LanesInner(const Value* value) const {
    return map_.LanesOf(value).inner;
  }

  // Elements of the operand between two columns of a row.
  int64_t ColumnStride(const Node& node) const {
    return node.As<Conv>() != nullptr ? LanesInner(node.input(0)) : 1;
  }

  // A constant that is broadcast to the result.
  Value* Beside(const Node& node, Value* operand) {
    const Value* result = node.output();
    const Shape& shape = result->type().shape;
    const int axis = LaneAxis(map_.LanesOf(result), shape);
    const Tensor& tensor = *operand->constant();
    const int own =
        axis - static_cast<int>(shape.size()) + tensor.type().rank();
    if (axis < 0 || own < 0 || tensor.shape()[static_cast<size_t>(own)] == 1) {
      return operand;
    }
    const size_t d = static_cast<size_t>(own);
    return Constant(
        operand, Take(tensor, d,
                      Kept(result, tensor.shape()[d],
                           RowMajorStrides(shape)[static_cast<size_t>(axis)])));
  }

  Value* Constant(Value* old, const Tensor& tensor) {
    Value* made = graph_.AddConstant(tensor, old->name());
    if (old->has_single_use()) TakeName(graph_, old, made);
    return made;
  }

  Graph& graph_;
  const ChannelMap& map_;
  const std::vector<bool>& cut_;
  absl::flat_hash_map<const Value*, Value*> made_;
};

}  // namespace

Tensor Take(const Tensor& tensor, size_t axis,
            absl::Span<const int64_t> indices) {
  TensorType type = tensor.type();
  const int64_t size = type.shape[axis];
  type.shape[axis] = static_cast<int64_t>(indices.size());
  if (type.quant != nullptr && type.quant->axis == static_cast<int>(axis)) {
    auto quant = std::make_shared<Quant>();
    quant->axis = type.quant->axis;
    for (const int64_t index : indices) {
      const size_t i = static_cast<size_t>(index);
      quant->scale.push_back(type.quant->scale[i]);
      quant->zero_point.push_back(type.quant->zero_point[i]);
    }
    type.quant = std::move(quant);
  }
  Tensor taken(type);
  const int64_t inner = RowMajorStrides(tensor.shape())[axis];
  const int64_t blocks = size == 0 ? 0 : tensor.size() / (size * inner);
  int64_t to = 0;
  for (int64_t block = 0; block < blocks; ++block) {
    for (const int64_t index : indices) {
      for (int64_t i = 0; i < inner; ++i) {
        CopyElement(tensor, (block * size + index) * inner + i, taken, to++);
      }
    }
  }
  return taken;
}

void KeepRequired(const Graph& graph, const ChannelMap& map,
                  std::vector<bool>* cut) {
  for (size_t channel = 0; channel < map.size(); ++channel) {
    if (map.pinned(channel)) (*cut)[channel] = false;
  }
  for (const auto& node : graph.nodes()) {
    if (node->outputs().size() != 1) continue;
    const Value* value = node->output();
    const Lanes lanes = map.LanesOf(value);
    bool any = lanes.empty();
    for (int64_t lane = 0; lane < lanes.count && !any; ++lane) {
      any = !(*cut)[map.ChannelOf(value, lane)];
    }
    if (!any) (*cut)[map.ChannelOf(value, 0)] = false;
  }
}

absl::Status CutChannels(Graph& graph, const ChannelMap& map,
                         const std::vector<bool>& cut) {
  return Cutter(graph, map, cut).Run();
}

}  // namespace tinyc
