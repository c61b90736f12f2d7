// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "compiler/ops/clip.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/dense.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/softmax.h"
#include "passes/constant_node.h"
#include "passes/quantization/insertion.h"
#include "passes/quantization/plan.h"
#include "passes/quantization/simulation.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

bool IsSquashing(const Node& node) {
  return node.As<Softmax>() != nullptr || node.As<LogSoftmax>() != nullptr ||
         node.op().name() == "sigmoid";
}

// What the softmax or sigmoid reads that `output` is made by, or is moved from;
// `output` when there is none.
Value* BeforeSquashing(Value* output) {
  for (Value* value = output; value->producer() != nullptr;) {
    const Node& node = *value->producer();
    if (IsSquashing(node)) return node.input(0);
    if (node.As<QuantizeOp>() == nullptr && node.As<Dequantize>() == nullptr &&
        node.op().name() != "reshape" && node.op().name() != "transpose") {
      break;
    }
    value = node.input(0);
  }
  return output;
}

template <typename T>
std::unique_ptr<const Op> WithoutLimits(const T& op, Clip* clip) {
  auto unlimited = std::make_unique<T>(op);
  clip->min = op.act_min;
  clip->max = op.act_max;
  unlimited->act_min = -std::numeric_limits<float>::infinity();
  unlimited->act_max = std::numeric_limits<float>::infinity();
  return unlimited;
}

// %y = conv(...) {act_min=0}  =>  %y_sum = conv(...)
//                                 %y = clip(%y_sum) {min=0}
absl::Status SplitActivation(Graph& graph, Node* node, Node* after) {
  if (!IsWeighted(*node) || HasNoActivation(*node)) return absl::OkStatus();
  Clip clip;
  std::unique_ptr<const Op> op;
  if (const Conv* conv = node->As<Conv>()) {
    op = WithoutLimits(*conv, &clip);
  } else {
    op = WithoutLimits(*node->As<Dense>(), &clip);
  }
  TINYC_RETURN_IF_ERROR(graph.SetOp(node, std::move(op)));
  Value* sum = node->output();
  TINYC_ASSIGN_OR_RETURN(
      Value* const limited,
      AddNode(graph, {.before = after, .from = {node}}, clip, {sum}));
  std::string name = sum->name();
  ReadThrough(graph, sum, limited);
  graph.Rename(sum, absl::StrCat(name, kSumSuffix));
  graph.Rename(limited, std::move(name));
  return absl::OkStatus();
}

// The pairs of `graph` taken away.
void RemovePairs(Graph& graph) {
  for (Node* node : graph.NodeSnapshot()) {
    if (node->As<Dequantize>() == nullptr ||
        ProducedBy<QuantizeOp>(node->input(0)) == nullptr) {
      continue;
    }
    graph.ReplaceUses(node->output(), node->input(0)->producer()->input(0));
  }
  EraseDeadNodes(graph);
}

// The pairs on constants computed.
absl::Status RoundConstants(Graph& graph) {
  for (Node* node : graph.NodeSnapshot()) {
    if (!HasConstantOperands(*node) || (node->As<QuantizeOp>() == nullptr &&
                                        node->As<Dequantize>() == nullptr)) {
      continue;
    }
    TINYC_RETURN_IF_ERROR(FoldNode(graph, node));
  }
  EraseDeadNodes(graph);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FloatForms> MakeFloatForms(const Graph& graph) {
  FloatForms forms;
  forms.real = graph.Clone();
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    Value* output = forms.real->outputs()[i];
    Value* target = BeforeSquashing(output);
    if (target != output) forms.real->SetOutput(i, target);
  }
  EraseDeadNodes(*forms.real);
  const NodeAfter after(*forms.real);
  for (Node* node : forms.real->NodeSnapshot()) {
    if (node->outputs().size() != 1) continue;
    TINYC_RETURN_IF_ERROR(
        SplitActivation(*forms.real, node, after.Of(*node->output())));
  }
  forms.rounded = forms.real->Clone();
  RemovePairs(*forms.real);
  TINYC_RETURN_IF_ERROR(RoundConstants(*forms.rounded));
  return forms;
}

}  // namespace tinyc
