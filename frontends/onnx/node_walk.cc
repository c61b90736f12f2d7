// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/node_walk.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "frontends/onnx/importers.h"
#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

// Functions that call each other can describe more nodes than any memory
// holds, or no end of them.
constexpr int64_t kMaxNodes = 100000;
constexpr int kMaxCallDepth = 64;

// The outputs of `node` have no meaning; what depends on them stays silent.
void Lose(const onnx::NodeProto& node, Scope& scope) {
  for (const std::string& name : node.output()) {
    if (!name.empty()) scope.bindings.emplace(name, Binding());
  }
}

// Every operand of the node is defined.  *lost: one of them is lost.
absl::Status FindOperands(const onnx::NodeProto& node, const Scope& scope,
                          bool* lost) {
  for (const std::string& name : node.input()) {
    if (name.empty()) continue;
    const auto found = scope.bindings.find(name);
    if (found == scope.bindings.end()) {
      return Invalid("operand \"", name, "\" is not defined before this node");
    }
    *lost |= found->second.lost();
  }
  return absl::OkStatus();
}

absl::Status CheckResults(const onnx::NodeProto& node, const Scope& scope) {
  std::set<std::string> names;
  for (const std::string& name : node.output()) {
    if (name.empty()) continue;
    if (scope.bindings.contains(name) || !names.insert(name).second) {
      return Invalid("output \"", name, "\" is defined twice");
    }
  }
  return absl::OkStatus();
}

// The names that graphs inside `node` may use; nothing when it has none.
std::vector<std::string> NamesFor(const onnx::NodeProto& node,
                                  const Scope& scope) {
  std::vector<std::string> names;
  const bool has_graph = std::any_of(
      node.attribute().begin(), node.attribute().end(),
      [](const auto& attr) { return attr.has_g() || attr.graphs_size() > 0; });
  if (!has_graph) return names;
  for (const auto& [name, binding] : scope.bindings) names.push_back(name);
  return names;
}

// Nothing for an operand that is absent or lost.
std::vector<std::optional<TensorType>> OperandTypes(const onnx::NodeProto& node,
                                                    const Scope& scope) {
  std::vector<std::optional<TensorType>> types;
  for (const std::string& name : node.input()) {
    types.emplace_back();
    if (name.empty()) continue;
    const Binding& binding = scope.bindings.at(name);
    if (binding.is_tensor()) types.back() = binding.type();
  }
  return types;
}

// `Conv`, `com.microsoft.QGemm`.
std::string FullType(const onnx::NodeProto& node) {
  const std::string domain = CanonicalDomain(node.domain());
  return domain.empty() ? node.op_type()
                        : absl::StrCat(domain, ".", node.op_type());
}

// Names that a function's caller leaves out become absent operands.
void ClearNames(const std::set<std::string>& names, Nodes* nodes) {
  for (onnx::NodeProto& node : *nodes) {
    for (std::string& name : *node.mutable_input()) {
      if (names.contains(name)) name.clear();
    }
    for (onnx::AttributeProto& attr : *node.mutable_attribute()) {
      if (attr.has_g()) ClearNames(names, attr.mutable_g()->mutable_node());
    }
  }
}

// The sentence says how to do without the operator, where that is known.
absl::Status NotSupported(const onnx::NodeProto& node) {
  const std::string type = FullType(node);
  return Unimplemented(
      "the operator ", type, " is not supported",
      type == "ai.onnx.ml.ZipMap"
          ? ", since C has no lists of maps: convert the model with the option "
            "zipmap=False, and the scores are a tensor"
          : "");
}

absl::Status NoSuchOperator(const onnx::NodeProto& node, const Opsets& opsets) {
  const auto onnx = opsets.find(CanonicalDomain(node.domain()));
  if (!CanonicalDomain(node.domain()).empty() || onnx == opsets.end()) {
    return NotSupported(node);
  }
  return Invalid("ONNX has no operator ", node.op_type(), " in operator set ",
                 onnx->second);
}

// The shape that `graph` declares of a tensor; nothing when it is open.
std::optional<Shape> FixedShape(const onnx::GraphProto& graph,
                                const std::string& name) {
  for (const auto* infos : {&graph.output(), &graph.value_info()}) {
    for (const onnx::ValueInfoProto& info : *infos) {
      if (info.name() != name || !info.type().has_tensor_type() ||
          !info.type().tensor_type().has_shape()) {
        continue;
      }
      Shape shape;
      for (const auto& dim : info.type().tensor_type().shape().dim()) {
        if (!dim.has_dim_value() || dim.dim_value() < 0) return std::nullopt;
        shape.push_back(dim.dim_value());
      }
      return shape;
    }
  }
  return std::nullopt;
}

}  // namespace

Scope NewScope(GraphBuilder& builder, Opsets opsets, std::string prefix) {
  return {.builder = &builder,
          .bindings = {},
          .used = {},
          .opsets = std::move(opsets),
          .prefix = std::move(prefix)};
}

void NoteUses(const Nodes& nodes, Scope& scope) {
  for (const onnx::NodeProto& node : nodes) {
    scope.used.insert(node.input().begin(), node.input().end());
    for (const onnx::AttributeProto& attr : node.attribute()) {
      if (!attr.has_g()) continue;
      for (std::string& name : FreeNames(attr.g())) {
        scope.used.insert(std::move(name));
      }
    }
  }
}

void NodeWalk::AddError(const absl::Status& status) {
  // A definition may need the same missing operator in several places.
  if (status.ok() || !messages_.emplace(status.message()).second) return;
  errors_.push_back(status);
}

void NodeWalk::Rollback(size_t mark) {
  while (errors_.size() > mark) {
    messages_.erase(std::string(errors_.back().message()));
    errors_.pop_back();
  }
}

std::optional<Shape> NodeWalk::DeclaredShape(const std::string& name,
                                             const Scope& scope) const {
  // Names of functions and of graphs inside nodes are other names.
  if (!scope.prefix.empty() || depth_ > 0) return std::nullopt;
  if (auto shape = FixedShape(model_.graph(), name)) return shape;
  // What keeps the shape may tell it.
  for (const onnx::NodeProto& node : model_.graph().node()) {
    const bool keeps = node.op_type() == "Cast" ||
                       node.op_type() == "CastLike" ||
                       node.op_type() == "Identity";
    if (!keeps || !CanonicalDomain(node.domain()).empty() ||
        node.input_size() == 0 || node.input(0) != name ||
        node.output_size() != 1) {
      continue;
    }
    if (auto shape = FixedShape(model_.graph(), node.output(0))) return shape;
  }
  return std::nullopt;
}

std::optional<std::vector<Binding>> NodeWalk::ImportGraph(
    const onnx::GraphProto& graph, const std::vector<Binding>& inputs,
    Scope& scope, const Loc& loc, const std::string& where) {
  const size_t mark = Mark();
  const Call call{
      .loc = loc, .where = absl::StrCat("in ", where, ", "), .is_graph = true};
  const auto fail = [&](const absl::Status& status) {
    AddError(Prefixed(absl::StrCat(loc.Describe(), ": ", call.where), status));
  };
  if (depth_ >= kMaxCallDepth) {
    fail(Invalid("graphs are nested too deeply"));
    return std::nullopt;
  }
  if (inputs.size() != static_cast<size_t>(graph.input_size())) {
    fail(Invalid("it has ", graph.input_size(), " inputs, and the node gives ",
                 inputs.size()));
    return std::nullopt;
  }
  NoteUses(graph.node(), scope);
  for (const auto& output : graph.output()) scope.used.insert(output.name());
  for (size_t i = 0; i < inputs.size(); ++i) {
    scope.bindings[graph.input(static_cast<int>(i)).name()] = inputs[i];
  }
  for (const onnx::TensorProto& tensor : graph.initializer()) {
    absl::StatusOr<Tensor> constant = TensorFromProto(tensor, model_dir_);
    if (!constant.ok()) fail(constant.status());
    scope.bindings[tensor.name()] =
        constant.ok()
            ? Binding{.constant =
                          std::make_shared<const Tensor>(*std::move(constant))}
            : Binding();
  }
  if (graph.sparse_initializer_size() > 0) {
    fail(Unimplemented("sparse initializers are not supported"));
  }
  ++depth_;
  ImportNodes(graph.node(), scope, &call);
  --depth_;
  std::vector<Binding> outputs;
  for (const auto& output : graph.output()) {
    const auto found = scope.bindings.find(output.name());
    if (found == scope.bindings.end()) {
      fail(Invalid("output \"", output.name(), "\" is computed by no node"));
      continue;
    }
    outputs.push_back(found->second);
  }
  if (errors_.size() > mark) return std::nullopt;
  return outputs;
}

absl::Status NodeWalk::Errors() const {
  if (errors_.empty()) return absl::OkStatus();
  const bool lacking =
      std::all_of(errors_.begin(), errors_.end(), absl::IsUnimplemented);
  return absl::Status(
      lacking ? absl::StatusCode::kUnimplemented
              : absl::StatusCode::kInvalidArgument,
      absl::StrJoin(errors_, "\n", [](std::string* out, const auto& status) {
        absl::StrAppend(out, status.message());
      }));
}

void NodeWalk::Run(const Nodes& nodes, Scope& scope) {
  ImportNodes(nodes, scope, nullptr);
}

void NodeWalk::ImportNodes(const Nodes& nodes, Scope& scope, const Call* call) {
  for (int i = 0; i < nodes.size(); ++i) {
    const onnx::NodeProto& node = nodes[i];
    if (++nodes_seen_ > kMaxNodes) {
      if (nodes_seen_ == kMaxNodes + 1) {
        AddError(
            Unimplemented("the model has more than ", kMaxNodes, " nodes"));
      }
      return Lose(node, scope);
    }
    const Loc own(Origin{i, node.op_type(), node.name()});
    Loc loc = own;
    if (call != nullptr && call->is_graph) {
      // Its name, at the place of the node around it.
      loc = Loc(Origin{call->loc.origins()[0].index, node.op_type(),
                       node.name().empty()
                           ? node.output_size() == 0 ? "" : node.output(0)
                           : node.name()});
    } else if (call != nullptr) {
      loc = call->loc;
    }
    absl::Status status = ImportNode(node, scope, loc);
    if (status.ok()) continue;
    Lose(node, scope);
    AddError(Prefixed(
        call == nullptr
            ? absl::StrCat(own.Describe(), ": ")
            : absl::StrCat(call->loc.Describe(), ": ", call->where,
                           call->is_graph ? own.Describe() : FullType(node),
                           ": "),
        status));
  }
}

absl::Status NodeWalk::ImportNode(const onnx::NodeProto& node, Scope& scope,
                                  const Loc& loc) {
  bool lost = false;
  TINYC_RETURN_IF_ERROR(FindOperands(node, scope, &lost));
  TINYC_RETURN_IF_ERROR(CheckResults(node, scope));
  if (const onnx::FunctionProto* function = LocalFunction(node)) {
    if (!lost) return ImportCall(node, *function, scope, loc);
    Lose(node, scope);
    return absl::OkStatus();
  }

  const Importer* importer =
      FindImporter(CanonicalDomain(node.domain()), node.op_type());
  const int version = SchemaVersion(node, scope.opsets);
  if (importer != nullptr && version > importer->newest) {
    return Unimplemented("the operator changed in operator set ", version,
                         ", which is not supported");
  }
  if (version == 0 && (importer == nullptr || importer->newest != 0)) {
    return NoSuchOperator(node, scope.opsets);
  }
  TINYC_RETURN_IF_ERROR(CheckNode(node, scope.opsets,
                                  static_cast<int>(model_.ir_version()),
                                  NamesFor(node, scope)));
  if (importer == nullptr) {
    TINYC_ASSIGN_OR_RETURN(
        std::optional<onnx::FunctionProto> function,
        SchemaFunction(node, scope.opsets, OperandTypes(node, scope)));
    if (!function) return NotSupported(node);
    if (!lost) return ImportCall(node, *function, scope, loc);
  }
  if (lost) {
    Lose(node, scope);
    return absl::OkStatus();
  }
  OnnxNode view(node, version, loc, scope, *this, model_dir_);
  TINYC_RETURN_IF_ERROR(importer->import(view));
  return view.Finish();
}

const onnx::FunctionProto* NodeWalk::LocalFunction(
    const onnx::NodeProto& node) const {
  for (const onnx::FunctionProto& function : model_.functions()) {
    if (function.name() == node.op_type() &&
        CanonicalDomain(function.domain()) == CanonicalDomain(node.domain()) &&
        function.overload() == node.overload()) {
      return &function;
    }
  }
  return nullptr;
}

absl::Status NodeWalk::ImportCall(const onnx::NodeProto& node,
                                  onnx::FunctionProto function, Scope& scope,
                                  const Loc& loc) {
  const Call call{
      .loc = loc,
      .where = absl::StrCat("in the definition of ", FullType(node), ", ")};
  if (depth_ >= kMaxCallDepth) {
    return Invalid("its function calls others without end");
  }
  if (node.input_size() > function.input_size() ||
      node.output_size() > function.output_size()) {
    return Invalid("it has more operands or outputs than its function");
  }
  TINYC_RETURN_IF_ERROR(BindAttributes(node, &function));
  TINYC_ASSIGN_OR_RETURN(Opsets opsets, OpsetsOf(function.opset_import()));
  opsets.insert(scope.opsets.begin(), scope.opsets.end());
  Scope inner = NewScope(
      *scope.builder, std::move(opsets),
      absl::StrCat(scope.prefix, node.output_size() == 0 ? "" : node.output(0),
                   "/"));
  std::set<std::string> absent;
  for (int i = 0; i < function.input_size(); ++i) {
    if (i < node.input_size() && !node.input(i).empty()) {
      inner.bindings[function.input(i)] = scope.bindings.at(node.input(i));
    } else {
      absent.insert(function.input(i));
    }
  }
  ClearNames(absent, function.mutable_node());
  NoteUses(function.node(), inner);
  inner.used.insert(function.output().begin(), function.output().end());
  ++depth_;
  ImportNodes(function.node(), inner, &call);
  --depth_;

  for (int i = 0; i < node.output_size(); ++i) {
    const std::string& name = node.output(i);
    if (name.empty()) continue;
    const auto found = inner.bindings.find(function.output(i));
    if (found == inner.bindings.end()) {
      return Invalid("its function does not compute \"", function.output(i),
                     "\"");
    }
    Value* value = found->second.value;
    if (value != nullptr && value->producer() != nullptr &&
        absl::StartsWith(value->name(), inner.prefix)) {
      scope.builder->graph().Rename(
          value, scope.builder->TakeName(absl::StrCat(scope.prefix, name)));
    }
    scope.bindings[name] = found->second;
  }
  return absl::OkStatus();
}

}  // namespace tinyc
