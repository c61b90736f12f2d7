// SPDX-License-Identifier: Apache-2.0
// Operators that take or make indices.
#include <algorithm>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"
#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

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

absl::Status ImportScatterElements(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                         NormalAxis(node.Int("axis", 0), x->type().rank()));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> constant,
                         node.InputIfConstant(1));
  TINYC_RETURN_IF_ERROR(CheckInside(
      constant.get(), {x->type().shape[static_cast<size_t>(axis)]}));
  TINYC_ASSIGN_OR_RETURN(Value * index, IndexInput(node, 1));
  TINYC_ASSIGN_OR_RETURN(Value * updates, node.Input(2));
  NamedAttr reduction("reduction", "none");
  reduction.text = node.String("reduction", "none");
  return node.SetOutput(0, node.Emit("scatter_elements", {x, index, updates},
                                     {{"axis", axis}, std::move(reduction)}));
}

absl::Status ImportScatterNd(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * index, IndexInput(node, 1));
  TINYC_ASSIGN_OR_RETURN(Value * updates, node.Input(2));
  NamedAttr reduction("reduction", "none");
  reduction.text = node.String("reduction", "none");
  const Shape tuples = index->type().shape;
  const Shape& shape = x->type().shape;
  if (!tuples.empty() && tuples.back() > 0 &&
      tuples.back() <= x->type().rank()) {  // else an error below
    TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> constant,
                           node.InputIfConstant(1));
    TINYC_RETURN_IF_ERROR(CheckInside(
        constant.get(), absl::MakeConstSpan(shape).subspan(
                            0, static_cast<size_t>(tuples.back()))));
  }
  return node.SetOutput(
      0, node.Emit("scatter_nd", {x, index, updates}, {std::move(reduction)}));
}

// The indices are those of the first update, or 0, and the ones after it; in
// mode circular they go on from the beginning.
absl::Status ImportTensorScatter(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * updates, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * first, node.OptionalInput(2));
  TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                         NormalAxis(node.Int("axis", -2), x->type().rank()));
  const std::string mode = node.String("mode", "linear");
  if (mode != "linear" && mode != "circular") {
    return Invalid("mode has the value \"", mode, "\"");
  }
  if (updates->type().rank() != x->type().rank()) {
    return Invalid("its operands differ in rank");
  }
  const size_t a = static_cast<size_t>(axis);
  const int64_t batch = updates->type().shape[0];
  Tensor offsets(TensorType(DType::kS64, {1, updates->type().shape[a]}));
  for (int64_t t = 0; t < offsets.size(); ++t) offsets.SetInt(t, t);
  if (first == nullptr) {
    first = node.AddConstant(Tensor(TensorType(DType::kS64, {batch})));
  }
  TINYC_ASSIGN_OR_RETURN(first, CastTo(node, first, DType::kS64));
  TINYC_ASSIGN_OR_RETURN(first, ReshapeTo(node, first, {batch, 1}));
  TINYC_ASSIGN_OR_RETURN(
      Value * index,
      node.Emit("add", {first, node.AddConstant(std::move(offsets))}));
  if (mode == "circular") {
    // The remainder; below 0 it counts from the end, as it is to.
    Value* size = node.AddConstant(Tensor::Scalar(x->type().shape[a]));
    TINYC_ASSIGN_OR_RETURN(Value * rounds, node.Emit("div", {index, size}));
    TINYC_ASSIGN_OR_RETURN(rounds, node.Emit("mul", {rounds, size}));
    TINYC_ASSIGN_OR_RETURN(index, node.Emit("sub", {index, rounds}));
  }
  return node.SetOutput(
      0, node.Emit("tensor_scatter", {x, index, updates}, {{"axis", axis}}));
}

absl::Status ImportTopK(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  int64_t k = node.Int("k", 0);  // before operator set 10
  if (node.num_inputs() > 1) {
    TINYC_ASSIGN_OR_RETURN(k, ScalarInput(node, 1, "k"));
  }
  TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                         NormalAxis(node.Int("axis", -1), x->type().rank()));
  node.Int("sorted", 1);  // They always are.
  const bool largest = node.Int("largest", 1) != 0;
  TINYC_ASSIGN_OR_RETURN(
      Value * index,
      node.Emit("top_k", {x},
                {{"k", k}, {"axis", axis}, {"largest", largest}}));
  if (node.OutputUsed(0)) {
    TINYC_RETURN_IF_ERROR(node.SetOutput(
        0, node.Emit("gather_elements", {x, index}, {{"axis", axis}})));
  }
  return node.OutputUsed(1) ? node.SetOutput(1, index) : absl::OkStatus();
}

absl::Status ImportReverseSequence(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(Value * lengths, node.Input(1));
  return node.SetOutput(0,
                        node.Emit("reverse_sequence", {x, lengths},
                                  {{"batch_axis", node.Int("batch_axis", 1)},
                                   {"time_axis", node.Int("time_axis", 0)}}));
}

// What is taken is known at compile time only.
absl::Status ImportCompress(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> condition,
                         node.ConstantInput(1));
  int64_t axis = 0;
  if (node.Has("axis")) {
    TINYC_ASSIGN_OR_RETURN(axis,
                           NormalAxis(node.Int("axis", 0), x->type().rank()));
  } else {
    TINYC_ASSIGN_OR_RETURN(x, ReshapeTo(node, x, {x->type().num_elements()}));
  }
  const int64_t dim = x->type().shape[static_cast<size_t>(axis)];
  if (condition->dtype() != DType::kBool || condition->shape().size() != 1 ||
      condition->size() > dim) {
    return Invalid("its condition is ", ToString(condition->type()),
                   " for a dimension of ", dim);
  }
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < condition->size(); ++i) {
    if (condition->IntAt(i) != 0) indices.push_back(i);
  }
  const int64_t count = static_cast<int64_t>(indices.size());
  return node.SetOutput(0, GatherConstant(node, x, axis, indices, {count}));
}

// [rank, count]: the positions of what is not 0, which must be constant.
absl::Status ImportNonZero(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> x,
                         node.ConstantInput(0));
  std::vector<int64_t> found;
  for (int64_t i = 0; i < x->size(); ++i) {
    if (x->At(i) != 0) found.push_back(i);
  }
  const Shape strides = RowMajorStrides(x->shape());
  const int64_t count = static_cast<int64_t>(found.size());
  Tensor y(TensorType(DType::kS64, {x->type().rank(), count}));
  for (size_t d = 0; d < strides.size(); ++d) {
    for (int64_t i = 0; i < count; ++i) {
      y.SetInt(static_cast<int64_t>(d) * count + i,
               found[static_cast<size_t>(i)] / strides[d] % x->shape()[d]);
    }
  }
  node.SetOutput(0, std::move(y));
  return absl::OkStatus();
}

}  // namespace tinyc
