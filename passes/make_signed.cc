// SPDX-License-Identifier: Apache-2.0
// Stores quantized numbers as signed integers, which the kernels of weighted
// operators want: u8 becomes s8 with the zero point less 128, u16 becomes s16
// with the zero point less 32768.  The real numbers are the same.
//
//   graph(%x: u8[4] q(0.5, 128)) -> (%y)     graph(%x: u8[4] q(0.5, 128)) ->
//   (%y)
//     %1 = clip(%x) q(0.5, 128)               %1 = requantize(%x) q(0.5, 0)
//     %y = sigmoid(%1) q(0.004, 0)      =>    %2 = clip(%1) q(0.5, 0)
//                                             %3 = sigmoid(%2) q(0.004, -128)
//     return %y                               %y = requantize(%3) q(0.004, 0)
//                                             return %y
//
// The types of the interface stay, of regions too, and so do those of operators
// that look at the stored bits (reinterpret, cast) or hold regions: requantize
// goes between.
// simplify then merges it into a quantize or dequantize beside it.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/quantize.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

bool IsUnsignedQuantized(const TensorType& type) {
  return type.quantized() &&
         (type.dtype == DType::kU8 || type.dtype == DType::kU16);
}

// Whether the pass converts the value.  One with scales along an axis that is
// no constant stays: requantize is for one scale, and what quantizes
// activations so reads them as floats.
bool IsConverted(const Value& value) {
  return IsUnsignedQuantized(value.type()) &&
         (value.constant() != nullptr || value.type().quant->per_tensor());
}

// Of an unsigned quantized type.
ElemType SignedElem(const TensorType& type) {
  const DType dtype = type.dtype == DType::kU8 ? DType::kS8 : DType::kS16;
  auto quant = std::make_shared<Quant>(*type.quant);
  for (int32_t& zero : quant->zero_point) {
    zero += static_cast<int32_t>(MinOf(dtype));
  }
  return {dtype, std::move(quant)};
}

Tensor SignedTensor(const Tensor& tensor) {
  const ElemType elem = SignedElem(tensor.type());
  Tensor result(TensorType(elem, tensor.shape()));
  for (int64_t i = 0; i < tensor.size(); ++i) {
    result.SetInt(i, tensor.IntAt(i) + MinOf(elem.dtype));
  }
  return result;
}

// True for operators that work on real numbers, however they are stored.
bool WorksOnReals(const Node& node) {
  return node.As<Reinterpret>() == nullptr && node.As<Cast>() == nullptr &&
         node.regions().empty();
}

// True for a conversion whose result has the type that its users want: it is
// signed, or only an output of the graph and operators that look at the bits
// read it.
bool KeepsResult(const Node& node) {
  if (node.As<QuantizeOp>() == nullptr && node.As<Requantize>() == nullptr) {
    return false;
  }
  const Value& result = *node.output();
  if (!IsConverted(result)) return true;
  return std::all_of(result.uses().begin(), result.uses().end(),
                     [](const Use& use) {
                       return use.node == nullptr || !WorksOnReals(*use.node);
                     });
}

class SignedRewriter {
 public:
  explicit SignedRewriter(Graph& graph) : graph_(graph) {}

  absl::Status Run() {
    for (Node* node : graph_.NodeSnapshot()) {
      for (const auto& region : node->regions()) {
        TINYC_RETURN_IF_ERROR(SignedRewriter(*region).Run());
      }
      TINYC_RETURN_IF_ERROR(Convert(node));
    }
    for (size_t i = 0; i < graph_.outputs().size(); ++i) {
      Value* output = graph_.outputs()[i];
      if (!signed_.contains(output)) continue;
      TINYC_ASSIGN_OR_RETURN(Value* const kept, Unsigned(output, nullptr));
      const bool first = !IsGraphOutput(*kept);
      graph_.SetOutput(i, kept);
      if (first) TakeName(graph_, output, kept);
    }
    EraseDeadNodes(graph_);
    return absl::OkStatus();
  }

 private:
  // Computes the results of `node` as signed integers from signed operands; or
  // leaves it as it is, with operands as they were.
  absl::Status Convert(Node* node) {
    if (KeepsResult(*node)) {
      const auto found = signed_.find(node->input(0));
      if (found != signed_.end()) graph_.SetInput(node, 0, found->second);
      return absl::OkStatus();
    }
    bool any = false;
    std::vector<ElemType> want;
    for (const Value* value : node->outputs()) {
      const bool convert = IsConverted(*value);
      any = any || convert;
      want.push_back(convert ? SignedElem(value->type())
                             : value->type().elem());
    }
    for (const Value* value : node->inputs()) {
      any = any || (value != nullptr && IsConverted(*value));
    }
    if (any && WorksOnReals(*node)) {
      TINYC_ASSIGN_OR_RETURN(const bool done, Replace(node, want));
      if (done) return absl::OkStatus();
    }
    for (size_t i = 0; i < node->inputs().size(); ++i) {
      Value* value = node->input(i);
      if (value == nullptr || !signed_.contains(value)) continue;
      TINYC_ASSIGN_OR_RETURN(Value* const kept, Unsigned(value, node));
      graph_.SetInput(node, i, kept);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Replace(Node* node, const std::vector<ElemType>& want) {
    std::vector<Value*> inputs;
    for (Value* value : node->inputs()) {
      // A requantize takes an input of the graph as it is.
      const bool takes_unsigned =
          node->As<Requantize>() != nullptr && !signed_.contains(value);
      if (value != nullptr && IsConverted(*value) && !takes_unsigned) {
        TINYC_ASSIGN_OR_RETURN(value, Signed(value, node));
      }
      inputs.push_back(value);
    }
    absl::StatusOr<Node*> replaced = graph_.Insert(
        node, node->op().Clone(), inputs,
        {.loc = node->loc(), .want = want, .names = {}, .regions = {}});
    if (!replaced.ok()) return false;
    for (size_t i = 0; i < want.size(); ++i) {
      if (!((*replaced)->output(i)->type().elem() == want[i])) return false;
    }
    for (size_t i = 0; i < want.size(); ++i) {
      Value* old = node->output(i);
      Value* value = (*replaced)->output(i);
      if (old->type() == value->type()) {
        ReplaceAndRename(graph_, old, value);
        continue;
      }
      signed_[old] = value;
      if (!IsGraphOutput(*old)) TakeName(graph_, old, value);
    }
    return true;
  }

  // `value` in its signed form, for a use in `user`.
  absl::StatusOr<Value*> Signed(Value* value, Node* user) {
    Value*& result = signed_[value];
    if (result != nullptr) return result;
    if (value->constant() != nullptr) {
      result = graph_.AddConstant(SignedTensor(*value->constant()));
      TakeName(graph_, value, result);
      return result;
    }
    // An input, or a result that stays unsigned.  In execution order, its first
    // use that is converted is this one.
    TINYC_ASSIGN_OR_RETURN(result,
                           AddNode(graph_,
                                   {.before = user,
                                    .from = {user},
                                    .want = {SignedElem(value->type())}},
                                   Requantize(), {value}));
    stays_.insert(value);
    return result;
  }

  // `value`, which has a signed form, as it was.
  absl::StatusOr<Value*> Unsigned(Value* value, Node* user) {
    if (value->constant() != nullptr || stays_.contains(value)) return value;
    Value*& result = unsigned_[value];
    if (result != nullptr) return result;
    TINYC_ASSIGN_OR_RETURN(result, AddNode(graph_,
                                           {.before = user,
                                            .from = {value->producer()},
                                            .want = {value->type().elem()}},
                                           Requantize(), {signed_.at(value)}));
    return result;
  }

  Graph& graph_;
  absl::flat_hash_map<const Value*, Value*> signed_;
  absl::flat_hash_map<const Value*, Value*> unsigned_;  // requantized back
  absl::flat_hash_set<const Value*> stays_;             // computed as they were
};

}  // namespace

absl::Status MakeSigned(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return SignedRewriter(*module.graph).Run();
}

}  // namespace tinyc
