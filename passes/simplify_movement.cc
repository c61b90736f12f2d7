// SPDX-License-Identifier: Apache-2.0
//   reshape(reshape(x))            =>  reshape(x)
//   transpose(transpose(x))        =>  transpose(x)
//   transpose(x), where only dimensions of one element move
//                                  =>  reshape(x)
//   slice(slice(x))                =>  slice(x)
//   concat(a, concat(b, c))        =>  concat(a, b, c)     on the same axis
//   concat(a, empty, b)            =>  concat(a, b)
//   reshape, transpose, slice, pad, concat, expand, copy that do nothing => x
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "compiler/ops/concat.h"
#include "compiler/ops/copy.h"
#include "compiler/ops/expand.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/transpose.h"
#include "passes/permutation.h"
#include "passes/rewrite.h"
#include "passes/simplify_rules.h"

namespace tinyc {
namespace {

// Replaces the result of `node` by that of `op` of `inputs`, unless its type
// differs: the axis of a quantization can be ambiguous in a shape with ones.
absl::StatusOr<bool> ReplaceBy(Graph& graph, Node* node,
                               std::vector<const Node*> from,
                               std::unique_ptr<const Op> op,
                               std::vector<Value*> inputs) {
  TINYC_ASSIGN_OR_RETURN(
      Value* const result,
      AddNode(graph, {.before = node, .from = std::move(from)}, std::move(op),
              std::move(inputs)));
  if (!(result->type() == node->output()->type())) {
    graph.Erase(result->producer());
    return false;
  }
  ReplaceAndRename(graph, node->output(), result);
  return true;
}

// True when the result of `node` is its first operand.
bool DoesNothing(const Node& node) {
  if (node.As<Copy>() != nullptr) return true;
  const Shape& x = node.input(0)->type().shape;
  const Shape& y = node.output()->type().shape;
  if (node.As<Reshape>() != nullptr || node.As<Expand>() != nullptr) {
    return x == y;
  }
  if (const Transpose* transpose = node.As<Transpose>()) {
    return IsIdentity(transpose->perm);
  }
  if (const Slice* slice = node.As<Slice>()) {
    // All elements of every dimension, in their order.
    for (size_t d = 0; d < x.size(); ++d) {
      if (slice->sizes[d] != x[d] || (x[d] > 1 && slice->step(d) != 1)) {
        return false;
      }
    }
    return true;
  }
  if (const Pad* pad = node.As<Pad>()) {
    return std::all_of(pad->pads.begin(), pad->pads.end(),
                       [](int64_t n) { return n == 0; });
  }
  return node.As<Concat>() != nullptr && node.inputs().size() == 1;
}

absl::StatusOr<bool> MergeSlices(Graph& graph, Node* node) {
  const Slice& second = *node->As<Slice>();
  const Slice* first = ProducedBy<Slice>(node->input(0));
  if (first == nullptr) return false;
  Slice merged = second;
  merged.steps.resize(second.starts.size());
  for (size_t d = 0; d < second.starts.size(); ++d) {
    merged.starts[d] = first->starts[d] + second.starts[d] * first->step(d);
    merged.steps[d] = first->step(d) * second.step(d);
  }
  const Node* producer = node->input(0)->producer();
  return ReplaceBy(graph, node, {producer, node},
                   std::make_unique<Slice>(std::move(merged)),
                   {producer->input(0)});
}

// Operands without elements go, and those that are concatenated for this node
// only are listed here.
absl::StatusOr<bool> FlattenConcat(Graph& graph, Node* node) {
  const int rank = node->output()->type().rank();
  TINYC_ASSIGN_OR_RETURN(const size_t axis,
                         NormalizedAxis(node->As<Concat>()->axis, rank));
  std::vector<Value*> operands;
  std::vector<const Node*> from{node};
  for (Value* value : node->inputs()) {
    if (value->type().num_elements() == 0) continue;
    const Concat* inner = ProducedBy<Concat>(value);
    if (inner == nullptr || OnlyUser(*value) != node ||
        *NormalizedAxis(inner->axis, rank) != axis) {
      operands.push_back(value);
      continue;
    }
    from.push_back(value->producer());
    for (Value* part : value->producer()->inputs()) operands.push_back(part);
  }
  if (operands.empty() ||
      (operands.size() == node->inputs().size() && from.size() == 1)) {
    return false;
  }
  return ReplaceBy(graph, node, std::move(from), node->op().Clone(),
                   std::move(operands));
}

}  // namespace

absl::StatusOr<bool> SimplifyMovement(Graph& graph, Node* node) {
  if (node->inputs().empty() || node->input(0) == nullptr) return false;
  Value* x = node->input(0);
  if (DoesNothing(*node) && CanReplace(*node->output(), *x)) {
    Replace(graph, node->output(), x);
    return true;
  }
  if (const Reshape* reshape = node->As<Reshape>()) {
    if (ProducedBy<Reshape>(x) == nullptr) return false;
    return ReplaceBy(graph, node, {x->producer(), node}, reshape->Clone(),
                     {x->producer()->input(0)});
  }
  if (const Transpose* transpose = node->As<Transpose>()) {
    if (KeepsOrder(x->type().shape, transpose->perm)) {
      Reshape reshape;
      const Shape& y = node->output()->type().shape;
      reshape.shape.assign(y.begin(), y.end());
      return ReplaceBy(graph, node, {node},
                       std::make_unique<Reshape>(std::move(reshape)), {x});
    }
    const Transpose* first = ProducedBy<Transpose>(x);
    if (first == nullptr) return false;
    Transpose merged;
    merged.perm = Compose(first->perm, transpose->perm);
    return ReplaceBy(graph, node, {x->producer(), node},
                     std::make_unique<Transpose>(std::move(merged)),
                     {x->producer()->input(0)});
  }
  if (node->As<Slice>() != nullptr) return MergeSlices(graph, node);
  if (node->As<Concat>() != nullptr) return FlattenConcat(graph, node);
  return false;
}

}  // namespace tinyc
