// SPDX-License-Identifier: Apache-2.0
// Several operators that are together a function of one quantized value of 8
// bits become its table.
//
//   %1 = dequantize(%x)                     (%x: s8)
//   %2 = div(%1, 1.4142)             =>     %y = lookup(%x, const s8[256])
//   %3 = erf(%2)
//   %y = quantize(%3) : s8
//
// They compute element by element, with constants of one element, and nothing
// else reads what lies between.  Exact: the table is what they compute.  Run
// after integerize, which has moved the pairs as close as they get, and
// fold-dequantize, which makes constants of quantized ones.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "compiler/interpreter/interpreter.h"
#include "compiler/ops/activation.h"
#include "compiler/ops/binary.h"
#include "compiler/ops/clip.h"
#include "compiler/ops/lookup.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/unary.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

constexpr int64_t kEntries = 256;
constexpr size_t kMostNodes = 32;

bool IsByte(const TensorType& type) {
  return type.quantized() && type.quant->per_tensor() &&
         InfoOf(type.dtype).bits == 8;
}

bool IsElementwise(const Node& node) {
  return node.As<Unary>() != nullptr || node.As<Activation>() != nullptr ||
         node.As<Binary>() != nullptr || node.As<Clip>() != nullptr;
}

// What makes a value of the elements of one stored tensor.
class OneValue {
 public:
  // False when more than one tensor takes part, or other operators.
  bool Add(Value* value, const Shape& shape) {
    if (value->constant() != nullptr) return value->type().num_elements() == 1;
    Node* node = value->producer();
    if (node == nullptr || nodes_.size() > kMostNodes) return false;
    if (std::count(nodes_.begin(), nodes_.end(), node) > 0) return true;
    if (value->type().shape != shape || value->type().dtype != DType::kF32) {
      return false;
    }
    if (node->As<Dequantize>() != nullptr) {
      if (x_ != nullptr && x_ != node->input(0)) return false;
      x_ = node->input(0);
    } else if (!IsElementwise(*node) ||
               !std::all_of(node->inputs().begin(), node->inputs().end(),
                            [&](Value* input) { return Add(input, shape); })) {
      return false;
    }
    nodes_.push_back(node);
    return true;
  }

  Value* x() const { return x_; }  // null: constants only
  // In execution order, each after what it reads.
  const std::vector<Node*>& nodes() const { return nodes_; }

  // Whether one of them computes, and only they and `last` read their results,
  // those of dequantize excepted.
  bool IsClosed(const Node* last) const {
    bool computes = false;
    for (const Node* node : nodes_) {
      if (node->As<Dequantize>() != nullptr) continue;
      computes = true;
      for (const Use& use : node->output()->uses()) {
        if (use.node != last &&
            std::count(nodes_.begin(), nodes_.end(), use.node) == 0) {
          return false;
        }
      }
    }
    return computes;
  }

  // Their result for every number that x stores, quantized to `elem`.
  absl::StatusOr<Tensor> Table(const Value* result,
                               const ElemType& elem) const {
    Graph graph;
    Tensor numbers(TensorType(x_->type().elem(), {kEntries}));
    for (int64_t i = 0; i < kEntries; ++i) {
      numbers.SetInt(i, MinOf(numbers.dtype()) + i);
    }
    absl::flat_hash_map<const Value*, Value*> values;
    values[x_] = graph.AddInput("x", numbers.type());
    for (const Node* node : nodes_) {
      std::vector<Value*> inputs;
      for (const Value* input : node->inputs()) {
        Value*& value = values[input];
        if (value == nullptr) value = graph.AddConstant(input->constant());
        inputs.push_back(value);
      }
      TINYC_ASSIGN_OR_RETURN(
          values[node->output()],
          AddNode(graph, NewNode(), node->op().Clone(), std::move(inputs)));
    }
    NewNode place;
    place.want = {elem};
    TINYC_ASSIGN_OR_RETURN(
        Value* const stored,
        AddNode(graph, place, QuantizeOp(), {values[result]}));
    graph.AddOutput(stored);
    TINYC_ASSIGN_OR_RETURN(std::vector<Tensor> results,
                           Interpret(graph, {numbers}));
    // Constants of a higher rank may have added dimensions of 1.
    return results[0].WithType(TensorType(elem, {kEntries}));
  }

 private:
  Value* x_ = nullptr;
  std::vector<Node*> nodes_;
};

absl::StatusOr<bool> Compose(Graph& graph, Node* quantize) {
  if (quantize->As<QuantizeOp>() == nullptr) return false;
  Value* y = quantize->output();
  OneValue function;
  if (!IsByte(y->type()) ||
      !function.Add(quantize->input(0), y->type().shape) ||
      function.x() == nullptr || !IsByte(function.x()->type()) ||
      function.x()->type().dtype != y->type().dtype ||
      !function.IsClosed(quantize)) {
    return false;
  }
  TINYC_ASSIGN_OR_RETURN(Tensor table,
                         function.Table(quantize->input(0), y->type().elem()));
  NewNode place{.before = quantize, .from = {quantize}};
  for (const Node* node : function.nodes()) {
    if (node->As<Dequantize>() == nullptr) place.from.push_back(node);
  }
  TINYC_ASSIGN_OR_RETURN(
      Value* const result,
      AddNode(graph, place, Lookup(),
              {function.x(), graph.AddConstant(std::move(table))}));
  ReplaceAndRename(graph, y, result);
  return true;
}

}  // namespace

absl::Status ComposeTables(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return RewriteNodes(*module.graph, Compose).status();
}

}  // namespace tinyc
