// SPDX-License-Identifier: Apache-2.0
// If: the branch that a constant condition chooses is imported in place; for
// another condition both become regions of the IR's `if`.
#include "frontends/onnx/importers/control.h"

#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ops/if.h"
#include "frontends/onnx/importers.h"

namespace tinyc {

using Graphs = std::vector<std::shared_ptr<Graph>>;

absl::Status AddControl(OnnxNode& node, std::unique_ptr<const Op> op,
                        std::vector<Value*> inputs, Graphs regions,
                        const std::vector<size_t>& outputs) {
  std::vector<std::string> names;
  for (const size_t i : outputs) {
    names.push_back(node.scope().builder->TakeName(
        absl::StrCat(node.scope().prefix, node.OutputName(i))));
  }
  TINYC_ASSIGN_OR_RETURN(Node* const added,
                         AddRegions(node, std::move(op), std::move(inputs),
                                    std::move(regions), std::move(names)));
  for (size_t r = 0; r < outputs.size(); ++r) {
    node.SetOutput(outputs[r], Binding{.value = added->output(r)});
  }
  return absl::OkStatus();
}

absl::StatusOr<Condition> ReadCondition(OnnxNode& node, size_t i) {
  Condition condition;
  TINYC_ASSIGN_OR_RETURN(condition.known, node.InputIfConstant(i));
  TINYC_ASSIGN_OR_RETURN(const TensorType type, node.InputType(i));
  if (type.dtype != DType::kBool || type.num_elements() != 1) {
    return Invalid("the condition is ", ToString(type), ", not one bool");
  }
  if (condition.known == nullptr) {
    TINYC_ASSIGN_OR_RETURN(condition.value, node.Input(i));
  }
  return condition;
}

void SetOutputs(OnnxNode& node, const std::vector<Binding>& results) {
  for (size_t i = 0; i < node.num_outputs() && i < results.size(); ++i) {
    node.SetOutput(i, results[i]);
  }
}

absl::Status ImportIf(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Condition cond, ReadCondition(node, 0));
  TINYC_ASSIGN_OR_RETURN(const onnx::GraphProto* then_branch,
                         node.GraphAttr("then_branch"));
  TINYC_ASSIGN_OR_RETURN(const onnx::GraphProto* else_branch,
                         node.GraphAttr("else_branch"));
  if (cond.known != nullptr) {
    const bool taken = cond.known->IntAt(0) != 0;
    const auto results = ImportInPlace(
        node, taken ? *then_branch : *else_branch, {},
        taken ? "its then_branch" : "its else_branch", node.OutputName(0));
    if (!results) return node.Lose();
    SetOutputs(node, *results);
    return absl::OkStatus();
  }
  const onnx::GraphProto* const protos[] = {then_branch, else_branch};
  std::vector<Value*> captures = CapturesOf(node, protos);
  Region branches[] = {Region(node, *then_branch, "its then_branch"),
                       Region(node, *else_branch, "its else_branch")};
  bool ok = true;
  for (Region& branch : branches) {
    branch.AddCaptures(captures);
    ok = branch.Import() && ok;
  }
  if (!ok) return node.Lose();
  Graphs regions;
  for (Region& branch : branches) {
    if (branch.results().size() < node.num_outputs()) {
      return Invalid("a branch has ", branch.results().size(), " outputs");
    }
    if (branch.has_lost_results()) return node.Lose();
    for (size_t i = 0; i < node.num_outputs(); ++i) {
      TINYC_RETURN_IF_ERROR(branch.AddResult(i));
    }
    regions.push_back(branch.Take());
  }
  for (size_t i = 0; i < node.num_outputs(); ++i) {
    const TensorType& a = regions[0]->outputs()[i]->type();
    const TensorType& b = regions[1]->outputs()[i]->type();
    if (a == b) continue;
    return Unimplemented(
        "output ", i, " (\"", node.OutputName(i), "\") is ", ToString(a),
        " when the condition is true and ", ToString(b),
        " when it is not; a tensor has one type and one size in C");
  }
  DropUnusedCaptures(0, {regions[0].get(), regions[1].get()}, &captures);
  captures.insert(captures.begin(), cond.value);
  std::vector<size_t> outputs(node.num_outputs());
  std::iota(outputs.begin(), outputs.end(), size_t{0});
  return AddControl(node, std::make_unique<If>(), captures, std::move(regions),
                    outputs);
}

}  // namespace tinyc
