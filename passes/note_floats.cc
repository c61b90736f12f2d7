// SPDX-License-Identifier: Apache-2.0
// Says which operators of a quantized model compute in floats because the model
// does not quantize what they read or make, or because they have no integer
// form.  Nothing changes but the notes:
//
//   %1 = dequantize(%x)
//   %2 = softmax(%1)       softmax stays in float, since the model does not
//   return %2              quantize its result: node 5 "head" (Softmax)
//
// Operators that move or select values are not named: they follow those beside
// them.  What has quantized operands and results and stays float all the same,
// integerize has named.  Run after the preset integers.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "compiler/ops/quantize.h"
#include "passes/float_notes.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

using Kind = QuantRule::Kind;

bool IsConversion(const Node& node) {
  return node.As<QuantizeOp>() != nullptr || node.As<Dequantize>() != nullptr;
}

bool IsComputedReal(const Value* value) {
  return value != nullptr && value->constant() == nullptr &&
         IsFloat(value->type().dtype);
}

bool Moves(const Node& node) {
  return node.op().Quantization().kind == Kind::kSameScale ||
         node.op().name() == "relu";
}

bool IsStored(const Value& value) {
  return std::any_of(
      value.uses().begin(), value.uses().end(), [](const Use& use) {
        return use.node != nullptr && use.node->As<QuantizeOp>() != nullptr;
      });
}

bool AnyQuantized(absl::Span<Value* const> values) {
  return std::any_of(values.begin(), values.end(), [](const Value* value) {
    return value->type().quantized();
  });
}

// A model with weights alone in integers computes in floats by design.
bool IsQuantized(const Graph& graph) {
  return AnyQuantized(graph.inputs()) ||
         std::any_of(
             graph.nodes().begin(), graph.nodes().end(),
             [](const auto& node) { return AnyQuantized(node->outputs()); });
}

bool IsRealConstant(const Value* value) {
  return value != nullptr && value->constant() != nullptr &&
         IsFloat(value->type().dtype);
}

// Why `node`, which computes on floats, does; "" when it is to be quantized.
absl::string_view Reason(const Node& node) {
  const Kind kind = node.op().Quantization().kind;
  if (kind == Kind::kFloatOnly) {
    return "it has no integer form";
  }
  size_t real = 0, read = 0;
  for (const Value* operand : node.inputs()) {
    if (!IsComputedReal(operand)) continue;
    ++real;
    read += ProducedBy<Dequantize>(operand) != nullptr;
  }
  const bool stored = IsStored(*node.output());
  if (!stored && read == 0) return "the model does not quantize it";
  if (!stored) return "the model does not quantize its result";
  if (read < real) return "the model does not quantize what it reads";
  if (kind != Kind::kWeighted &&
      std::any_of(node.inputs().begin(), node.inputs().end(), IsRealConstant)) {
    return "its constant operand is not quantized";
  }
  return "";
}

// Whether a note names the node already.
bool IsNamed(const Module& module, const Node& node) {
  const std::string name = node.loc().Describe();
  return !name.empty() && std::any_of(module.notes.begin(), module.notes.end(),
                                      [&](const std::string& note) {
                                        return absl::StrContains(note, name);
                                      });
}

}  // namespace

absl::Status NoteFloats(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  if (!IsQuantized(*module.graph)) return absl::OkStatus();
  FloatNotes notes;
  for (const auto& node : module.graph->nodes()) {
    if (IsConversion(*node) || Moves(*node) ||
        !std::any_of(node->inputs().begin(), node->inputs().end(),
                     IsComputedReal)) {
      continue;
    }
    const absl::string_view reason = Reason(*node);
    if (!reason.empty() && !IsNamed(module, *node)) notes.Add(*node, reason);
  }
  for (std::string& note : notes.Sentences()) {
    module.notes.push_back(std::move(note));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
