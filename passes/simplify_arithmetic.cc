// SPDX-License-Identifier: Apache-2.0
//   relu(x)                 =>  clip(x) {min=0}      f32
//   clip(clip(x))           =>  clip(x)
//   clip(x) without limits  =>  x
//   x * 1, x / 1            =>  x
//   x - 0, x + 0            =>  x      a float 0 is added as -0 only: -0 + 0 is
//                                      0, not -0
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "compiler/ops/binary.h"
#include "compiler/ops/clip.h"
#include "compiler/ops/unary.h"
#include "passes/rewrite.h"
#include "passes/simplify_rules.h"

namespace tinyc {
namespace {

absl::StatusOr<bool> MergeClips(Graph& graph, Node* node) {
  const Clip& second = *node->As<Clip>();
  Value* x = node->input(0);
  const Clip* first = ProducedBy<Clip>(x);
  if (first == nullptr || !(x->type() == node->output()->type()) ||
      !(x->type() == x->producer()->input(0)->type())) {
    return false;
  }
  const auto limit = [](float a, const Clip& clip) {
    return std::min(std::max(a, clip.min), clip.max);
  };
  Clip merged;
  merged.max = limit(first->max, second);
  merged.min = limit(std::min(first->min, first->max), second);
  TINYC_ASSIGN_OR_RETURN(
      Value* const result,
      AddNode(graph, {.before = node, .from = {x->producer(), node}}, merged,
              {x->producer()->input(0)}));
  ReplaceAndRename(graph, node->output(), result);
  return true;
}

// True when all elements of `value` are the constant `number`, down to the
// sign of a zero.
bool IsConstant(const Value& value, double number) {
  if (value.constant() == nullptr || value.type().quantized()) return false;
  const Tensor& tensor = *value.constant();
  for (int64_t i = 0; i < tensor.size(); ++i) {
    if (tensor.At(i) != number ||
        std::signbit(tensor.At(i)) != std::signbit(number)) {
      return false;
    }
  }
  return tensor.size() > 0;
}

// The operand that `node` returns as it is; null when it computes something.
Value* UnchangedOperand(const Node& node) {
  const absl::string_view name = node.op().name();
  Value* a = node.input(0);
  Value* b = node.input(1);
  const double zero = IsFloat(a->type().dtype) ? -0.0 : 0.0;
  if (name == "mul") {
    if (IsConstant(*b, 1)) return a;
    if (IsConstant(*a, 1)) return b;
  }
  if (name == "div" && IsConstant(*b, 1)) return a;
  if (name == "sub" && IsConstant(*b, 0)) return a;
  if (name == "add") {
    if (IsConstant(*b, zero)) return a;
    if (IsConstant(*a, zero)) return b;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<bool> SimplifyArithmetic(Graph& graph, Node* node) {
  if (const Unary* unary = node->As<Unary>()) {
    if (unary->name() != "relu" || node->input(0)->type().quantized() ||
        node->input(0)->type().dtype != DType::kF32) {
      return false;
    }
    Clip clip;
    clip.min = 0;
    TINYC_ASSIGN_OR_RETURN(Value* const result,
                           AddNode(graph, {.before = node, .from = {node}},
                                   clip, {node->input(0)}));
    ReplaceAndRename(graph, node->output(), result);
    return true;
  }
  if (const Clip* clip = node->As<Clip>()) {
    if (std::isinf(clip->min) && clip->min < 0 && std::isinf(clip->max) &&
        clip->max > 0 && CanReplace(*node->output(), *node->input(0))) {
      Replace(graph, node->output(), node->input(0));
      return true;
    }
    return MergeClips(graph, node);
  }
  if (node->As<Binary>() != nullptr) {
    Value* operand = UnchangedOperand(*node);
    if (operand == nullptr || !CanReplace(*node->output(), *operand)) {
      return false;
    }
    Replace(graph, node->output(), operand);
    return true;
  }
  return false;
}

}  // namespace tinyc
