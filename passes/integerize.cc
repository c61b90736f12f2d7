// SPDX-License-Identifier: Apache-2.0
// Turns a float graph with quantize/dequantize pairs into integer operators.
//
//   %xf = dequantize(%x)                          (%x: s8 q(s_x, z_x))
//   %wf = dequantize(%w)                          (constant s8, per channel)
//   %f = conv(%xf, %wf, %b)              =>  %y = conv(%x, %w, %b')
//   %r = relu(%f)                                 {act_min=0} : s8 q(s_y, z_y)
//   %y = quantize(%r)
//
// Three laws do the work; each is exact:
//   1. quantize(f(v)) = f(quantize(v)) for every f that only moves, selects or
//      clamps values: quantize moves up to the operator that computes v.
//   2. f(dequantize(x)) = dequantize(f(x)) for every such f: dequantize moves
//      down.
//   3. An operator between dequantize and quantize becomes one integer operator
//      that rounds once (docs/numbers.md).
// Run after make-signed, fold-affine and fuse-activation.  What cannot be done
// in integers stays float and is named in a note.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "absl/strings/strip.h"
#include "compiler/ops/clip.h"
#include "compiler/ops/quantize.h"
#include "compiler/targets/registry.h"
#include "passes/float_notes.h"
#include "passes/integer_layer.h"
#include "passes/kernels.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

using Kind = QuantRule::Kind;

// The stored integers that `value` is the dequantized form of, or null.
Value* Dequantized(const Value* value) {
  return ProducedBy<Dequantize>(value) == nullptr ? nullptr
                                                  : value->producer()->input(0);
}

// Whether `value` holds the numbers that an operator works on, rather than
// indices or conditions.
bool IsReal(const Value* value) {
  return value != nullptr && value->type().dtype == DType::kF32;
}

bool PerTensor(const ElemType& elem) {
  return elem.quant != nullptr && elem.quant->per_tensor();
}

// The same real numbers stored as signed integers; `elem` is unsigned, of 8 or
// 16 bits.
ElemType SignedForm(const ElemType& elem) {
  const DType dtype = elem.dtype == DType::kU8 ? DType::kS8 : DType::kS16;
  auto quant = std::make_shared<Quant>(*elem.quant);
  for (int32_t& zero : quant->zero_point) {
    zero += static_cast<int32_t>(MinOf(dtype));
  }
  return {dtype, std::move(quant)};
}

// The one element type to which every use of `value` quantizes it, if it is so.
std::optional<ElemType> QuantizedTo(const Value& value) {
  std::optional<ElemType> elem;
  for (const Use& use : value.uses()) {
    if (use.node == nullptr || use.node->As<QuantizeOp>() == nullptr) return {};
    const ElemType wanted = use.node->output()->type().elem();
    if (!PerTensor(wanted) || (elem && !(*elem == wanted))) return {};
    elem = wanted;
  }
  return elem;
}

// Operators that commute with quantize: they move, select or clamp values.
bool Commutes(const Node& node) {
  return node.op().Quantization().kind == Kind::kSameScale ||
         node.op().name() == "relu";
}

// The operator on integers; relu is a clip there.
std::unique_ptr<const Op> OnIntegers(const Op& op) {
  if (op.name() != "relu") return op.Clone();
  auto clip = std::make_unique<Clip>();
  clip->min = 0;
  return clip;
}

class Integerizer {
 public:
  // One rewrite for RewriteNodes.
  absl::StatusOr<bool> Rewrite(Graph& graph, Node* node) {
    if (node->outputs().size() != 1 ||
        node->output()->type().dtype != DType::kF32 ||
        node->output()->uses().empty()) {
      return false;
    }
    if (Commutes(*node)) {
      TINYC_ASSIGN_OR_RETURN(const bool hoisted, HoistQuantize(graph, node));
      return hoisted ? true : SinkDequantize(graph, node);
    }
    return MakeInteger(graph, node);
  }

  // Why operators between quantized values stay float.
  std::vector<std::string> Notes(const Graph& graph) const {
    FloatNotes notes;
    for (const auto& node : graph.nodes()) {
      const auto reason = kept_.find(node->output()->name());
      if (reason != kept_.end()) notes.Add(*node, reason->second);
    }
    return notes.Sentences();
  }

 private:
  // Law 1, for nodes with an operand that another operator computes.
  absl::StatusOr<bool> HoistQuantize(Graph& graph, Node* node) {
    const std::optional<ElemType> elem = QuantizedTo(*node->output());
    if (!elem) return false;
    bool computed = false;
    for (const Value* v : node->inputs()) {
      if (!IsReal(v) || Dequantized(v) != nullptr) continue;
      if (v->producer() == nullptr || OnlyUser(*v) != node) return false;
      computed = true;
    }
    if (!computed) return false;
    std::vector<Value*> operands;
    for (Value* v : node->inputs()) {
      if (!IsReal(v)) {
        operands.push_back(v);
        continue;
      }
      TINYC_ASSIGN_OR_RETURN(
          Value * quantized,
          AddNode(graph, {.before = node, .from = {node}, .want = {*elem}},
                  QuantizeOp(), {v}));
      operands.push_back(quantized);
    }
    return ReplaceQuantized(graph, node, std::move(operands), *elem, *elem);
  }

  // Law 2.  Operands of several scales are requantized to that of the result.
  absl::StatusOr<bool> SinkDequantize(Graph& graph, Node* node) {
    std::vector<Value*> operands;
    for (Value* operand : node->inputs()) {
      if (!IsReal(operand)) {
        operands.push_back(operand);
        continue;
      }
      Value* integer = Dequantized(operand);
      if (integer == nullptr || !PerTensor(integer->type().elem())) {
        return false;
      }
      operands.push_back(integer);
    }
    const auto data =
        std::find_if(node->inputs().begin(), node->inputs().end(), IsReal);
    if (data == node->inputs().end()) return false;
    const ElemType first = Dequantized(*data)->type().elem();
    const bool one_scale =
        std::all_of(operands.begin(), operands.end(), [&](const Value* v) {
          return v == nullptr || !v->type().quantized() ||
                 v->type().elem() == first;
        });
    const std::optional<ElemType> elem = QuantizedTo(*node->output());
    if (elem && (!one_scale || *elem == first)) {
      for (Value*& operand : operands) {
        if (operand == nullptr || !operand->type().quantized() ||
            operand->type().elem() == *elem) {
          continue;
        }
        TINYC_ASSIGN_OR_RETURN(
            operand,
            AddNode(graph, {.before = node, .from = {node}, .want = {*elem}},
                    Requantize(), {operand}));
      }
      return ReplaceQuantized(graph, node, std::move(operands), *elem, *elem);
    }
    if (!one_scale) return false;
    absl::StatusOr<Value*> integer =
        AddInteger(graph, {.before = node, .from = {node}, .want = {first}},
                   OnIntegers(node->op()), std::move(operands));
    if (!integer.ok()) return Keep(*node, integer.status());
    TINYC_ASSIGN_OR_RETURN(Value * real,
                           AddNode(graph, {.before = node, .from = {node}},
                                   Dequantize(), {*integer}));
    ReplaceAndRename(graph, node->output(), real);
    return true;
  }

  // Law 3.
  absl::StatusOr<bool> MakeInteger(Graph& graph, Node* node) {
    const QuantRule rule = node->op().Quantization();
    const std::optional<ElemType> elem = QuantizedTo(*node->output());
    if (rule.kind == Kind::kFloatOnly || !elem) return false;
    std::vector<Value*> operands;
    absl::Status ready;
    for (size_t i = 0; i < node->inputs().size(); ++i) {
      Value* integer = Dequantized(node->input(i));
      if (static_cast<int>(i) == rule.bias) {
        operands.push_back(node->input(i));  // made an integer below
      } else if (integer != nullptr && (static_cast<int>(i) == rule.weight ||
                                        PerTensor(integer->type().elem()))) {
        operands.push_back(integer);
      } else if (static_cast<int>(i) == rule.weight &&
                 ConstantTensor(*node->input(i))) {
        ready = Unimplemented("its weights are not quantized");
      } else {
        return false;
      }
    }
    if (!ready.ok()) return Keep(*node, ready);
    // Kernels compute signed numbers from signed ones.
    ElemType computed = *elem;
    const bool narrow =
        InfoOf(elem->dtype).bits == 8 || InfoOf(elem->dtype).bits == 16;
    if (narrow && IsUnsigned(elem->dtype) &&
        !IsUnsigned(operands[0]->type().dtype)) {
      computed = SignedForm(*elem);
    }
    if (rule.kind == Kind::kWeighted) {
      ready = PrepareLayer(graph, *node, computed, &operands);
      if (!ready.ok()) return Keep(*node, ready);
    }
    return ReplaceQuantized(graph, node, std::move(operands), computed, *elem);
  }

  // Adds the integer operator if it exists, maybe in another layout only.
  absl::StatusOr<Value*> AddInteger(Graph& graph, const NewNode& place,
                                    std::unique_ptr<const Op> op,
                                    std::vector<Value*> operands) {
    absl::StatusOr<Value*> y =
        AddNode(graph, place, std::move(op), std::move(operands));
    if (!y.ok()) {
      // The place that the message begins with is said by the note.
      Loc loc;
      for (const Node* node : place.from) loc = Loc::Join(loc, node->loc());
      return absl::Status(
          y.status().code(),
          absl::StripPrefix(y.status().message(), loc.Describe() + ": "));
    }
    const absl::Status kernels =
        CheckKernels(*(*y)->producer(), *FindTarget("generic"));
    if (absl::IsUnimplemented(kernels)) return kernels;
    return y;
  }

  // Replaces `node` and the quantize nodes after it, which make `elem`, by its
  // integer form, which computes `computed`: the same numbers.
  absl::StatusOr<bool> ReplaceQuantized(Graph& graph, Node* node,
                                        std::vector<Value*> operands,
                                        const ElemType& computed,
                                        const ElemType& elem) {
    NewNode place{.before = node, .from = {node}, .want = {computed}};
    std::vector<Value*> results;
    for (const Use& use : node->output()->uses()) {
      place.from.push_back(use.node);
      results.push_back(use.node->output());
    }
    // One value cannot carry the names of two outputs of the graph.
    if (std::count_if(results.begin(), results.end(), [](const Value* result) {
          return IsGraphOutput(*result);
        }) > 1) {
      return false;
    }
    absl::StatusOr<Value*> y =
        AddInteger(graph, place, OnIntegers(node->op()), std::move(operands));
    if (!y.ok()) return Keep(*node, y.status());
    if (!(computed == elem)) {
      place.want = {elem};
      TINYC_ASSIGN_OR_RETURN(y, AddNode(graph, place, Requantize(), {*y}));
    }
    for (Value* result : results) ReplaceAndRename(graph, result, *y);
    return true;
  }

  absl::StatusOr<bool> Keep(const Node& node, const absl::Status& why) {
    kept_[node.output()->name()] = std::string(why.message());
    return false;
  }

  // Reasons, by the name of the node's result.
  std::map<std::string, std::string> kept_;
};

}  // namespace

absl::Status Integerize(Module& module, const PassOptions&) {
  Integerizer integerizer;
  TINYC_RETURN_IF_ERROR(
      RewriteNodes(*module.graph, [&](Graph& graph, Node* node) {
        return integerizer.Rewrite(graph, node);
      }).status());
  for (std::string& note : integerizer.Notes(*module.graph)) {
    module.notes.push_back(std::move(note));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
