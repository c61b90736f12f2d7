// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/graph_importer.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "frontends/onnx/tensor_proto.h"
#include "frontends/onnx/tidy.h"

namespace tinyc {
GraphImporter::GraphImporter(const onnx::ModelProto& model, Opsets opsets,
                             const std::string& model_dir,
                             const ImportOptions& options)
    : model_(model),
      opsets_(std::move(opsets)),
      model_dir_(model_dir),
      options_(options),
      builder_(*module_.graph),
      walk_(model, model_dir_) {}

absl::StatusOr<Module> GraphImporter::Run() {
  Scope scope = NewScope(builder_, opsets_, "");
  TINYC_RETURN_IF_ERROR(ReserveNames(scope));
  ImportInitializers(scope);
  TINYC_RETURN_IF_ERROR(ImportInputs(scope));
  walk_.Run(model_.graph().node(), scope);
  ImportOutputs(scope);
  TINYC_RETURN_IF_ERROR(walk_.Errors());
  TINYC_RETURN_IF_ERROR(QuantizeInputs(*module_.graph));
  EraseUnused(*module_.graph);
  if (!model_.graph().name().empty()) module_.name = model_.graph().name();
  return std::move(module_);
}

// --- the model's own graph --------------------------------------------------

absl::Status GraphImporter::ReserveNames(Scope& scope) {
  const onnx::GraphProto& graph = model_.graph();
  for (const auto& input : graph.input()) builder_.Reserve(input.name());
  for (const auto& tensor : graph.initializer()) {
    builder_.Reserve(tensor.name());
  }
  for (const auto& tensor : graph.sparse_initializer()) {
    builder_.Reserve(tensor.values().name());
  }
  for (const auto& node : graph.node()) {
    for (const std::string& name : node.output()) builder_.Reserve(name);
  }
  NoteUses(graph.node(), scope);
  std::set<std::string> outputs;
  for (const auto& output : graph.output()) {
    if (!outputs.insert(output.name()).second) {
      return Invalid("output \"", output.name(), "\" is listed twice");
    }
    scope.used.insert(output.name());
  }
  if (outputs.empty()) return Invalid("the model has no outputs");
  return absl::OkStatus();
}

void GraphImporter::ImportInitializers(Scope& scope) {
  const auto bind = [&](const std::string& name, const auto& proto) {
    if (name.empty() || scope.bindings.contains(name)) {
      walk_.AddError(name.empty() ? Invalid("an initializer has no name")
                                  : Invalid("initializer \"", name,
                                            "\" is defined twice"));
      return;
    }
    Binding& binding = scope.bindings[name];
    if (!scope.used.contains(name)) return;
    absl::StatusOr<Tensor> tensor = TensorFromProto(proto, model_dir_);
    if (tensor.ok()) {
      binding.constant = std::make_shared<const Tensor>(*std::move(tensor));
    } else {
      walk_.AddError(Prefixed(absl::StrCat("initializer \"", name, "\": "),
                              tensor.status()));
    }
  };
  for (const auto& tensor : model_.graph().initializer()) {
    bind(tensor.name(), tensor);
  }
  for (const auto& tensor : model_.graph().sparse_initializer()) {
    bind(tensor.values().name(), tensor);
  }
}

absl::Status GraphImporter::ImportInputs(Scope& scope) {
  std::vector<const onnx::ValueInfoProto*> inputs;
  std::set<std::string> names;
  for (const auto& input : model_.graph().input()) {
    const std::string& name = input.name();
    if (name.empty()) return Invalid("an input has no name");
    if (!names.insert(name).second) {
      return Invalid("input \"", name, "\" is listed twice");
    }
    if (!scope.bindings.contains(name)) {
      inputs.push_back(&input);
    } else if (model_.ir_version() >= 4 && scope.used.contains(name)) {
      // Until IR version 3 every initializer had to be listed as an input.
      module_.notes.push_back(absl::StrCat(
          "input \"", name, "\" has a value in the model and is a constant"));
    }
  }
  TINYC_ASSIGN_OR_RETURN(input_types_, BindInputTypes(inputs, options_));
  module_.notes.insert(module_.notes.end(), input_types_.notes.begin(),
                       input_types_.notes.end());
  for (size_t i = 0; i < inputs.size(); ++i) {
    scope.bindings[inputs[i]->name()].value = module_.graph->AddInput(
        builder_.TakeName(inputs[i]->name()), std::move(input_types_.types[i]));
  }
  return absl::OkStatus();
}

void GraphImporter::ImportOutputs(Scope& scope) {
  for (const auto& output : model_.graph().output()) {
    walk_.AddError(Prefixed(absl::StrCat("output \"", output.name(), "\": "),
                            ImportOutput(output, scope)));
  }
}

absl::Status GraphImporter::ImportOutput(const onnx::ValueInfoProto& output,
                                         Scope& scope) {
  const std::string& name = output.name();
  const auto found = scope.bindings.find(name);
  if (found == scope.bindings.end()) return Invalid("no node computes it");
  const Binding& binding = found->second;
  if (binding.lost()) return absl::OkStatus();
  if (!binding.is_tensor()) {
    return Unimplemented(
        "it is a sequence or an empty optional, and a model's "
        "outputs are tensors");
  }
  Graph& graph = builder_.graph();
  Value* value =
      binding.value != nullptr
          ? binding.value
          : graph.AddConstant(*binding.constant, builder_.FreshName(name));
  const auto uses = value->uses();
  const bool other_output = std::any_of(
      uses.begin(), uses.end(), [](Use use) { return use.node == nullptr; });
  if (value->producer() == nullptr || other_output) {
    // A value of its own, with a name of its own.
    for (const Value* input : graph.inputs()) {
      if (input->name() == name) return Unimplemented("it is also an input");
    }
    builder_.TakeName(name);
    // A constant that was computed under this name gives it up.
    if (value->name() == name) graph.Rename(value, builder_.FreshName(name));
    TINYC_ASSIGN_OR_RETURN(
        value,
        builder_.Emit(
            {.op = "copy", .inputs = {value}, .name = name, .fold = false}));
  } else if (value->name() != name) {
    builder_.TakeName(name);
    graph.Rename(value, name);
  }
  TINYC_RETURN_IF_ERROR(CheckOutputType(output, value->type(), input_types_));
  graph.AddOutput(value);
  return absl::OkStatus();
}

}  // namespace tinyc
