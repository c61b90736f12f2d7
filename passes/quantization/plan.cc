// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "compiler/ops/clip.h"
#include "compiler/ops/quantize.h"
#include "compiler/targets/registry.h"
#include "passes/kernels.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

using Kind = QuantRule::Kind;

Kind KindOf(const Node& node) {
  return KeepsScale(node) ? Kind::kSameScale : node.op().Quantization().kind;
}

bool IsConversion(const Node& node) {
  return node.As<QuantizeOp>() != nullptr || node.As<Dequantize>() != nullptr;
}

bool HasRealOperand(const Node& node) {
  return std::any_of(node.inputs().begin(), node.inputs().end(), IsRealOperand);
}

// The range of a value, where it is known.
std::optional<Range> KnownRange(const Value& value, const Ranges& ranges) {
  if (value.constant() != nullptr) return RangeOf(*value.constant());
  const auto found = ranges.find(&value);
  if (found == ranges.end()) return std::nullopt;
  return found->second;
}

// The distance between the ends of a range.
double Width(const Range& range) {
  return double{range.max} - double{range.min};
}

// An arbitrary scale: which kernels there are depends on types only, but for
// functions of one value.
constexpr float kAnyScale = 0x1p-7f;

// As what a value is stored that is not moved from another one.
ElemType StoredElem(const Value& value, const Ranges& ranges,
                    Activations activations) {
  if (const std::optional<Range> fixed = FixedRange(value)) {
    return FunctionElem(activations, *fixed);
  }
  const std::optional<Range> range = KnownRange(value, ranges);
  if (range && std::isfinite(Width(*range))) {
    return ActivationElem(activations, *range);
  }
  return {FormatOf(activations).dtype, Quant::PerTensor(kAnyScale, 0)};
}

// The type of operand `index` of a node that computes in integers.
ElemType IntegerElem(const Node& node, size_t index, const Ranges& ranges,
                     Activations activations) {
  const QuantRule rule = node.op().Quantization();
  const int i = static_cast<int>(index);
  const Value* weight =
      rule.weight < 0 ? nullptr : node.input(static_cast<size_t>(rule.weight));
  if (KindOf(node) == Kind::kTable) {
    return StoredElem(*node.input(index), ranges, activations);
  }
  if (weight == nullptr || (i != rule.weight && i != rule.bias)) {
    return {FormatOf(activations).dtype, Quant::PerTensor(kAnyScale, 0)};
  }
  const ElemType weights = WeightElem(DType::kS8, *weight->constant(), {});
  if (i == rule.weight) return weights;
  auto quant = std::make_shared<Quant>(*weights.quant);
  for (float& scale : quant->scale) scale *= kAnyScale;
  return {FormatOf(activations).bias, std::move(quant)};
}

// Stands for operand `index` of `node` in a graph of integers.
Value* StandIn(Graph& graph, const Node& node, size_t index,
               const Ranges& ranges, Activations activations) {
  const Value* value = node.input(index);
  if (value == nullptr) return nullptr;
  TensorType type = value->type();
  if (IsRealOperand(value)) {
    type =
        TensorType(IntegerElem(node, index, ranges, activations), type.shape);
  } else if (value->constant() != nullptr) {
    return graph.AddConstant(value->constant());
  }
  if (value->constant() == nullptr) return graph.AddInput("", std::move(type));
  return graph.AddConstant(Tensor(std::move(type)));
}

// Whether integers tell the numbers of the node apart, or why they do not:
// masks of huge numbers or infinities leave no steps for the others.
absl::Status FitsSteps(const Node& node, const Ranges& ranges,
                       const ActivationFormat& format) {
  double least = std::numeric_limits<double>::infinity();
  double greatest = 0;
  for (const Value* operand : node.inputs()) {
    if (!IsRealOperand(operand)) continue;
    const std::optional<Range> range = KnownRange(*operand, ranges);
    if (!range) continue;
    least = std::min(least, Width(*range));
    greatest = std::max(greatest, Width(*range));
  }
  const std::optional<Range> result = KnownRange(*node.output(), ranges);
  if (std::isinf(greatest) || (result && std::isinf(Width(*result)))) {
    return Unimplemented("infinities occur there");
  }
  const absl::string_view name = node.op().name();
  const bool sums = name == "add" || name == "sub";
  if ((sums && least * format.steps < greatest) ||
      (name == "softmax" && greatest > format.steps)) {
    return Unimplemented("its numbers lie too far apart for ",
                         InfoOf(format.dtype).bits, " bits");
  }
  return absl::OkStatus();
}

// Whether there are integer kernels for the node, or why there are none.
absl::Status HasIntegerForm(const Node& node, const Ranges& ranges,
                            Activations activations) {
  const QuantRule rule = node.op().Quantization();
  if (node.outputs().size() != 1 || !node.regions().empty() ||
      node.output()->type().dtype != DType::kF32 || !HasRealOperand(node)) {
    return Unimplemented("it has no integer form");
  }
  const Kind kind = KindOf(node);
  if (kind == Kind::kFloatOnly) {
    return Unimplemented("it has no integer form");
  }
  if (kind == Kind::kWeighted) {
    const Value* weight = node.input(static_cast<size_t>(rule.weight));
    const Value* bias = node.input(static_cast<size_t>(rule.bias));
    if (!IsRealOperand(weight) || weight->constant() == nullptr) {
      return Unimplemented("its weights are not constant floats");
    }
    if (bias != nullptr && bias->constant() == nullptr) {
      return Unimplemented("its bias is not constant");
    }
  }
  Graph graph;
  std::vector<Value*> operands;
  for (size_t i = 0; i < node.inputs().size(); ++i) {
    operands.push_back(StandIn(graph, node, i, ranges, activations));
  }
  std::unique_ptr<const Op> op = node.op().Clone();
  if (op->name() == "relu") op = std::make_unique<Clip>();
  ElemType elem{FormatOf(activations).dtype, Quant::PerTensor(kAnyScale, 0)};
  if (kind == Kind::kTable) {
    elem = StoredElem(*node.output(), ranges, activations);
  }
  TINYC_ASSIGN_OR_RETURN(
      const Node* const integer,
      graph.Append(std::move(op), operands,
                   {.loc = {}, .want = {elem}, .names = {}, .regions = {}}));
  const absl::Status kernels = CheckKernels(*integer, *FindTarget("generic"));
  // Internal: it has kernels in another layout.
  return absl::IsInternal(kernels) ? absl::OkStatus() : kernels;
}

// The only real operand that is computed, or null.
const Value* OnlyRealOperand(const Node& node) {
  const Value* only = nullptr;
  for (const Value* operand : node.inputs()) {
    if (!IsRealOperand(operand)) continue;
    if (only != nullptr) return nullptr;
    only = operand;
  }
  return only == nullptr || only->constant() != nullptr ? nullptr : only;
}

}  // namespace

bool IsRealOperand(const Value* value) {
  return value != nullptr && value->type().dtype == DType::kF32;
}

bool KeepsScale(const Node& node) {
  return node.op().Quantization().kind == Kind::kSameScale ||
         node.op().name() == "relu";
}

std::optional<Range> FixedRange(const Value& value) {
  const Node* node = value.producer();
  while (node != nullptr && KeepsScale(*node) &&
         OnlyRealOperand(*node) != nullptr) {
    node = OnlyRealOperand(*node)->producer();
  }
  if (node == nullptr) return std::nullopt;
  const absl::string_view name = node->op().name();
  if (name == "softmax" || name == "sigmoid" || name == "hard_sigmoid") {
    return Range{0, 1};
  }
  if (name == "tanh") return Range{-1, 1};
  return std::nullopt;
}

QuantizationPlan::QuantizationPlan(const Graph& graph, const Ranges& ranges,
                                   Activations activations,
                                   const Storages& wanted) {
  FindFormats(graph, activations, wanted);
  FindInteger(graph, ranges, activations, wanted);
  const auto store = [&](Value* value) {
    if (IsRealOperand(value) && IsNeeded(*value)) stored_.push_back(value);
  };
  for (Value* input : graph.inputs()) store(input);
  for (const auto& node : graph.nodes()) {
    for (Value* value : node->outputs()) {
      if (!IsRealOperand(value) || IsConversion(*node)) continue;
      if (IsDeferred(*value)) continue;
      // Moved from a value with a scale of its own: it is the same scale.
      const Value* from = IsInteger(*node) && KeepsScale(*node)
                              ? OnlyRealOperand(*node)
                              : nullptr;
      if (from != nullptr && !IsDeferred(*from)) continue;
      store(value);
    }
  }
}

// Values between which numbers are only moved are stored alike: in 16 bits when
// one of them is to be.
void QuantizationPlan::FindFormats(const Graph& graph, Activations activations,
                                   const Storages& wanted) {
  absl::flat_hash_map<const Value*, const Value*> next;  // towards the group
  const auto group = [&](const Value* value) {
    while (next.contains(value)) value = next.at(value);
    return value;
  };
  const auto join = [&](const Value* a, const Value* b) {
    if (group(a) != group(b)) next[group(a)] = group(b);
  };
  const auto for_each = [](const Node& node, auto use) {
    for (const Value* operand : node.inputs()) {
      if (IsRealOperand(operand) && operand->constant() == nullptr) {
        use(operand);
      }
    }
    for (const Value* result : node.outputs()) {
      if (IsRealOperand(result)) use(result);
    }
  };
  for (const auto& node : graph.nodes()) {
    if (!KeepsScale(*node)) continue;
    for_each(*node, [&](const Value* value) { join(value, node->output()); });
  }
  absl::flat_hash_map<const Value*, Activations> of_group;
  for (const auto& [value, storage] : wanted) {
    if (storage != Storage::kInt8 && storage != Storage::kInt16) continue;
    Activations& format = of_group[group(value)];  // kInt8 when it is new
    if (storage == Storage::kInt16) format = Activations::kInt16;
  }
  const auto format_of = [&](const Value* value) {
    const auto found = of_group.find(group(value));
    return found == of_group.end() ? activations : found->second;
  };
  for (const Value* input : graph.inputs()) wanted_[input] = format_of(input);
  for (const auto& node : graph.nodes()) {
    Activations& format = formats_[node.get()];
    for_each(*node, [&](const Value* value) {
      wanted_[value] = format_of(value);
      format = std::max(format, wanted_[value]);
    });
  }
}

std::vector<Activations> QuantizationPlan::FormatsOf(const Value& value) const {
  const Activations wanted = wanted_.at(&value);
  if (value.producer() == nullptr || !IsInteger(*value.producer())) {
    return {wanted};
  }
  const Activations made = FormatOf(*value.producer());
  if (wanted < made) return {made, wanted};
  return {made};
}

// Whether the node computes in integers, or why it does not.  Where others
// compute in 8 bits, it does when it can't in 16.
absl::Status QuantizationPlan::CheckInteger(const Node& node,
                                            const Ranges& ranges,
                                            Activations activations,
                                            const Storages& wanted) {
  const auto storage = wanted.find(node.output());
  if (storage != wanted.end() && storage->second == Storage::kFloat) {
    return Unimplemented("its result is to be float");
  }
  const auto check = [&](Activations format) -> absl::Status {
    TINYC_RETURN_IF_ERROR(HasIntegerForm(node, ranges, format));
    return FitsSteps(node, ranges, tinyc::FormatOf(format));
  };
  Activations& format = formats_[&node];
  const absl::Status status = check(format);
  if (status.ok() || format == activations) return status;
  format = activations;
  return check(format);
}

void QuantizationPlan::FindInteger(const Graph& graph, const Ranges& ranges,
                                   Activations activations,
                                   const Storages& wanted) {
  absl::flat_hash_set<const Node*> able;
  for (const auto& node : graph.nodes()) {
    if (IsConversion(*node) || !HasRealOperand(*node)) continue;
    absl::Status status = CheckInteger(*node, ranges, activations, wanted);
    if (!status.ok()) {
      kept_.push_back({node.get(), std::string(status.message())});
      continue;
    }
    const Kind kind = KindOf(*node);
    if (kind == Kind::kWeighted || kind == Kind::kFree) {
      integer_.insert(node.get());
    } else {
      able.insert(node.get());
    }
  }
  // Tables and movements are integer beside integer operators.
  const auto beside = [&](const Node& node) {
    for (const Value* operand : node.inputs()) {
      if (IsRealOperand(operand) && operand->producer() != nullptr &&
          integer_.contains(operand->producer())) {
        return true;
      }
    }
    return IsNeeded(*node.output());
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& node : graph.nodes()) {
      if (!able.contains(node.get()) || !beside(*node)) continue;
      able.erase(node.get());
      integer_.insert(node.get());
      changed = true;
    }
  }
}

// Whether the stored form of `value` is written or read by an integer node.
bool QuantizationPlan::IsNeeded(const Value& value) const {
  if (value.producer() != nullptr && IsInteger(*value.producer())) return true;
  return std::any_of(value.uses().begin(), value.uses().end(),
                     [&](const Use& use) {
                       return use.node != nullptr && IsInteger(*use.node);
                     });
}

// Whether the scale of `value` is that of what is made of it: one operator
// reads it, which keeps the scale.  What an operator such as relu drops then
// needs no steps.
bool QuantizationPlan::IsDeferred(const Value& value) const {
  if (IsGraphInput(value)) return false;
  const Node* user = OnlyUser(value);
  return user != nullptr && IsInteger(*user) && KeepsScale(*user);
}

}  // namespace tinyc
