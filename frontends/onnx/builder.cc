// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/builder.h"

#include <algorithm>

#include "compiler/interpreter/interpreter.h"
#include "compiler/ops/registry.h"
#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

// Elements or products; beyond it, constant nodes stay, since the reference is
// slow and a model of a few bytes can ask for any amount of work.
constexpr int64_t kMaxFoldedWork = int64_t{1} << 28;

bool IsConstant(const Value* value) {
  return value == nullptr || value->constant() != nullptr;
}

absl::StatusOr<std::vector<Tensor>> Evaluate(const Node& node) {
  std::vector<const Tensor*> in;
  for (const Value* value : node.inputs()) {
    in.push_back(value == nullptr ? nullptr : value->constant().get());
  }
  return EvaluateNode(node, in);
}

}  // namespace

std::string GraphBuilder::TakeName(absl::string_view name) {
  if (reserved_.contains(name) && taken_.insert(std::string(name)).second) {
    return std::string(name);
  }
  return FreshName(name);
}

std::string GraphBuilder::FreshName(absl::string_view name) {
  std::string fresh(name);
  for (int i = 1; reserved_.contains(fresh) || taken_.contains(fresh); ++i) {
    fresh = absl::StrCat(name, "_", i);
  }
  taken_.insert(fresh);
  return fresh;
}

absl::StatusOr<std::vector<Value*>> GraphBuilder::EmitAll(Call call) {
  std::unique_ptr<Op> op = OpRegistry::Get().Make(call.op);
  if (op == nullptr) {
    return Unimplemented("the operator ", call.op, " is not supported");
  }
  for (const NamedAttr& attr : call.attrs) {
    TINYC_RETURN_IF_ERROR(op->SetAttr(attr.name, attr.text));
  }
  const bool constant =
      call.fold && call.op != "dequantize" &&
      std::all_of(call.inputs.begin(), call.inputs.end(), IsConstant);
  Graph::Options options;
  options.names = {std::move(call.name)};
  if (call.want) options.want = {*call.want};
  TINYC_ASSIGN_OR_RETURN(
      Node * node,
      graph_.Append(std::move(op), std::move(call.inputs), std::move(options)));
  int64_t elements = 0;
  for (const Value* output : node->outputs()) {
    const TensorType& type = output->type();
    TINYC_RETURN_IF_ERROR(CheckedType(type.dtype, type.shape).status());
    elements += type.num_elements();
  }
  if (constant && elements <= kMaxFoldedWork &&
      node->op().Macs(*node) <= kMaxFoldedWork) {
    return Fold(node);
  }
  graph_.SetLoc(node, std::move(call.loc));
  return std::vector<Value*>(node->outputs().begin(), node->outputs().end());
}

absl::StatusOr<Value*> GraphBuilder::Emit(Call call) {
  TINYC_ASSIGN_OR_RETURN(const std::vector<Value*> results,
                         EmitAll(std::move(call)));
  TINYC_CHECK(results.size() == 1);
  return results[0];
}

absl::StatusOr<std::vector<Value*>> GraphBuilder::Fold(Node* node) {
  TINYC_ASSIGN_OR_RETURN(std::vector<Tensor> results, Evaluate(*node));
  std::vector<std::string> names;
  for (const Value* output : node->outputs()) names.push_back(output->name());
  graph_.Erase(node);
  std::vector<Value*> values;
  for (size_t i = 0; i < results.size(); ++i) {
    values.push_back(graph_.AddConstant(std::move(results[i]), names[i]));
  }
  return values;
}

absl::StatusOr<std::shared_ptr<const Tensor>> GraphBuilder::ConstantOf(
    const Value* value) {
  if (value->constant() != nullptr) return value->constant();
  const Node* node = value->producer();
  if (node == nullptr || node->op().name() != "dequantize" ||
      !IsConstant(node->input(0))) {
    return nullptr;
  }
  TINYC_ASSIGN_OR_RETURN(std::vector<Tensor> results, Evaluate(*node));
  return std::make_shared<const Tensor>(std::move(results[0]));
}

}  // namespace tinyc
