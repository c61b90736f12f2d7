// SPDX-License-Identifier: Apache-2.0
#include "tests/support/node_case.h"

#include <algorithm>
#include <utility>

#include "compiler/interpreter/interpreter.h"
#include "compiler/ops/registry.h"

namespace tinyc {

NodeCase::NodeCase(absl::string_view name) : op(OpRegistry::Get().Make(name)) {
  TINYC_CHECK(op != nullptr);
}

NodeCase& NodeCase::Set(absl::string_view name, const std::string& text) {
  const absl::Status status = op->SetAttr(name, text);
  EXPECT_TRUE(status.ok()) << status;
  return *this;
}

NodeCase& NodeCase::Add(Tensor operand) {
  operands.push_back(std::move(operand));
  return *this;
}

NodeCase& NodeCase::AddConstant(Tensor operand) {
  constants.push_back(operands.size());
  return Add(std::move(operand));
}

NodeCase& NodeCase::Want(DType dtype, std::shared_ptr<const Quant> quant) {
  want = ElemType{dtype, std::move(quant)};
  return *this;
}

std::string NodeCase::Describe() const {
  std::string text(op->name());
  for (const Op::NamedText& attr : op->Attrs()) {
    absl::StrAppend(&text, " ", attr.name, "=", attr.text);
  }
  for (const std::optional<Tensor>& operand : operands) {
    absl::StrAppend(&text, "\n  ",
                    operand ? ToString(operand->type()) : "absent");
  }
  return text;
}

absl::StatusOr<NodeGraph> Build(const NodeCase& node_case) {
  NodeGraph built;
  built.graph = std::make_unique<Graph>();
  std::vector<Value*> values;
  for (size_t i = 0; i < node_case.operands.size(); ++i) {
    const std::optional<Tensor>& operand = node_case.operands[i];
    const bool constant = std::count(node_case.constants.begin(),
                                     node_case.constants.end(), i) != 0;
    values.push_back(!operand   ? nullptr
                     : constant ? built.graph->AddConstant(*operand)
                                : built.graph->AddInput("", operand->type()));
  }
  Graph::Options options;
  if (node_case.want) options.want = {*node_case.want};
  TINYC_ASSIGN_OR_RETURN(
      built.node,
      built.graph->Append(node_case.op->Clone(), values, std::move(options)));
  return built;
}

absl::StatusOr<std::vector<Tensor>> EvaluateAll(const NodeCase& node_case) {
  TINYC_ASSIGN_OR_RETURN(const NodeGraph built, Build(node_case));
  std::vector<const Tensor*> inputs;
  for (const std::optional<Tensor>& operand : node_case.operands) {
    inputs.push_back(operand ? &*operand : nullptr);
  }
  return EvaluateNode(*built.node, inputs);
}

absl::StatusOr<Tensor> Evaluate(const NodeCase& node_case) {
  TINYC_ASSIGN_OR_RETURN(std::vector<Tensor> results, EvaluateAll(node_case));
  return std::move(results[0]);
}

std::string ErrorOf(const NodeCase& node_case) {
  return std::string(Build(node_case).status().message());
}

std::string TypeOf(const NodeCase& node_case) {
  const absl::StatusOr<NodeGraph> built = Build(node_case);
  return built.ok() ? ToString(built->node->output()->type())
                    : std::string(built.status().message());
}

}  // namespace tinyc
