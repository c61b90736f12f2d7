// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml Imputer: numbers in place of missing ones, which are NaN or equal
// a given number.
#include <cmath>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// A scalar for one number, which stands for all features.
template <typename T>
absl::StatusOr<Tensor> ImputedTensor(const std::vector<T>& numbers, DType dtype,
                                     const Shape& x) {
  const int64_t count = static_cast<int64_t>(numbers.size());
  // Which dimension the features of a higher rank are in differs between ONNX
  // and onnxruntime.
  if (count != 1 && (x.empty() || x.size() > 2 || count != x.back())) {
    return Unimplemented("it has ", count,
                         " imputed values for an input of shape ", ToString(x));
  }
  Tensor tensor(TensorType(dtype, count == 1 ? Shape{} : Shape{count}));
  for (int64_t i = 0; i < count; ++i) {
    const T number = numbers[static_cast<size_t>(i)];
    if constexpr (std::is_floating_point_v<T>) {
      tensor.Set(i, static_cast<double>(number));
    } else {
      tensor.SetInt(i, number);
      if (tensor.IntAt(i) != number) {
        return Invalid(number, " is no ", InfoOf(dtype).text);
      }
    }
  }
  return tensor;
}

}  // namespace

absl::Status ImportImputer(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const DType dtype = x->type().dtype;
  const Shape shape = x->type().shape;
  Value* missing = nullptr;
  Value* imputed = nullptr;
  if (IsFloat(dtype)) {
    const float replaced = node.Float("replaced_value_float", 0);
    if (std::isnan(replaced)) {
      TINYC_ASSIGN_OR_RETURN(missing, node.Emit("is_nan", {x}));
    } else {
      Value* value = node.Scalar(dtype, static_cast<double>(replaced));
      TINYC_ASSIGN_OR_RETURN(missing, node.Emit("equal", {x, value}));
    }
    TINYC_ASSIGN_OR_RETURN(
        Tensor tensor,
        ImputedTensor(node.Floats("imputed_value_floats"), dtype, shape));
    imputed = node.AddConstant(std::move(tensor));
    node.Ignore("replaced_value_int64");
  } else {
    int64_t replaced = 0;
    if (node.Has("replaced_value_int64")) {
      TINYC_ASSIGN_OR_RETURN(replaced, node.RawInt("replaced_value_int64"));
    }
    TINYC_ASSIGN_OR_RETURN(Tensor value,
                           ImputedTensor<int64_t>({replaced}, dtype, shape));
    TINYC_ASSIGN_OR_RETURN(
        missing, node.Emit("equal", {x, node.AddConstant(std::move(value))}));
    TINYC_ASSIGN_OR_RETURN(const std::vector<int64_t> numbers,
                           node.RawInts("imputed_value_int64s"));
    TINYC_ASSIGN_OR_RETURN(Tensor tensor, ImputedTensor(numbers, dtype, shape));
    imputed = node.AddConstant(std::move(tensor));
    node.Ignore("replaced_value_float");
  }
  return node.SetOutput(0, node.Emit("where", {missing, imputed, x}));
}

}  // namespace tinyc
