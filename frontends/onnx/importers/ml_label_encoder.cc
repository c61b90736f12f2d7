// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml LabelEncoder: numbers for numbers.
//
//   index = max over k of (x == keys[k] ? k + 1 : 0),  y = values[index],
//   where values[0] is the default; a key may be NaN, which equals every NaN
#include <cmath>
#include <optional>
#include <set>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// The attribute keys_* or values_*.
absl::StatusOr<Tensor> ReadList(OnnxNode& node, const std::string& prefix) {
  if (node.Has(prefix + "_strings")) {
    return Unimplemented(
        prefix, "_strings is not supported, since C has no tensors of ",
        "strings: encode the labels as integers before the model is trained");
  }
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> tensor,
                         node.TensorAttr(prefix + "_tensor"));
  if (tensor != nullptr) return *tensor;
  if (node.Has(prefix + "_floats")) {
    const std::vector<float> floats = node.Floats(prefix + "_floats");
    return Tensor::Of<float>({static_cast<int64_t>(floats.size())}, floats);
  }
  TINYC_ASSIGN_OR_RETURN(const std::vector<int64_t> ints,
                         node.RawInts(prefix + "_int64s"));
  return Tensor::Of<int64_t>({static_cast<int64_t>(ints.size())}, ints);
}

void CopyNumber(const Tensor& from, int64_t i, Tensor& to, int64_t j) {
  IsFloat(from.dtype()) ? to.Set(j, from.At(i)) : to.SetInt(j, from.IntAt(i));
}

// The default, which has the type of the values, and the values.
absl::StatusOr<Tensor> ReadValues(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Tensor values, ReadList(node, "values"));
  Tensor table(TensorType(values.dtype(), {values.size() + 1}));
  for (int64_t i = 0; i < values.size(); ++i) {
    CopyNumber(values, i, table, i + 1);
  }
  // Those of other types say nothing.
  const float real = node.Float("default_float", -0.f);
  int64_t integer = -1;
  if (node.Has("default_int64")) {
    TINYC_ASSIGN_OR_RETURN(integer, node.RawInt("default_int64"));
  }
  node.Ignore("default_string");
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> tensor,
                         node.TensorAttr("default_tensor"));
  if (tensor != nullptr) {
    if (tensor->size() != 1 || tensor->dtype() != values.dtype()) {
      return Invalid("default_tensor is ", ToString(tensor->type()));
    }
    CopyNumber(*tensor, 0, table, 0);
  } else if (IsFloat(values.dtype())) {
    table.Set(0, static_cast<double>(real));
  } else {
    table.SetInt(0, integer);
  }
  return table;
}

// Each key has to be there once.  The number of the one that is NaN, if any.
absl::StatusOr<std::optional<int64_t>> FindNan(const Tensor& keys,
                                               int version) {
  std::optional<int64_t> nan;
  std::set<double> reals;
  std::set<int64_t> integers;
  for (int64_t i = 0; i < keys.size(); ++i) {
    const bool real = IsFloat(keys.dtype());
    bool again = false;
    if (real && std::isnan(keys.At(i))) {
      again = nan.has_value();
      nan = i;
    } else {
      again = real ? !reals.insert(keys.At(i)).second
                   : !integers.insert(keys.IntAt(i)).second;
    }
    if (again) {
      return Unimplemented("key ", i, " is there twice, of which ONNX takes ",
                           "the last and onnxruntime the first");
    }
  }
  if (nan && version < 4) {
    return Unimplemented("a NaN as a key has no meaning before version 4 of ",
                         "the operator");
  }
  return nan;
}

}  // namespace

absl::Status ImportLabelEncoder(OnnxNode& node) {
  if (node.Has("classes_strings")) {
    return Unimplemented(
        "classes_strings is not supported, since C has no tensors of strings");
  }
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Tensor keys, ReadList(node, "keys"));
  TINYC_ASSIGN_OR_RETURN(const Tensor values, ReadValues(node));
  if (keys.dtype() != x->type().dtype || keys.size() + 1 != values.size()) {
    return Invalid("it has ", values.size() - 1, " values for the keys ",
                   ToString(keys.type()), " of ", ToString(x->type()));
  }
  TINYC_ASSIGN_OR_RETURN(const std::optional<int64_t> nan,
                         FindNan(keys, node.version()));
  Tensor numbers(TensorType(DType::kS32, {keys.size()}));
  for (int64_t i = 0; i < keys.size(); ++i) numbers.SetInt(i, i + 1);
  if (nan) {
    // Equals nothing; here a 0 that counts for nothing.
    keys.Set(*nan, 0);
    numbers.SetInt(*nan, 0);
  }
  Shape shape = x->type().shape;
  const std::vector<int64_t> last = {static_cast<int64_t>(shape.size())};
  shape.push_back(1);
  TINYC_ASSIGN_OR_RETURN(Value * column, ReshapeTo(node, x, shape));
  TINYC_ASSIGN_OR_RETURN(Value * index,
                         node.Emit("equal", {column, node.AddConstant(keys)}));
  TINYC_ASSIGN_OR_RETURN(index,
                         node.Emit("where", {index, node.AddConstant(numbers),
                                             node.Scalar(DType::kS32, 0)}));
  TINYC_ASSIGN_OR_RETURN(
      index,
      node.Emit("reduce_max", {index}, {{"axes", last}, {"keepdims", false}}));
  if (nan) {
    Value* number = node.Scalar(DType::kS32, static_cast<double>(*nan + 1));
    TINYC_ASSIGN_OR_RETURN(Value * is_nan, node.Emit("is_nan", {x}));
    TINYC_ASSIGN_OR_RETURN(index, node.Emit("where", {is_nan, number, index}));
  }
  return node.SetOutput(0,
                        node.Emit("gather", {node.AddConstant(values), index}));
}

}  // namespace tinyc
