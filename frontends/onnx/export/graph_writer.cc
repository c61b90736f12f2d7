// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/export/graph_writer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

void SetType(const std::string& name, const TensorType& type,
             onnx::ValueInfoProto* info) {
  info->set_name(name);
  onnx::TypeProto::Tensor& tensor =
      *info->mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(InfoOf(type.dtype).onnx);
  tensor.mutable_shape();
  for (const int64_t dim : type.shape) {
    tensor.mutable_shape()->add_dim()->set_dim_value(dim);
  }
}

onnx::AttributeProto NewAttr(absl::string_view name,
                             onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto proto;
  proto.set_name(std::string(name));
  proto.set_type(type);
  return proto;
}

// True for a name that the graph gave.
bool IsNumber(const std::string& name) {
  return std::all_of(name.begin(), name.end(), absl::ascii_isdigit);
}

bool IsGraphOutput(const Value& value) {
  return std::any_of(value.uses().begin(), value.uses().end(),
                     [](const Use& use) { return use.node == nullptr; });
}

// The name of the last of the model's nodes that `node` comes from; "" when
// none has one.
std::string OriginName(const Node& node) {
  std::string name;
  for (const Origin& origin : node.loc().origins()) {
    if (!origin.name.empty()) name = origin.name;
  }
  return name;
}

// The shape of scales and zero points.
Shape ParameterShape(const TensorType& type) {
  const Quant& quant = *type.quant;
  if (quant.per_tensor()) return {};
  if (quant.block == 0) return {static_cast<int64_t>(quant.scale.size())};
  Shape shape = type.shape;
  int64_t& blocks = shape[static_cast<size_t>(quant.axis)];
  blocks = (blocks + quant.block - 1) / quant.block;
  return shape;
}

// Integers of 64 bits, which DequantizeLinear does not take, as such of 32 bits
// where they fit, else as the floats that they stand for.
Tensor Narrowed(const Tensor& tensor) {
  constexpr int64_t kLeast = std::numeric_limits<int32_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  bool fits = true;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    fits &= tensor.IntAt(i) >= kLeast && tensor.IntAt(i) <= kMost;
  }
  TensorType type = tensor.type();
  if (!fits) type.quant = nullptr;
  type.dtype = fits ? DType::kS32 : DType::kF32;
  Tensor narrow(type);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    if (fits) {
      narrow.SetInt(i, tensor.IntAt(i));
    } else {
      narrow.Set(i, tensor.Real(i));
    }
  }
  return narrow;
}

}  // namespace

OnnxAttr::OnnxAttr(absl::string_view name, int64_t value)
    : proto(NewAttr(name, onnx::AttributeProto::INT)) {
  proto.set_i(value);
}

OnnxAttr::OnnxAttr(absl::string_view name, float value)
    : proto(NewAttr(name, onnx::AttributeProto::FLOAT)) {
  proto.set_f(value);
}

OnnxAttr::OnnxAttr(absl::string_view name, const std::string& value)
    : proto(NewAttr(name, onnx::AttributeProto::STRING)) {
  proto.set_s(value);
}

OnnxAttr::OnnxAttr(absl::string_view name, const std::vector<int64_t>& values)
    : proto(NewAttr(name, onnx::AttributeProto::INTS)) {
  for (const int64_t value : values) proto.add_ints(value);
}

OnnxAttr::OnnxAttr(absl::string_view name, const std::vector<float>& values)
    : proto(NewAttr(name, onnx::AttributeProto::FLOATS)) {
  for (const float value : values) proto.add_floats(value);
}

OnnxAttr::OnnxAttr(absl::string_view name,
                   const std::vector<std::string>& values)
    : proto(NewAttr(name, onnx::AttributeProto::STRINGS)) {
  for (const std::string& value : values) proto.add_strings(value);
}

GraphWriter::GraphWriter(const Graph& graph, onnx::GraphProto* proto)
    : graph_(graph), proto_(proto) {
  const auto name = [&](const Value* value) {
    value_names_.emplace(value, value->name());
    names_.insert(value->name());
  };
  for (const Value* input : graph.inputs()) {
    name(input);
    SetType(input->name(), input->type(), proto_->add_input());
  }
  for (const Value* constant : graph.Constants()) name(constant);
  std::vector<const Value*> nameless;
  for (const auto& node : graph.nodes()) {
    for (const Value* output : node->outputs()) {
      const bool lost = IsNumber(output->name()) && !IsGraphOutput(*output) &&
                        !OriginName(*node).empty();
      if (lost) {
        nameless.push_back(output);
      } else {
        name(output);
      }
    }
  }
  for (const Value* value : nameless) {
    value_names_.emplace(value, FreshName(OriginName(*value->producer())));
  }
}

const std::string& GraphWriter::NameOf(const Value& value) const {
  const auto found = value_names_.find(&value);
  TINYC_CHECK(found != value_names_.end());
  return found->second;
}

std::string GraphWriter::FreshName(absl::string_view stem) {
  std::string name(stem);
  for (int64_t i = 2; !names_.insert(name).second; ++i) {
    name = absl::StrCat(stem, "_", i);
  }
  return name;
}

std::string GraphWriter::AddConstant(const Tensor& tensor,
                                     absl::string_view stem) {
  std::string name = FreshName(stem);
  *proto_->add_initializer() = TensorToProto(tensor, name);
  return name;
}

absl::StatusOr<std::string> GraphWriter::AddRealConstant(
    const Tensor& tensor, absl::string_view stem) {
  const TensorType& type = tensor.type();
  if (!type.quantized()) return AddConstant(tensor, stem);
  if (type.dtype == DType::kS64) {
    return AddRealConstant(Narrowed(tensor), stem);
  }
  const std::string stored = AddConstant(tensor, stem);
  const std::string real = FreshName(absl::StrCat(stored, "_real"));
  TINYC_RETURN_IF_ERROR(DequantizeTo(real, stored, type));
  return real;
}

std::string GraphWriter::Stored(const Value& value) {
  const std::string& name = NameOf(value);
  if (value.constant() != nullptr && written_.insert(&value).second) {
    *proto_->add_initializer() = TensorToProto(*value.constant(), name);
  }
  return name;
}

absl::StatusOr<std::string> GraphWriter::Real(const Value& value) {
  if (!value.type().quantized()) return Stored(value);
  const auto found = real_.find(&value);
  if (found != real_.end()) return found->second;
  std::string real;
  if (value.constant() != nullptr && value.type().dtype == DType::kS64) {
    TINYC_ASSIGN_OR_RETURN(real,
                           AddRealConstant(*value.constant(), NameOf(value)));
  } else {
    real = FreshName(absl::StrCat(NameOf(value), "_real"));
    TINYC_RETURN_IF_ERROR(AddDequantize(value, real));
  }
  return real_.emplace(&value, real).first->second;
}

void GraphWriter::AddNode(absl::string_view type,
                          const std::vector<std::string>& inputs,
                          const std::vector<std::string>& outputs,
                          const std::vector<OnnxAttr>& attrs) {
  onnx::NodeProto* node = proto_->add_node();
  node->set_op_type(std::string(type));
  size_t last = inputs.size();
  while (last > 0 && inputs[last - 1].empty()) --last;
  for (size_t i = 0; i < last; ++i) node->add_input(inputs[i]);
  for (const std::string& output : outputs) {
    node->add_output(output);
    if (node->name().empty()) node->set_name(output);
  }
  for (const OnnxAttr& attr : attrs) *node->add_attribute() = attr.proto;
}

absl::StatusOr<const GraphWriter::Parameters*> GraphWriter::ParametersOf(
    const std::string& stored, const TensorType& type) {
  const auto found = parameters_.find(stored);
  if (found != parameters_.end()) return &found->second;
  const Quant& quant = *type.quant;
  const Shape shape = ParameterShape(type);
  Tensor scale(TensorType(DType::kF32, shape));
  Tensor zero(TensorType(type.dtype, shape));
  bool all_zero = true;
  for (size_t i = 0; i < quant.scale.size(); ++i) {
    scale.Set(static_cast<int64_t>(i), static_cast<double>(quant.scale[i]));
    zero.SetInt(static_cast<int64_t>(i), quant.zero_point[i]);
    all_zero &= quant.zero_point[i] == 0;
  }
  const bool sums = InfoOf(type.dtype).bits == 32;
  if (InfoOf(type.dtype).bits > 16 && !(sums && all_zero)) {
    return Unimplemented("ONNX does not quantize to ", ToString(type));
  }
  Parameters parameters;
  parameters.operands = {AddConstant(scale, absl::StrCat(stored, "_scale"))};
  if (!sums) {
    parameters.operands.push_back(
        AddConstant(zero, absl::StrCat(stored, "_zero_point")));
  }
  if (!quant.per_tensor()) {
    parameters.attrs.push_back({"axis", int64_t{quant.axis}});
  }
  if (quant.block != 0) parameters.attrs.push_back({"block_size", quant.block});
  return &parameters_.emplace(stored, std::move(parameters)).first->second;
}

absl::Status GraphWriter::DequantizeTo(const std::string& real,
                                       const std::string& stored,
                                       const TensorType& type) {
  TINYC_ASSIGN_OR_RETURN(const Parameters* const parameters,
                         ParametersOf(stored, type));
  std::vector<std::string> inputs = parameters->operands;
  inputs.insert(inputs.begin(), stored);
  AddNode("DequantizeLinear", inputs, {real}, parameters->attrs);
  return absl::OkStatus();
}

absl::Status GraphWriter::AddDequantize(const Value& value,
                                        const std::string& real) {
  return DequantizeTo(real, Stored(value), value.type());
}

absl::Status GraphWriter::AddQuantize(const std::string& real,
                                      const Value& value) {
  TINYC_ASSIGN_OR_RETURN(const Parameters* const parameters,
                         ParametersOf(NameOf(value), value.type()));
  std::vector<std::string> inputs = parameters->operands;
  inputs.insert(inputs.begin(), real);
  AddNode("QuantizeLinear", inputs, {NameOf(value)}, parameters->attrs);
  return absl::OkStatus();
}

// What an exporter wrote for an operand that another form of the node does not
// read.
void GraphWriter::DropUnused() {
  absl::flat_hash_set<std::string> used;
  for (const auto& output : proto_->output()) used.insert(output.name());
  std::vector<bool> kept(static_cast<size_t>(proto_->node_size()));
  for (int i = proto_->node_size() - 1; i >= 0; --i) {
    const onnx::NodeProto& node = proto_->node(i);
    if (std::none_of(node.output().begin(), node.output().end(),
                     [&](const auto& name) { return used.contains(name); })) {
      continue;
    }
    kept[static_cast<size_t>(i)] = true;
    used.insert(node.input().begin(), node.input().end());
  }
  google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes;
  for (int i = 0; i < proto_->node_size(); ++i) {
    if (kept[static_cast<size_t>(i)]) {
      nodes.Add(std::move(*proto_->mutable_node(i)));
    }
  }
  proto_->mutable_node()->Swap(&nodes);
  google::protobuf::RepeatedPtrField<onnx::TensorProto> constants;
  for (onnx::TensorProto& constant : *proto_->mutable_initializer()) {
    if (used.contains(constant.name())) constants.Add(std::move(constant));
  }
  proto_->mutable_initializer()->Swap(&constants);
}

absl::Status GraphWriter::Finish() {
  absl::flat_hash_set<std::string> outputs;
  for (const Value* output : graph_.outputs()) {
    if (!outputs.insert(NameOf(*output)).second) {
      return Unimplemented("two outputs are the value \"", NameOf(*output),
                           "\"");
    }
    SetType(Stored(*output), output->type(), proto_->add_output());
  }
  DropUnused();
  absl::flat_hash_set<std::string> computed;
  for (const onnx::NodeProto& node : proto_->node()) {
    computed.insert(node.output().begin(), node.output().end());
  }
  for (const auto& node : graph_.nodes()) {
    for (const Value* value : node->outputs()) {
      if (!computed.contains(NameOf(*value)) ||
          outputs.contains(NameOf(*value))) {
        continue;
      }
      SetType(NameOf(*value), value->type(), proto_->add_value_info());
    }
  }
  return absl::OkStatus();
}

}  // namespace tinyc
