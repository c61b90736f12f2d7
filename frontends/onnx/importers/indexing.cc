// SPDX-License-Identifier: Apache-2.0
// Operators that take or make indices.
#include <algorithm>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"
#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

// Operand `i` as indices: s32 or s64.
absl::StatusOr<Value*> IndexInput(OnnxNode& node, size_t i) {
  TINYC_ASSIGN_OR_RETURN(Value * index, node.Input(i));
  const DType dtype = index->type().dtype;
  if (dtype == DType::kS32 || dtype == DType::kS64) return index;
  return CastTo(node, index, DType::kS64);
}

// OK when all of `indices`, which may be null, are inside dimensions of
// `sizes`, in turn.
absl::Status CheckInside(const Tensor* indices,
                         absl::Span<const int64_t> sizes) {
  if (indices == nullptr) return absl::OkStatus();
  for (int64_t i = 0; i < indices->size(); ++i) {
    const int64_t index = indices->IntAt(i);
    const int64_t size = sizes[static_cast<size_t>(i) % sizes.size()];
    if (index < -size || index >= size) {
      return Invalid("index ", index, " is outside a dimension of ", size);
    }
  }
  return absl::OkStatus();
}

// The one number of operand `i`, which is a constant.
absl::StatusOr<int64_t> ScalarInput(OnnxNode& node, size_t i,
                                    absl::string_view what) {
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> tensor,
                         node.ConstantInput(i));
  if (tensor == nullptr || tensor->size() != 1 ||
      tensor->dtype() == DType::kBool) {
    return Invalid("its ", what, " is not one number");
  }
  return IsFloat(tensor->dtype()) ? static_cast<int64_t>(tensor->At(0))
                                  : tensor->IntAt(0);
}

// The common distance of numbers, 1 for a single one; nothing when they have
// none.
std::optional<int64_t> StepOf(const std::vector<int64_t>& numbers) {
  if (numbers.empty()) return std::nullopt;
  const int64_t step = numbers.size() > 1 ? numbers[1] - numbers[0] : 1;
  for (size_t i = 1; i < numbers.size(); ++i) {
    if (step == 0 || numbers[i] - numbers[i - 1] != step) return std::nullopt;
  }
  return step;
}

// Gather with constant indices 0..dim-1 of a tensor that is not: a slice when
// they are a range.
absl::StatusOr<Value*> GatherConstant(OnnxNode& node, Value* x, int64_t axis,
                                      const std::vector<int64_t>& indices,
                                      const Shape& index_shape) {
  const Shape shape = x->type().shape;
  if (const std::optional<int64_t> step = StepOf(indices)) {
    const size_t d = static_cast<size_t>(axis);
    std::vector<int64_t> starts(shape.size(), 0);
    std::vector<int64_t> sizes(shape.begin(), shape.end());
    std::vector<int64_t> steps(shape.size(), 1);
    starts[d] = indices[0];
    sizes[d] = static_cast<int64_t>(indices.size());
    steps[d] = *step;
    TINYC_ASSIGN_OR_RETURN(
        Value * part,
        node.Emit("slice", {x},
                  {{"starts", starts}, {"sizes", sizes}, {"steps", steps}}));
    std::vector<int64_t> result(shape.begin(), shape.end());
    result.erase(result.begin() + axis);
    result.insert(result.begin() + axis, index_shape.begin(),
                  index_shape.end());
    return ReshapeTo(node, part, result);
  }
  Tensor narrow(TensorType(DType::kS32, index_shape));
  for (size_t i = 0; i < indices.size(); ++i) {
    narrow.SetInt(static_cast<int64_t>(i), indices[i]);
  }
  return node.Emit("gather", {x, node.AddConstant(std::move(narrow))},
                   {{"axis", axis}});
}

}  // namespace

absl::Status ImportGather(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                         NormalAxis(node.Int("axis", 0), x->type().rank()));
  const int64_t dim = x->type().shape[static_cast<size_t>(axis)];
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> constant,
                         node.InputIfConstant(1));
  if (constant != nullptr && !IsInteger(constant->dtype())) {
    return Invalid("its index is no integer");
  }
  TINYC_RETURN_IF_ERROR(CheckInside(constant.get(), {dim}));
  if (constant != nullptr && x->constant() == nullptr) {
    std::vector<int64_t> indices;
    for (int64_t i = 0; i < constant->size(); ++i) {
      const int64_t index = constant->IntAt(i);
      indices.push_back(index < 0 ? index + dim : index);
    }
    return node.SetOutput(
        0, GatherConstant(node, x, axis, indices, constant->shape()));
  }
  TINYC_ASSIGN_OR_RETURN(Value * index, IndexInput(node, 1));
  return node.SetOutput(0, node.Emit("gather", {x, index}, {{"axis", axis}}));
}

absl::Status ImportGatherElements(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                         NormalAxis(node.Int("axis", 0), x->type().rank()));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> constant,
                         node.InputIfConstant(1));
  TINYC_RETURN_IF_ERROR(CheckInside(
      constant.get(), {x->type().shape[static_cast<size_t>(axis)]}));
  TINYC_ASSIGN_OR_RETURN(Value * index, IndexInput(node, 1));
  return node.SetOutput(
      0, node.Emit("gather_elements", {x, index}, {{"axis", axis}}));
}

absl::Status ImportGatherNd(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(Value * index, IndexInput(node, 1));
  const int64_t batch_dims = node.Int("batch_dims", 0);
  TINYC_ASSIGN_OR_RETURN(Value * y, node.Emit("gather_nd", {x, index},
                                              {{"batch_dims", batch_dims}}));
  const Shape& tuples = index->type().shape;
  if (tuples.back() > 0) {
    TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> constant,
                           node.InputIfConstant(1));
    TINYC_RETURN_IF_ERROR(CheckInside(
        constant.get(), absl::MakeConstSpan(x->type().shape)
                            .subspan(static_cast<size_t>(batch_dims),
                                     static_cast<size_t>(tuples.back()))));
  }
  return node.SetOutput(0, y);
}

absl::Status ImportOneHot(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * index, IndexInput(node, 0));
  TINYC_ASSIGN_OR_RETURN(const int64_t depth, ScalarInput(node, 1, "depth"));
  TINYC_ASSIGN_OR_RETURN(Value * values, node.Input(2));
  return node.SetOutput(
      0, node.Emit("one_hot", {index, values},
                   {{"depth", depth}, {"axis", node.Int("axis", -1)}}));
}

absl::Status ImportTrilu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * k, node.OptionalInput(1));
  const bool upper = node.Int("upper", 1) != 0;
  return node.SetOutput(0, node.Emit("trilu", {x, k}, {{"upper", upper}}));
}

absl::Status ImportEyeLike(OnnxNode& node) {
  TINYC_RETURN_IF_ERROR(node.InputIfConstant(0).status());
  TINYC_ASSIGN_OR_RETURN(const TensorType x, node.InputType(0));
  const int64_t number =
      node.Int("dtype", static_cast<int64_t>(InfoOf(x.dtype).onnx));
  const std::optional<DType> dtype = DTypeFromOnnx(static_cast<int>(number));
  if (!dtype) {
    return Unimplemented("its dtype ", number, " is no type of numbers");
  }
  if (x.rank() != 2) return Invalid(ToString(x.shape), " is no matrix");
  const int64_t k = node.Int("k", 0);
  TINYC_ASSIGN_OR_RETURN(const TensorType type, CheckedType(*dtype, x.shape));
  Tensor eye(type);
  for (int64_t row = 0; row < x.shape[0]; ++row) {
    const int64_t col = row + k;
    if (col >= 0 && col < x.shape[1]) eye.Set(row * x.shape[1] + col, 1);
  }
  node.SetOutput(0, std::move(eye));
  return absl::OkStatus();
}

absl::Status ImportCumulative(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> constant,
                         node.InputIfConstant(1));
  TINYC_RETURN_IF_ERROR(CheckInside(constant.get(), {x->type().rank()}));
  TINYC_ASSIGN_OR_RETURN(Value * axis, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(axis, CastTo(node, axis, DType::kS64));
  const bool exclusive = node.Int("exclusive", 0) != 0;
  const bool reverse = node.Int("reverse", 0) != 0;
  return node.SetOutput(
      0, node.Emit(node.type() == "CumSum" ? "cum_sum" : "cum_prod", {x, axis},
                   {{"exclusive", exclusive}, {"reverse", reverse}}));
}

}  // namespace tinyc
