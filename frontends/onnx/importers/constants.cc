// SPDX-License-Identifier: Apache-2.0
// Constants and the arithmetic of shapes, which is done at import.
#include <algorithm>
#include <cmath>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"
#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

// The bits of element `i` of a constant of at least a byte per element.
absl::Span<const uint8_t> ElementBytes(const Tensor& tensor, int64_t i) {
  const size_t size = static_cast<size_t>(InfoOf(tensor.dtype()).bits / 8);
  return tensor.bytes().subspan(static_cast<size_t>(i) * size, size);
}

Tensor ListOf(const std::vector<int64_t>& values) {
  return Tensor::Of<int64_t>({static_cast<int64_t>(values.size())}, values);
}

}  // namespace

absl::Status ImportConstant(OnnxNode& node) {
  if (node.Has("value") || node.Has("sparse_value")) {
    TINYC_ASSIGN_OR_RETURN(
        const std::shared_ptr<const Tensor> tensor,
        node.TensorAttr(node.Has("value") ? "value" : "sparse_value"));
    node.SetOutput(0, *tensor);
  } else if (node.Has("value_float")) {
    node.SetOutput(0, Tensor::Scalar(node.Float("value_float", 0)));
  } else if (node.Has("value_floats")) {
    const std::vector<float> values = node.Floats("value_floats");
    node.SetOutput(
        0, Tensor::Of<float>({static_cast<int64_t>(values.size())}, values));
  } else if (node.Has("value_int")) {
    TINYC_ASSIGN_OR_RETURN(const int64_t value, node.RawInt("value_int"));
    node.SetOutput(0, Tensor::Scalar<int64_t>(value));
  } else if (node.Has("value_ints")) {
    TINYC_ASSIGN_OR_RETURN(const std::vector<int64_t> values,
                           node.RawInts("value_ints"));
    node.SetOutput(0, ListOf(values));
  }
  return absl::OkStatus();  // Finish reports a string.
}

absl::Status ImportConstantOfShape(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const auto shape, node.IntsInput(0));
  TINYC_ASSIGN_OR_RETURN(std::shared_ptr<const Tensor> value,
                         node.TensorAttr("value"));
  if (value == nullptr) {
    value = std::make_shared<const Tensor>(Tensor::Scalar<float>(0));
  }
  if (value->size() != 1 || InfoOf(value->dtype()).bits < 8) {
    return Unimplemented("its value is not a scalar of a byte or more");
  }
  TINYC_ASSIGN_OR_RETURN(const TensorType type,
                         CheckedType(value->dtype(), *shape));
  Tensor tensor(type);
  const absl::Span<const uint8_t> element = ElementBytes(*value, 0);
  for (auto to = tensor.bytes().begin(); to != tensor.bytes().end();
       to += static_cast<std::ptrdiff_t>(element.size())) {
    std::copy(element.begin(), element.end(), to);
  }
  node.SetOutput(0, std::move(tensor));
  return absl::OkStatus();
}

absl::Status ImportShape(OnnxNode& node) {
  TINYC_RETURN_IF_ERROR(node.InputIfConstant(0).status());
  TINYC_ASSIGN_OR_RETURN(const TensorType type, node.InputType(0));
  const int64_t rank = type.rank();
  const auto bound = [&](absl::string_view name, int64_t otherwise) {
    const int64_t at = node.Int(name, otherwise);
    return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const int64_t start = bound("start", 0);
  const int64_t end = std::max(bound("end", rank), start);
  node.SetOutput(
      0, ListOf({type.shape.begin() + start, type.shape.begin() + end}));
  return absl::OkStatus();
}

absl::Status ImportSize(OnnxNode& node) {
  TINYC_RETURN_IF_ERROR(node.InputIfConstant(0).status());
  TINYC_ASSIGN_OR_RETURN(const TensorType type, node.InputType(0));
  node.SetOutput(0, Tensor::Scalar<int64_t>(type.num_elements()));
  return absl::OkStatus();
}

absl::Status ImportRange(OnnxNode& node) {
  node.Int("stash_type", 1);  // of 16-bit floats, which are refused below
  std::vector<std::shared_ptr<const Tensor>> operands;
  for (size_t i = 0; i < 3; ++i) {
    TINYC_ASSIGN_OR_RETURN(auto operand, node.ConstantInput(i));
    if (operand->size() != 1) return Invalid("an operand is not a scalar");
    operands.push_back(std::move(operand));
  }
  const DType dtype = operands[0]->dtype();
  if (InfoOf(dtype).bits == 16 && IsFloat(dtype)) {
    return Unimplemented("a range of ", InfoOf(dtype).text,
                         " is not supported");
  }
  const double start = operands[0]->At(0);
  const double step = operands[2]->At(0);
  const double count = std::ceil((operands[1]->At(0) - start) / step);
  if (!(step != 0) || !(count < 1e9)) {
    return Invalid("a range from ", start, " by ", step, " has no end");
  }
  TINYC_ASSIGN_OR_RETURN(
      const TensorType type,
      CheckedType(dtype, {count < 0 ? 0 : static_cast<int64_t>(count)}));
  Tensor tensor(type);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    tensor.Set(i, start + static_cast<double>(i) * step);
  }
  node.SetOutput(0, std::move(tensor));
  return absl::OkStatus();
}

}  // namespace tinyc
