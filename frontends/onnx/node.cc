// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/node.h"

#include <algorithm>

#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

// No size of a tensor that fits into memory is beyond this; sums of a few such
// numbers do not overflow.
constexpr int64_t kMaxInt = int64_t{1} << 40;

absl::Status CheckInts(absl::string_view what,
                       const std::vector<int64_t>& values) {
  for (const int64_t value : values) {
    if (value > kMaxInt || value < -kMaxInt) {
      return Invalid(what, " has the entry ", value);
    }
  }
  return absl::OkStatus();
}

}  // namespace

// --- operands ---------------------------------------------------------------

bool OnnxNode::HasInput(size_t i) const {
  return i < num_inputs() && !proto_.input(static_cast<int>(i)).empty();
}

absl::StatusOr<Binding*> OnnxNode::Bound(size_t i) const {
  if (!HasInput(i)) return Invalid("operand ", i, " is missing");
  // The walk over the graph has seen that it is there.
  Binding& binding = scope_.bindings.at(proto_.input(static_cast<int>(i)));
  if (binding.is_tensor()) return &binding;
  return Unimplemented(
      "operand ", i, " (\"", proto_.input(static_cast<int>(i)), "\") is ",
      binding.none ? "an empty optional" : "a sequence", ", not a tensor");
}

absl::StatusOr<Binding> OnnxNode::InputBinding(size_t i) {
  if (!HasInput(i)) return Invalid("operand ", i, " is missing");
  inputs_used_[i] = true;
  return scope_.bindings.at(proto_.input(static_cast<int>(i)));
}

Value* OnnxNode::ValueOf(const Binding& tensor) {
  if (tensor.value != nullptr) return tensor.value;
  return builder_.graph().AddConstant(
      tensor.constant, builder_.FreshName(absl::StrCat(
                           scope_.prefix, OutputName(0), "_constant")));
}

absl::StatusOr<TensorType> OnnxNode::InputType(size_t i) const {
  TINYC_ASSIGN_OR_RETURN(const Binding* binding, Bound(i));
  return binding->type();
}

absl::StatusOr<Value*> OnnxNode::StoredInput(size_t i) {
  TINYC_ASSIGN_OR_RETURN(Binding * binding, Bound(i));
  inputs_used_[i] = true;
  if (binding->value == nullptr) {
    binding->value = builder_.graph().AddConstant(
        *binding->constant,
        builder_.TakeName(
            absl::StrCat(scope_.prefix, proto_.input(static_cast<int>(i)))));
  }
  return binding->value;
}

absl::StatusOr<Value*> OnnxNode::InputAs(size_t i, const ElemType& elem) {
  TINYC_ASSIGN_OR_RETURN(Binding * binding, Bound(i));
  inputs_used_[i] = true;
  if (binding->value == nullptr) {
    // The first use decides how the constant is seen.
    const Tensor& tensor = *binding->constant;
    binding->value = builder_.graph().AddConstant(
        tensor.WithType(TensorType(elem, tensor.shape())),
        builder_.TakeName(
            absl::StrCat(scope_.prefix, proto_.input(static_cast<int>(i)))));
  }
  if (binding->value->type().elem() == elem) return binding->value;
  return Emit("reinterpret", {binding->value}, {}, elem);
}

absl::StatusOr<Value*> OnnxNode::Input(size_t i) {
  TINYC_ASSIGN_OR_RETURN(const TensorType type, InputType(i));
  return InputAs(i, {type.dtype, nullptr});
}

absl::StatusOr<Value*> OnnxNode::OptionalInput(size_t i) {
  if (!HasInput(i)) return nullptr;
  return Input(i);
}

absl::StatusOr<std::shared_ptr<const Tensor>> OnnxNode::InputIfConstant(
    size_t i) {
  if (!HasInput(i)) return nullptr;
  TINYC_ASSIGN_OR_RETURN(const Binding* binding, Bound(i));
  inputs_used_[i] = true;
  if (binding->constant != nullptr) return binding->constant;
  return GraphBuilder::ConstantOf(binding->value);
}

absl::StatusOr<std::shared_ptr<const Tensor>> OnnxNode::ConstantInput(
    size_t i) {
  TINYC_ASSIGN_OR_RETURN(std::shared_ptr<const Tensor> tensor,
                         InputIfConstant(i));
  if (tensor == nullptr && HasInput(i)) {
    return Unimplemented("operand ", i, " (\"",
                         proto_.input(static_cast<int>(i)),
                         "\") is computed at run time and must be a constant: "
                         "export the model with fixed shapes and parameters");
  }
  return tensor;
}

absl::StatusOr<std::optional<std::vector<int64_t>>> OnnxNode::IntsInput(
    size_t i) {
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> tensor,
                         ConstantInput(i));
  if (tensor == nullptr) return std::nullopt;
  if (!IsInteger(tensor->dtype()) || tensor->shape().size() > 1) {
    return Invalid("operand ", i, " is not a list of integers");
  }
  std::vector<int64_t> values;
  for (int64_t k = 0; k < tensor->size(); ++k) {
    values.push_back(tensor->IntAt(k));
  }
  TINYC_RETURN_IF_ERROR(CheckInts(absl::StrCat("operand ", i), values));
  return values;
}

absl::StatusOr<std::optional<std::vector<int64_t>>> OnnxNode::IntsInputOrAttr(
    size_t i, absl::string_view name) {
  if (!Has(name)) return IntsInput(i);
  return Ints(name);
}

// --- attributes -------------------------------------------------------------

const onnx::AttributeProto* OnnxNode::Find(absl::string_view name) const {
  for (const onnx::AttributeProto& attr : proto_.attribute()) {
    if (attr.name() == name) return &attr;
  }
  return nullptr;
}

const onnx::AttributeProto* OnnxNode::Take(
    absl::string_view name, onnx::AttributeProto::AttributeType type) {
  const onnx::AttributeProto* attr = Find(name);
  if (attr == nullptr) return nullptr;
  attrs_used_.insert(std::string(name));
  if (attr->type() == type && attr->ref_attr_name().empty()) return attr;
  status_.Update(Invalid("attribute ", name, " is not of type ",
                         onnx::AttributeProto::AttributeType_Name(type)));
  return nullptr;
}

int64_t OnnxNode::Int(absl::string_view name, int64_t otherwise) {
  const auto* attr = Take(name, onnx::AttributeProto::INT);
  if (attr == nullptr) return otherwise;
  status_.Update(CheckInts(absl::StrCat("attribute ", name), {attr->i()}));
  return std::clamp(attr->i(), -kMaxInt, kMaxInt);
}

absl::StatusOr<int64_t> OnnxNode::RawInt(absl::string_view name) {
  const auto* attr = Take(name, onnx::AttributeProto::INT);
  if (attr == nullptr) return Missing(name);
  return attr->i();
}

absl::StatusOr<std::vector<int64_t>> OnnxNode::RawInts(absl::string_view name) {
  const auto* attr = Take(name, onnx::AttributeProto::INTS);
  if (attr == nullptr) return Missing(name);
  return std::vector<int64_t>(attr->ints().begin(), attr->ints().end());
}

absl::Status OnnxNode::Missing(absl::string_view name) const {
  if (!status_.ok()) return status_;
  return Invalid("attribute ", name, " is missing");
}

float OnnxNode::Float(absl::string_view name, float otherwise) {
  const auto* attr = Take(name, onnx::AttributeProto::FLOAT);
  return attr == nullptr ? otherwise : attr->f();
}

std::string OnnxNode::String(absl::string_view name,
                             absl::string_view otherwise) {
  const auto* attr = Take(name, onnx::AttributeProto::STRING);
  return attr == nullptr ? std::string(otherwise) : attr->s();
}

std::vector<int64_t> OnnxNode::Ints(absl::string_view name) {
  const auto* attr = Take(name, onnx::AttributeProto::INTS);
  if (attr == nullptr) return {};
  std::vector<int64_t> values(attr->ints().begin(), attr->ints().end());
  status_.Update(CheckInts(absl::StrCat("attribute ", name), values));
  for (int64_t& value : values) value = std::clamp(value, -kMaxInt, kMaxInt);
  return values;
}

std::vector<float> OnnxNode::Floats(absl::string_view name) {
  const auto* attr = Take(name, onnx::AttributeProto::FLOATS);
  if (attr == nullptr) return {};
  return {attr->floats().begin(), attr->floats().end()};
}

std::vector<std::string> OnnxNode::Strings(absl::string_view name) {
  const auto* attr = Take(name, onnx::AttributeProto::STRINGS);
  if (attr == nullptr) return {};
  return {attr->strings().begin(), attr->strings().end()};
}

absl::StatusOr<std::shared_ptr<const Tensor>> OnnxNode::TensorAttr(
    absl::string_view name) {
  const onnx::AttributeProto* attr = Find(name);
  if (attr == nullptr) return nullptr;
  const bool sparse = attr->type() == onnx::AttributeProto::SPARSE_TENSOR;
  attr = Take(name, sparse ? onnx::AttributeProto::SPARSE_TENSOR
                           : onnx::AttributeProto::TENSOR);
  if (attr == nullptr) return status_;
  absl::StatusOr<Tensor> tensor =
      sparse ? TensorFromProto(attr->sparse_tensor(), model_dir_)
             : TensorFromProto(attr->t(), model_dir_);
  if (!tensor.ok()) {
    return Prefixed(absl::StrCat("attribute ", name, ": "), tensor.status());
  }
  return std::make_shared<const Tensor>(*std::move(tensor));
}

absl::StatusOr<const onnx::GraphProto*> OnnxNode::GraphAttr(
    absl::string_view name) {
  const auto* attr = Take(name, onnx::AttributeProto::GRAPH);
  if (attr == nullptr) return Missing(name);
  return &attr->g();
}

std::vector<NamedAttr> OnnxNode::AllAttrs() {
  std::vector<NamedAttr> attrs;
  for (const onnx::AttributeProto& attr : proto_.attribute()) {
    switch (attr.type()) {
      case onnx::AttributeProto::INT:
        attrs.push_back({attr.name(), Int(attr.name(), 0)});
        break;
      case onnx::AttributeProto::FLOAT:
        attrs.push_back({attr.name(), Float(attr.name(), 0)});
        break;
      case onnx::AttributeProto::INTS:
        attrs.push_back({attr.name(), Ints(attr.name())});
        break;
      default:
        break;  // Finish reports it.
    }
  }
  return attrs;
}

// --- results ----------------------------------------------------------------

std::string OnnxNode::OutputName(size_t i) const {
  return i < num_outputs() ? proto_.output(static_cast<int>(i)) : "";
}

bool OnnxNode::OutputUsed(size_t i) const {
  const std::string name = OutputName(i);
  return !name.empty() && scope_.used.contains(name);
}

absl::StatusOr<std::vector<Value*>> OnnxNode::EmitAll(
    absl::string_view op, std::vector<Value*> inputs,
    std::vector<NamedAttr> attrs, std::optional<ElemType> want) {
  TINYC_ASSIGN_OR_RETURN(
      std::vector<Value*> values,
      builder_.EmitAll({.op = op,
                        .inputs = std::move(inputs),
                        .attrs = std::move(attrs),
                        .want = std::move(want),
                        .loc = loc_,
                        .name = builder_.FreshName(absl::StrCat(
                            scope_.prefix, OutputName(0), "_", op))}));
  emitted_.insert(values.begin(), values.end());
  return values;
}

absl::StatusOr<Value*> OnnxNode::Emit(absl::string_view op,
                                      std::vector<Value*> inputs,
                                      std::vector<NamedAttr> attrs,
                                      std::optional<ElemType> want) {
  TINYC_ASSIGN_OR_RETURN(
      const std::vector<Value*> values,
      EmitAll(op, std::move(inputs), std::move(attrs), std::move(want)));
  TINYC_CHECK(values.size() == 1);
  return values[0];
}

Value* OnnxNode::AddConstant(Tensor tensor) {
  Value* value = builder_.graph().AddConstant(
      std::move(tensor), builder_.FreshName(absl::StrCat(
                             scope_.prefix, OutputName(0), "_constant")));
  emitted_.insert(value);
  return value;
}

Value* OnnxNode::Scalar(DType dtype, double number) {
  Tensor tensor(*CheckedType(dtype, {}));
  tensor.Set(0, number);
  return AddConstant(std::move(tensor));
}

absl::Status OnnxNode::SetOutput(size_t i, absl::StatusOr<Value*> value) {
  TINYC_RETURN_IF_ERROR(value.status());
  const std::string name = OutputName(i);
  if (name.empty()) return absl::OkStatus();
  if (emitted_.erase(*value) != 0) {
    builder_.graph().Rename(
        *value, builder_.TakeName(absl::StrCat(scope_.prefix, name)));
  }
  scope_.bindings[name] = {.value = *value};
  outputs_set_[i] = true;
  return absl::OkStatus();
}

void OnnxNode::SetOutput(size_t i, Tensor constant) {
  const std::string name = OutputName(i);
  if (name.empty()) return;
  scope_.bindings[name] = {
      .constant = std::make_shared<const Tensor>(std::move(constant))};
  outputs_set_[i] = true;
}

void OnnxNode::SetOutput(size_t i, Binding binding) {
  const std::string name = OutputName(i);
  if (name.empty()) return;
  scope_.bindings[name] = std::move(binding);
  outputs_set_[i] = true;
}

absl::Status OnnxNode::Lose() {
  for (size_t i = 0; i < num_outputs(); ++i) SetOutput(i, Binding());
  lost_ = true;
  return absl::OkStatus();
}

absl::Status OnnxNode::Finish() const {
  TINYC_RETURN_IF_ERROR(status_);
  if (lost_) return absl::OkStatus();
  for (const onnx::AttributeProto& attr : proto_.attribute()) {
    if (!attrs_used_.contains(attr.name())) {
      return Unimplemented("attribute ", attr.name(), " is not supported");
    }
  }
  for (size_t i = 0; i < num_inputs(); ++i) {
    if (HasInput(i) && !inputs_used_[i]) {
      return Unimplemented("operand ", i, " (\"",
                           proto_.input(static_cast<int>(i)),
                           "\") is not supported");
    }
  }
  for (size_t i = 0; i < num_outputs(); ++i) {
    if (OutputUsed(i) && !outputs_set_[i]) {
      return Unimplemented("output ", i, " (\"", OutputName(i),
                           "\") is not supported");
    }
  }
  return absl::OkStatus();
}

}  // namespace tinyc
