// SPDX-License-Identifier: Apache-2.0
// Lets nodes that compute in types without kernels compute in wider ones:
// floats of less than 32 bits in f32, integers of less than a byte in bytes.
//
//                                      %1 = cast(%x) {to=f32} : f32[4]
//   %y = exp(%x) : f16[4]         =>   %2 = exp(%1) : f32[4]
//                                      %y = cast(%2) {to=f16} : f16[4]
//   %y = cast(%x) {to=s8} : s8[4] =>   %1 = cast(%x) {to=f32} : f32[4]
//                                      %y = cast(%1) {to=s8} : s8[4]
//
// Every result is rounded to its type as before, so that values between nodes
// keep their size in memory.  Nodes that have kernels stay: movement of data,
// and casts between a type and the next wider one.  Constants become wide ones.
// Run it last before kernels are selected: the passes before see the node as
// the model has it.
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "compiler/ops/cast.h"
#include "compiler/targets/registry.h"
#include "passes/kernels.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// The type to compute in; `dtype` itself where that has kernels.
DType Wider(DType dtype) {
  const int bits = InfoOf(dtype).bits;
  if (IsFloat(dtype)) return bits < 32 ? DType::kF32 : dtype;
  if (bits >= 8) return dtype;
  return IsUnsigned(dtype) ? DType::kU8 : DType::kS8;
}

bool IsNarrow(const Value* value) {
  return value != nullptr && !value->type().quantized() &&
         Wider(value->type().dtype) != value->type().dtype;
}

// `value` as one of type `to`, which holds all its numbers if it is constant.
absl::StatusOr<Value*> Converted(Graph& graph, Node* node, Value* value,
                                 DType to) {
  if (value->constant() != nullptr) {
    Tensor wide(TensorType(to, value->type().shape));
    for (int64_t i = 0; i < wide.size(); ++i) {
      wide.Set(i, value->constant()->At(i));
    }
    return graph.AddConstant(std::move(wide),
                             absl::StrCat(value->name(), "_wide"));
  }
  Cast cast;
  cast.to = to;
  return AddNode(graph, {.before = node, .from = {node}}, cast, {value});
}

// The type at which a cast has to stop between two types, if it has to.
std::optional<DType> StopBetween(DType from, DType to) {
  if (Wider(from) != from && Wider(from) != to) return Wider(from);
  if (Wider(to) != to && Wider(to) != from) {
    // Packed integers take the low bits of any integer.
    if (IsFloat(to) || !IsFloat(from)) return Wider(to);
  }
  return std::nullopt;
}

absl::StatusOr<bool> SplitCast(Graph& graph, Node* node) {
  const std::optional<DType> stop =
      StopBetween(node->input(0)->type().dtype, node->output()->type().dtype);
  if (!stop) return false;
  TINYC_ASSIGN_OR_RETURN(Value * between,
                         Converted(graph, node, node->input(0), *stop));
  graph.SetInput(node, 0, between);
  return true;
}

absl::StatusOr<bool> Widen(Graph& graph, Node* node, const Target& target) {
  const auto narrow = [](const Value* value) { return IsNarrow(value); };
  if ((absl::c_none_of(node->inputs(), narrow) &&
       absl::c_none_of(node->outputs(), narrow)) ||
      !node->regions().empty() || CheckKernels(*node, target).ok()) {
    return false;
  }
  if (node->As<Cast>() != nullptr) return SplitCast(graph, node);
  std::vector<Value*> operands(node->inputs().begin(), node->inputs().end());
  for (Value*& operand : operands) {
    if (!IsNarrow(operand)) continue;
    TINYC_ASSIGN_OR_RETURN(
        operand, Converted(graph, node, operand, Wider(operand->type().dtype)));
  }
  Graph::Options options;
  options.loc = node->loc();
  for (const Value* output : node->outputs()) {
    ElemType elem = output->type().elem();
    if (IsNarrow(output)) elem.dtype = Wider(elem.dtype);
    options.want.push_back(std::move(elem));
  }
  TINYC_ASSIGN_OR_RETURN(
      Node * wide, graph.Insert(node, node->op().Clone(), std::move(operands),
                                std::move(options)));
  for (size_t i = 0; i < node->outputs().size(); ++i) {
    Value* result = wide->output(i);
    const DType dtype = node->output(i)->type().dtype;
    if (result->type().dtype != dtype) {
      TINYC_ASSIGN_OR_RETURN(result, Converted(graph, node, result, dtype));
    }
    ReplaceAndRename(graph, node->output(i), result);
  }
  return true;
}

}  // namespace

absl::Status WidenFloats(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  const Target& target =
      module.target == nullptr ? *FindTarget("generic") : *module.target;
  return RewriteNodes(*module.graph,
                      [&](Graph& graph, Node* node) {
                        return Widen(graph, node, target);
                      })
      .status();
}

}  // namespace tinyc
