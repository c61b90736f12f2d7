// SPDX-License-Identifier: Apache-2.0
// Gives the operators of a calibrated float graph the quantize/dequantize pairs
// that integerize turns into integers.
//
//   %1 = conv(%x, %w, %b)                 %wq = quantize(%w) : s8 per channel
//   %y = observed(%1) {min=-1, max=3} =>  %wf = dequantize(%wq)
//                                         %1 = conv(%x, %wf, %b)
//                                         %yq = quantize(%1) : s8 q(4/255, -64)
//                                         %y = dequantize(%yq)
//
// Activations have one scale.  Option activations=int8, as shown: from the
// least to the greatest number observed, 0 included; or int16: symmetric, to
// the one that is farthest from 0.  Softmax, sigmoid and tanh have the range of
// the function.  Operators that move, select or clamp numbers have one scale
// for operands and result: that of the result where nothing else reads the
// operand. Weights are s8, symmetric, with a scale for each output channel;
// with the option weights=int4 they are s4 in the layers whose kernels unpack
// them (dense, convolution that is not depthwise), but for the first and the
// last ones of the model where these hold at most an eighth of its weights;
// four_bits=all makes no such exception.
// Where an `observed` says `as`, a value is stored so, weights too, and layers
// compute in 16 bits that make or read one of 16 bits: see quantize_mixed.tir
// in the tests.
// Operators without kernels for such integers stay float and are named in a
// note.  Run after calibrate; fold-constants and the preset integers come next.
#include "compiler/ops/quantize.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "passes/float_notes.h"
#include "passes/pass.h"
#include "passes/quantization/four_bits.h"
#include "passes/quantization/insertion.h"
#include "passes/quantization/observations.h"
#include "passes/quantization/plan.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

class Quantizer {
 public:
  Quantizer(Graph& graph, Activations activations, Weights weights,
            FourBits four_bits)
      : graph_(graph),
        observed_(TakeObserved(graph)),
        plan_(graph, observed_.ranges, activations, observed_.storages),
        four_bits_(FourBitLayers(graph, plan_, weights, four_bits,
                                 observed_.storages)) {}

  bool Calibrated() const { return !observed_.ranges.empty(); }
  const QuantizationPlan& plan() const { return plan_; }

  absl::Status Run() {
    const NodeAfter after(graph_);
    for (Value* value : plan_.stored()) {
      TINYC_RETURN_IF_ERROR(Store(value, after.Of(*value)));
    }
    for (Node* node : graph_.NodeSnapshot()) {
      if (!plan_.IsInteger(*node)) continue;
      TINYC_RETURN_IF_ERROR(ConvertOperands(node));
      TINYC_RETURN_IF_ERROR(StoreConstants(node));
    }
    return absl::OkStatus();
  }

 private:
  // dequantize(quantize(value)), before `before`.
  absl::StatusOr<Value*> AddPair(Value* value, Node* before,
                                 const ElemType& elem) {
    NewNode place{.before = before, .from = {}, .want = {elem}};
    if (value->producer() != nullptr) place.from = {value->producer()};
    TINYC_ASSIGN_OR_RETURN(Value* const stored,
                           AddNode(graph_, place, QuantizeOp(), {value}));
    place.want = {};
    return AddNode(graph_, place, Dequantize(), {stored});
  }

  absl::StatusOr<ElemType> ElemOf(const Value& value,
                                  Activations format) const {
    if (const std::optional<Range> fixed = FixedRange(value)) {
      return FunctionElem(format, *fixed);
    }
    const auto range = observed_.ranges.find(&value);
    if (range != observed_.ranges.end()) {
      return ActivationElem(format, range->second);
    }
    return Invalid("%", value.name(), " is not calibrated");
  }

  absl::Status Store(Value* value, Node* before) {
    const std::vector<Activations> formats = plan_.FormatsOf(*value);
    Value* real = value;
    for (const Activations format : formats) {
      TINYC_ASSIGN_OR_RETURN(const ElemType elem, ElemOf(*value, format));
      TINYC_ASSIGN_OR_RETURN(real, AddPair(real, before, elem));
    }
    const bool output = IsGraphOutput(*value);
    ReadThrough(graph_, value, real);
    made_of_[real] = value;
    // What is stored carries the name on.
    Value* stored = real->producer()->input(0);
    if (output || IsGraphInput(*value)) {
      const Value* named = output ? real : value;
      graph_.Rename(stored,
                    absl::StrCat(named->name(), "_", AttrText(formats.back())));
    } else {
      TakeName(graph_, value, stored);
      graph_.Rename(value, absl::StrCat(stored->name(), "_float"));
    }
    return absl::OkStatus();
  }

  // Gives an integer node its operands as it computes.
  absl::Status ConvertOperands(Node* node) {
    if (KeepsScale(*node)) return absl::OkStatus();
    const Activations format = plan_.FormatOf(*node);
    for (size_t i = 0; i < node->inputs().size(); ++i) {
      Value* value = node->input(i);
      if (!IsRealOperand(value) || value->constant() != nullptr) continue;
      const std::optional<ElemType> elem = ReadFrom(value);
      if (!elem || elem->dtype == FormatOf(format).dtype) continue;
      Value*& converted = converted_[{value, format}];
      if (converted == nullptr) {
        TINYC_ASSIGN_OR_RETURN(
            converted, AddPair(value, node, Converted(*value, *elem, format)));
      }
      graph_.SetInput(node, i, converted);
    }
    return absl::OkStatus();
  }

  // 16 bits take the steps of 8 as they are.
  ElemType Converted(const Value& value, const ElemType& elem,
                     Activations format) const {
    if (format == Activations::kInt16) {
      return {FormatOf(format).dtype,
              Quant::PerTensor(elem.quant->scale[0], 0)};
    }
    const auto from = made_of_.find(&value);
    const auto range = from == made_of_.end()
                           ? observed_.ranges.end()
                           : observed_.ranges.find(from->second);
    return ActivationElem(format, range == observed_.ranges.end()
                                      ? RangeOf(elem)
                                      : range->second);
  }

  // Gives the constants that an integer node reads their stored form.
  absl::Status StoreConstants(Node* node) {
    const QuantRule rule = node->op().Quantization();
    for (size_t i = 0; i < node->inputs().size(); ++i) {
      Value* value = node->input(i);
      if (!IsRealOperand(value) || value->constant() == nullptr ||
          static_cast<int>(i) == rule.bias) {
        continue;
      }
      ElemType elem =
          ActivationElem(plan_.FormatOf(*node), RangeOf(*value->constant()));
      if (static_cast<int>(i) == rule.weight) {
        elem = WeightElem(four_bits_.contains(node) ? DType::kS4 : DType::kS8,
                          *value->constant(), LeastScales(*node, rule));
      } else if (KeepsScale(*node)) {
        if (const auto scale = ScaleOfNode(*node)) elem = *scale;
      }
      TINYC_ASSIGN_OR_RETURN(Value* const real, AddPair(value, node, elem));
      graph_.SetInput(node, i, real);
    }
    return absl::OkStatus();
  }

  // Per output channel, the scale of the weights below which the bias would
  // take too many steps.
  std::vector<float> LeastScales(const Node& node,
                                 const QuantRule& rule) const {
    const Value* bias = node.input(static_cast<size_t>(rule.bias));
    const std::optional<ElemType> x = ReadFrom(node.input(0));
    if (bias == nullptr || bias->constant() == nullptr || !x) return {};
    const double most_bias = FormatOf(plan_.FormatOf(node)).most_bias;
    std::vector<float> least;
    for (const float b : bias->constant()->data<float>()) {
      least.push_back(static_cast<float>(
          std::fabs(b) / (double{x->quant->scale[0]} * most_bias)));
    }
    return least;
  }

  // The one type of the stored operands and result of a node that keeps the
  // scale.
  static std::optional<ElemType> ScaleOfNode(const Node& node) {
    if (const auto elem = StoredAs(*node.output())) return elem;
    for (const Value* operand : node.inputs()) {
      if (!IsRealOperand(operand) || operand->constant() != nullptr) continue;
      if (const auto elem = ReadFrom(operand)) return elem;
    }
    return std::nullopt;
  }

  // The type in which `value` or what is moved from it is stored.
  static std::optional<ElemType> StoredAs(const Value& value) {
    for (const Use& use : value.uses()) {
      if (use.node != nullptr && use.node->As<QuantizeOp>() != nullptr) {
        return use.node->output()->type().elem();
      }
    }
    const Node* user = OnlyUser(value);
    if (user == nullptr || !KeepsScale(*user)) return std::nullopt;
    return StoredAs(*user->output());
  }

  // The type of the stored integers that `value` is made from.
  static std::optional<ElemType> ReadFrom(const Value* value) {
    const Node* node = value->producer();
    if (node == nullptr) return std::nullopt;
    if (node->As<Dequantize>() != nullptr) {
      return node->input(0)->type().elem();
    }
    if (!KeepsScale(*node)) return std::nullopt;
    for (const Value* operand : node->inputs()) {
      if (!IsRealOperand(operand)) continue;
      if (const auto elem = ReadFrom(operand)) return elem;
    }
    return std::nullopt;
  }

  Graph& graph_;
  const Observations observed_;
  const QuantizationPlan plan_;
  const absl::flat_hash_set<const Node*> four_bits_;  // layers
  // Of what a value is the rounded form.
  absl::flat_hash_map<const Value*, const Value*> made_of_;
  absl::flat_hash_map<std::pair<const Value*, Activations>, Value*> converted_;
};

bool HasQuantize(const Graph& graph) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                     [](const auto& node) {
                       return node->template As<QuantizeOp>() != nullptr;
                     });
}

// Whether any real number is read.
bool HasReals(const Graph& graph) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                     [](const auto& node) {
                       return std::any_of(node->inputs().begin(),
                                          node->inputs().end(), IsRealOperand);
                     });
}

}  // namespace

absl::Status Quantize(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(
      options.CheckKnown({"activations", "weights", "four_bits"}));
  TINYC_ASSIGN_OR_RETURN(const Activations activations,
                         ReadActivations(options, "activations"));
  TINYC_ASSIGN_OR_RETURN(const Weights weights,
                         ReadWeights(options, "weights"));
  TINYC_ASSIGN_OR_RETURN(const FourBits four_bits,
                         ReadFourBits(options, "four_bits"));
  if (weights == Weights::kInt4 && activations == Activations::kInt16) {
    return Invalid("weights=int4 goes with activations=int8");
  }
  Graph& graph = *module.graph;
  Quantizer quantizer(graph, activations, weights, four_bits);
  if (!quantizer.Calibrated()) {
    if (HasQuantize(graph) || !HasReals(graph)) return absl::OkStatus();
    return Invalid("no value is calibrated; run calibrate first");
  }
  if (HasQuantize(graph)) {
    return Invalid("the model is quantized already, at least in part");
  }
  TINYC_RETURN_IF_ERROR(quantizer.Run());
  EraseDeadNodes(graph);
  FloatNotes notes;
  for (const auto& [node, reason] : quantizer.plan().kept()) {
    notes.Add(*node, reason);
  }
  for (std::string& note : notes.Sentences()) {
    module.notes.push_back(std::move(note));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
