// SPDX-License-Identifier: Apache-2.0
// Moves transposes towards the outputs, so that they meet their inverses:
//
//   %1 = transpose(%a) {perm=[0,3,1,2]}         %1 = clip(%a) {min=0}
//   %2 = clip(%1) {min=0}                       %2 = add(%1, %b)
//   %3 = transpose(%b) {perm=[0,3,1,2]}   =>    return %2
//   %4 = add(%2, %3)
//   %5 = transpose(%4) {perm=[0,2,3,1]}
//   return %5
//
// It ends because a transpose only ever moves to a later node: past an operator
// (sink_rules.cc), into the transpose after it, or into the columns of dense
// weights (sink_into_dense.cc).  Where an operator reads other tensors as well,
// constants are transposed at compile time and tensors in which only dimensions
// of one element would move are reshaped; others are transposed only when that
// saves more transposes than it takes.
//
// A transpose that is left is moved back before the elementwise nodes that make
// its elements wider.  The graph stays as it was when all this does not lower
// the number of bytes that transposes write.
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/ops/reshape.h"
#include "compiler/ops/transpose.h"
#include "passes/pass.h"
#include "passes/permutation.h"
#include "passes/rewrite.h"
#include "passes/sink_rules.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

Transpose TransposeBy(Permutation perm) {
  Transpose transpose;
  transpose.perm = std::move(perm);
  return transpose;
}

// The element type of x for which transpose(x) {perm} has that of `y`.
ElemType BeforeTranspose(const TensorType& y, const Permutation& perm) {
  if (!y.quantized() || y.quant->per_tensor()) return y.elem();
  auto quant = std::make_shared<Quant>(*y.quant);
  quant->axis = static_cast<int>(perm[static_cast<size_t>(quant->axis)]);
  return {y.dtype, std::move(quant)};
}

const Transpose* TransposedBy(const Value* value, const Permutation& perm) {
  const Transpose* transpose = ProducedBy<Transpose>(value);
  return transpose != nullptr && transpose->perm == perm ? transpose : nullptr;
}

// transpose(value) {inverse of perm}, where `value` may have fewer dimensions
// than perm, as operands that broadcast do.
absl::StatusOr<Value*> TransposedBack(Graph& graph, Node* before, Value* value,
                                      const Permutation& perm) {
  if (TransposedBy(value, perm) != nullptr) return value->producer()->input(0);
  if (value->type().num_elements() == 1) return value;
  const NewNode place = {.before = before, .from = {before}};
  Shape shape(perm.size() - value->type().shape.size(), 1);
  shape.insert(shape.end(), value->type().shape.begin(),
               value->type().shape.end());
  const Permutation inverse = Inverse(perm);
  const bool keeps_order = KeepsOrder(shape, inverse);
  if (keeps_order) shape = Permute(shape, inverse);
  if (shape != value->type().shape) {
    Reshape reshape;
    reshape.shape.assign(shape.begin(), shape.end());
    TINYC_ASSIGN_OR_RETURN(value,
                           AddNode(graph, place, std::move(reshape), {value}));
  }
  if (keeps_order) return value;
  return AddNode(graph, place, TransposeBy(inverse), {value});
}

// How many operands of `node` come without their transpose, less how many get
// one, when all of them are transposed back.  A constant, and an operand that
// keeps its order, cost nothing.
int SavedTransposes(const Node& node, const Permutation& perm) {
  int saved = 0;
  for (const Value* value : node.inputs()) {
    Shape shape(perm.size() - value->type().shape.size(), 1);
    shape.insert(shape.end(), value->type().shape.begin(),
                 value->type().shape.end());
    if (ConstantBehind(value) != nullptr || KeepsOrder(shape, Inverse(perm))) {
      continue;
    }
    saved += TransposedBy(value, perm) != nullptr ? 1 : -1;
  }
  return saved;
}

// The permutation of an operand of `node` that is to move past the node.
std::optional<Permutation> PermutationToSink(const Node& node) {
  if (!SinksAllOperands(node)) {
    const Transpose* transpose = ProducedBy<Transpose>(node.input(0));
    if (transpose == nullptr) return std::nullopt;
    return transpose->perm;
  }
  const size_t rank = node.output()->type().shape.size();
  for (const Value* value : node.inputs()) {
    const Transpose* transpose = ProducedBy<Transpose>(value);
    if (transpose == nullptr || transpose->perm.size() != rank) continue;
    if (SavedTransposes(node, transpose->perm) > 0) return transpose->perm;
  }
  return std::nullopt;
}

absl::StatusOr<bool> MergeTransposes(Graph& graph, Node* node) {
  const Transpose* first = ProducedBy<Transpose>(node->input(0));
  if (first == nullptr) return false;
  Node* producer = node->input(0)->producer();
  Value* x = producer->input(0);
  Permutation perm = Compose(first->perm, node->As<Transpose>()->perm);
  if (IsIdentity(perm) && CanReplace(*node->output(), *x)) {
    Replace(graph, node->output(), x);
    return true;
  }
  TINYC_ASSIGN_OR_RETURN(
      Value* const merged,
      AddNode(graph, {.before = node, .from = {producer, node}},
              TransposeBy(std::move(perm)), {x}));
  ReplaceAndRename(graph, node->output(), merged);
  return true;
}

// Replaces `node`, whose operands are transposed by `perm`.
absl::StatusOr<bool> MovePast(Graph& graph, Node* node,
                              const Permutation& perm) {
  std::optional<Sunk> sunk = SinkThrough(*node, perm);
  if (!sunk) return false;
  std::vector<Value*> inputs(node->inputs().begin(), node->inputs().end());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (i > 0 && !SinksAllOperands(*node)) break;
    TINYC_ASSIGN_OR_RETURN(inputs[i],
                           TransposedBack(graph, node, inputs[i], perm));
  }
  const TensorType& type = node->output()->type();
  absl::StatusOr<Value*> result =
      AddNode(graph,
              {.before = node,
               .from = {node},
               .want = {BeforeTranspose(type, sunk->out_perm)}},
              std::move(sunk->op), std::move(inputs));
  if (!result.ok()) return false;  // scales along an axis can be in the way
  if (!IsIdentity(sunk->out_perm)) {
    TINYC_ASSIGN_OR_RETURN(result,
                           AddNode(graph, {.before = node, .from = {node}},
                                   TransposeBy(sunk->out_perm), {*result}));
  }
  if (!((*result)->type() == type)) return false;
  ReplaceAndRename(graph, node->output(), *result);
  return true;
}

absl::StatusOr<bool> Sink(Graph& graph, Node* node) {
  if (node->inputs().empty() || node->input(0) == nullptr) return false;
  if (node->As<Transpose>() != nullptr) return MergeTransposes(graph, node);
  const std::optional<Permutation> perm = PermutationToSink(*node);
  if (!perm) return false;
  TINYC_ASSIGN_OR_RETURN(const bool gone, SinkIntoDense(graph, node));
  if (gone) return true;
  return MovePast(graph, node, *perm);
}

// True when an operand of the elementwise nodes that end in `y`, each with one
// user, has smaller elements than y.
bool IsWidened(const Value& y) {
  for (const Value* value = &y; OnlyUser(*value) != nullptr;) {
    const Node* f = value->producer();
    if (f == nullptr || !IsElementwise(*f)) return false;
    value = f->input(0);
    if (InfoOf(value->type().dtype).bits < InfoOf(y.type().dtype).bits) {
      return true;
    }
  }
  return false;
}

// transpose(f(x)) => f(transpose(x)) when the elements of x, or of an operand
// before it, are smaller.
absl::StatusOr<bool> MoveBeforeWidening(Graph& graph, Node* node) {
  if (node->As<Transpose>() == nullptr || !IsWidened(*node->input(0))) {
    return false;
  }
  Node* f = node->input(0)->producer();
  const TensorType& type = node->output()->type();
  TINYC_ASSIGN_OR_RETURN(Value* const moved,
                         AddNode(graph, {.before = node, .from = {node}},
                                 node->op().Clone(), {f->input(0)}));
  TINYC_ASSIGN_OR_RETURN(
      Value* const result,
      AddNode(graph, {.before = node, .from = {f}, .want = {type.elem()}},
              f->op().Clone(), {moved}));
  if (!(result->type() == type)) return false;
  ReplaceAndRename(graph, node->output(), result);
  return true;
}

int64_t TransposedBytes(const Graph& graph) {
  int64_t bytes = 0;
  for (const auto& node : graph.nodes()) {
    for (const auto& region : node->regions()) {
      bytes += TransposedBytes(*region);
    }
    const Transpose* transpose = node->As<Transpose>();
    if (transpose == nullptr || ConstantBehind(node->input(0)) != nullptr ||
        KeepsOrder(node->input(0)->type().shape, transpose->perm)) {
      continue;
    }
    bytes += node->output()->type().bytes();
  }
  return bytes;
}

}  // namespace

absl::Status SinkTransposes(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  std::unique_ptr<Graph> graph = module.graph->Clone();
  TINYC_RETURN_IF_ERROR(RewriteNodes(*graph, Sink).status());
  TINYC_RETURN_IF_ERROR(RewriteNodes(*graph, MoveBeforeWidening).status());
  if (TransposedBytes(*graph) < TransposedBytes(*module.graph)) {
    module.graph = std::move(graph);
  }
  return absl::OkStatus();
}

}  // namespace tinyc
