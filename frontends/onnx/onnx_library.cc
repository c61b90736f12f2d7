// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/onnx_library.h"

#include <algorithm>
#include <exception>
#include <tuple>
#include <unordered_map>

#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "onnx/checker.h"
#include "onnx/defs/schema.h"
#include "onnx/shape_inference/attribute_binder.h"
#include "onnx/version_converter/convert.h"

namespace tinyc {
namespace {

// Runs `body`, a call into ONNX's library, and turns what it throws into a
// one-line error.
template <typename Body>
absl::Status Guarded(const Body& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    absl::string_view text = error.what();
    // Where the checker was is ours to say.
    text = text.substr(0, text.find("\n\n==> Context:"));
    return Invalid(
        absl::StrReplaceAll(absl::StripAsciiWhitespace(text), {{"\n", "; "}}));
  }
}

int VersionOf(const Opsets& opsets, const std::string& domain) {
  const auto found = opsets.find(CanonicalDomain(domain));
  return found == opsets.end() ? 0 : found->second;
}

const onnx::OpSchema* SchemaOf(const onnx::NodeProto& node,
                               const Opsets& opsets) {
  return onnx::OpSchemaRegistry::Schema(node.op_type(),
                                        VersionOf(opsets, node.domain()),
                                        CanonicalDomain(node.domain()));
}

std::vector<onnx::TypeProto> TypeProtos(
    const std::vector<std::optional<TensorType>>& types) {
  std::vector<onnx::TypeProto> protos(types.size());
  for (size_t i = 0; i < types.size(); ++i) {
    if (!types[i]) continue;
    onnx::TypeProto::Tensor& tensor = *protos[i].mutable_tensor_type();
    tensor.set_elem_type(InfoOf(types[i]->dtype).onnx);
    tensor.mutable_shape();
    for (const int64_t dim : types[i]->shape) {
      tensor.mutable_shape()->add_dim()->set_dim_value(dim);
    }
  }
  return protos;
}

}  // namespace

std::string CanonicalDomain(const std::string& domain) {
  return domain == "ai.onnx" ? "" : domain;
}

absl::StatusOr<Opsets> OpsetsOf(
    const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>&
        imports) {
  Opsets opsets;
  const auto& ranges =
      onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
  for (const onnx::OperatorSetIdProto& import : imports) {
    const std::string domain = CanonicalDomain(import.domain());
    const auto range = ranges.find(domain);
    if (import.version() < 1 || import.version() > 1 << 20) {
      return Invalid("the model imports version ", import.version(),
                     " of the operator set \"", import.domain(), "\"");
    }
    if (domain.empty() && range != ranges.end() &&
        import.version() > range->second.second) {
      return Unimplemented("operator set ", import.version(),
                           " is too new: tinyc knows ONNX's up to ",
                           range->second.second);
    }
    const auto [entry, added] =
        opsets.emplace(domain, static_cast<int>(import.version()));
    if (!added && entry->second != import.version()) {
      return Invalid("the model imports two versions of the operator set \"",
                     import.domain(), "\"");
    }
  }
  return opsets;
}

namespace {

// The converter takes PRelu as it is; but before operator set 7, a list of
// slopes belongs to the channels, and since then to the last dimension.
void MarkChannelSlopes(onnx::GraphProto* graph) {
  for (onnx::NodeProto& node : *graph->mutable_node()) {
    for (onnx::AttributeProto& attr : *node.mutable_attribute()) {
      if (attr.has_g()) MarkChannelSlopes(attr.mutable_g());
    }
    if (node.op_type() != "PRelu") continue;
    onnx::AttributeProto* mark = node.add_attribute();
    mark->set_name(std::string(kChannelSlopes));
    mark->set_type(onnx::AttributeProto::INT);
    mark->set_i(1);
  }
}

}  // namespace

absl::Status ConvertToOldestOpset(onnx::ModelProto* model) {
  MarkChannelSlopes(model->mutable_graph());
  const absl::Status status = Guarded([&] {
    *model = onnx::version_conversion::ConvertVersion(*model, kOldestOpset);
    return absl::OkStatus();
  });
  if (status.ok()) return status;
  return Unimplemented(
      "the model's operator set is older than ", kOldestOpset,
      ", and ONNX's version converter cannot convert it: ", status.message());
}

int SchemaVersion(const onnx::NodeProto& node, const Opsets& opsets) {
  const onnx::OpSchema* schema = SchemaOf(node, opsets);
  return schema == nullptr ? 0 : schema->since_version();
}

absl::Status CheckNode(const onnx::NodeProto& node, const Opsets& opsets,
                       int ir_version, const std::vector<std::string>& names) {
  // The checker refuses operators that ONNX gave up; onnxruntime runs them, and
  // exporters have written them.
  const onnx::OpSchema* schema = SchemaOf(node, opsets);
  if (schema != nullptr && schema->Deprecated()) return absl::OkStatus();
  return Guarded([&] {
    onnx::checker::CheckerContext context;
    context.set_ir_version(ir_version);
    std::unordered_map<std::string, int> imports(opsets.begin(), opsets.end());
    if (const auto onnx = imports.find(""); onnx != imports.end()) {
      imports["ai.onnx"] = onnx->second;
    }
    context.set_opset_imports(std::move(imports));
    onnx::checker::LexicalScopeContext outer;
    for (const std::string& name : names) outer.add(name);
    onnx::checker::check_node(node, context, outer);
    return absl::OkStatus();
  });
}

absl::Status CheckModel(const onnx::ModelProto& model) {
  return Guarded([&] {
    onnx::checker::check_model(model, /*full_check=*/true);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<onnx::FunctionProto>> SchemaFunction(
    const onnx::NodeProto& node, const Opsets& opsets,
    const std::vector<std::optional<TensorType>>& inputs) {
  std::optional<onnx::FunctionProto> function;
  const onnx::OpSchema* schema = SchemaOf(node, opsets);
  if (schema == nullptr) return function;
  TINYC_RETURN_IF_ERROR(Guarded([&] {
    const int version = VersionOf(opsets, node.domain());
    if (schema->HasFunction()) {
      const onnx::FunctionProto* body = schema->GetFunction(version, false);
      if (body != nullptr) function = *body;
    } else if (schema->HasContextDependentFunction()) {
      const onnx::FunctionBodyBuildContextImpl context(node,
                                                       TypeProtos(inputs));
      onnx::FunctionProto body;
      if (schema->BuildContextDependentFunction(context, body, version)) {
        function = std::move(body);
      }
    }
    return absl::OkStatus();
  }));
  if (!function) return function;
  for (const auto& [name, attribute] : schema->attributes()) {
    if (attribute.default_value.has_name()) {
      *function->add_attribute_proto() = attribute.default_value;
    }
  }
  return function;
}

std::vector<SchemaInfo> Schemas() {
  std::vector<SchemaInfo> infos;
  for (const onnx::OpSchema& schema :
       onnx::OpSchemaRegistry::get_all_schemas_with_history()) {
    infos.push_back({.domain = CanonicalDomain(schema.domain()),
                     .type = schema.Name(),
                     .version = schema.since_version(),
                     .deprecated = schema.Deprecated(),
                     .has_function = schema.HasFunction() ||
                                     schema.HasContextDependentFunction()});
  }
  const auto key = [](const SchemaInfo& info) {
    return std::tie(info.domain, info.type, info.version);
  };
  std::sort(infos.begin(), infos.end(),
            [&](const auto& a, const auto& b) { return key(a) < key(b); });
  // Without those that another one has replaced by the oldest operator set.
  const auto replaced = [&](const SchemaInfo& info) {
    if (!info.domain.empty()) return false;
    const onnx::OpSchema* oldest =
        onnx::OpSchemaRegistry::Schema(info.type, kOldestOpset, info.domain);
    return oldest != nullptr && oldest->since_version() > info.version;
  };
  std::erase_if(infos, replaced);
  return infos;
}

absl::Status BindAttributes(const onnx::NodeProto& call,
                            onnx::FunctionProto* function) {
  return Guarded([&] {
    onnx::NodeProto with_defaults = call;
    for (const onnx::AttributeProto& attribute : function->attribute_proto()) {
      bool given = false;
      for (const onnx::AttributeProto& a : call.attribute()) {
        given |= a.name() == attribute.name();
      }
      if (!given) *with_defaults.add_attribute() = attribute;
    }
    onnx::internal::AttributeBinder::BindAttributes(with_defaults, *function);
    return absl::OkStatus();
  });
}

}  // namespace tinyc
