// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/export/export_node.h"

#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ops/quantize.h"

namespace tinyc {

DType ExportNode::RealType() const {
  const TensorType& type = InputType(0);
  return type.quantized() ? DType::kF32 : type.dtype;
}

std::string ExportNode::Input(size_t i) {
  if (!HasInput(i)) return "";
  absl::StatusOr<std::string> name = writer_.Real(*node_.input(i));
  if (name.ok()) return *std::move(name);
  Refuse(name.status());
  return "";
}

const Tensor* ExportNode::ConstantInput(size_t i) const {
  const Value* value = node_.input(i);
  if (value == nullptr) return nullptr;
  const Node* producer = value->producer();
  if (producer != nullptr && producer->As<Dequantize>() != nullptr) {
    value = producer->input(0);
  }
  return value->constant().get();
}

std::string ExportNode::Constant(const Tensor& tensor, absl::string_view stem) {
  absl::StatusOr<std::string> name =
      writer_.AddRealConstant(tensor, absl::StrCat(result_name(0), "_", stem));
  if (name.ok()) return *std::move(name);
  Refuse(name.status());
  return "";
}

std::string ExportNode::Ints(const std::vector<int64_t>& values,
                             absl::string_view stem) {
  const Shape shape(1, static_cast<int64_t>(values.size()));
  return Constant(Tensor::Of<int64_t>(shape, values), stem);
}

std::string ExportNode::Number(double number, absl::string_view stem) {
  TensorType type;  // a scalar
  type.dtype = RealType();
  Tensor tensor(type);
  tensor.Set(0, number);
  return Constant(tensor, stem);
}

std::string ExportNode::Add(absl::string_view type,
                            std::vector<std::string> inputs,
                            const std::vector<OnnxAttr>& attrs) {
  std::string name = writer_.FreshName(absl::StrCat(result_name(0), "_", type));
  writer_.AddNode(type, inputs, {name}, attrs);
  return name;
}

void ExportNode::Result(absl::string_view type,
                        const std::vector<std::string>& inputs,
                        const std::vector<OnnxAttr>& attrs) {
  std::vector<size_t> places;
  for (size_t i = 0; i < node_.outputs().size(); ++i) places.push_back(i);
  ResultsAt(type, inputs, attrs, places);
}

void ExportNode::ResultsAt(absl::string_view type,
                           const std::vector<std::string>& inputs,
                           const std::vector<OnnxAttr>& attrs,
                           const std::vector<size_t>& places) {
  TransposedResultsAt(type, inputs, attrs, places, {});
}

void ExportNode::TransposedResultsAt(
    absl::string_view type, const std::vector<std::string>& inputs,
    const std::vector<OnnxAttr>& attrs, const std::vector<size_t>& places,
    const std::vector<std::vector<int64_t>>& perms) {
  TINYC_CHECK(!done_ && places.size() == node_.outputs().size());
  done_ = true;
  std::vector<std::string> reals;  // of the results of this node
  for (size_t i = 0; i < places.size(); ++i) {
    reals.push_back(ResultType(i).quantized() ? writer_.FreshName(absl::StrCat(
                                                    result_name(i), "_float"))
                                              : result_name(i));
  }
  std::vector<std::string> outputs(places.back() + 1);
  for (size_t i = 0; i < places.size(); ++i) {
    outputs[places[i]] =
        perms.empty()
            ? reals[i]
            : writer_.FreshName(absl::StrCat(result_name(i), "_", type));
  }
  for (std::string& output : outputs) {
    if (output.empty()) {
      output = writer_.FreshName(absl::StrCat(result_name(0), "_unused"));
    }
  }
  writer_.AddNode(type, inputs, outputs, attrs);
  for (size_t i = 0; i < places.size(); ++i) {
    if (!perms.empty()) {
      writer_.AddNode("Transpose", {outputs[places[i]]}, {reals[i]},
                      {{"perm", perms[places[i]]}});
    }
    if (!ResultType(i).quantized()) continue;
    Refuse(writer_.AddQuantize(reals[i], *node_.output(i)));
  }
}

void ExportNode::ClampResult(const std::string& x, float min, float max) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (min == 0 && max == kInfinity) return Result("Relu", {x});
  const auto limit = [&](float value, absl::string_view stem) {
    return std::isinf(value) ? std::string()
                             : Number(static_cast<double>(value), stem);
  };
  Result("Clip", {x, limit(min, "min"), limit(max, "max")});
}

void ExportNode::ClampedResult(absl::string_view type,
                               const std::vector<std::string>& inputs,
                               const std::vector<OnnxAttr>& attrs, float min,
                               float max) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (min == -kInfinity && max == kInfinity) {
    return Result(type, inputs, attrs);
  }
  ClampResult(Add(type, inputs, attrs), min, max);
}

void ExportNode::QuantizedResult() {
  TINYC_CHECK(!done_);
  done_ = true;
  Refuse(writer_.AddQuantize(Input(0), *node_.output(0)));
}

void ExportNode::DequantizedResult() {
  TINYC_CHECK(!done_);
  done_ = true;
  Refuse(writer_.AddDequantize(*node_.input(0), result_name(0)));
}

std::string ExportNode::StoredInput(size_t i) {
  return writer_.Stored(*node_.input(i));
}

void ExportNode::StoredResult(absl::string_view type,
                              const std::vector<std::string>& inputs) {
  TINYC_CHECK(!done_);
  done_ = true;
  writer_.AddNode(type, inputs, {result_name(0)});
}

void ExportNode::Refuse(const absl::Status& status) {
  if (status_.ok()) status_ = status;
}

absl::Status ExportNode::Finish() {
  TINYC_CHECK(done_ || !status_.ok());
  return status_;
}

}  // namespace tinyc
