// SPDX-License-Identifier: Apache-2.0
// Normalizations that are made of reductions and elementwise operators.
#include <numeric>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
// y = (x - mean) / sqrt(var + eps) * scale + bias
//   =>  a = scale / sqrt(var + eps)
//       y = x * a + (bias - mean * a)
// where a and what is added are constants when the parameters are.
absl::Status ImportBatchNormalization(OnnxNode& node) {
  node.Float("momentum", 0);  // of training
  if (node.Int("training_mode", 0) != 0 || node.Int("spatial", 1) != 1) {
    return Unimplemented(
        "only inference with one mean per channel is supported");
  }
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const TensorType& type = x->type();
  if (type.rank() < 2) return Invalid("its input has no channels");
  std::vector<Value*> parameters;  // scale, bias, mean, var
  std::vector<int64_t> broadcast(type.shape.size() - 1, 1);
  broadcast[0] = type.shape[1];
  for (size_t i = 1; i < 5; ++i) {
    TINYC_ASSIGN_OR_RETURN(Value * parameter, node.Input(i));
    if (parameter->type().shape != Shape{type.shape[1]}) {
      return Invalid("operand ", i, " has shape ",
                     ToString(parameter->type().shape), ", the input has ",
                     type.shape[1], " channels");
    }
    TINYC_ASSIGN_OR_RETURN(parameter, CastTo(node, parameter, type.dtype));
    parameters.push_back(parameter);
  }
  TINYC_ASSIGN_OR_RETURN(Value * a, WithScalar(node, "add", parameters[3],
                                               node.Float("epsilon", 1e-5f)));
  TINYC_ASSIGN_OR_RETURN(a, node.Emit("sqrt", {a}));
  TINYC_ASSIGN_OR_RETURN(a, node.Emit("div", {parameters[0], a}));
  TINYC_ASSIGN_OR_RETURN(Value * c, node.Emit("mul", {parameters[2], a}));
  TINYC_ASSIGN_OR_RETURN(c, node.Emit("sub", {parameters[1], c}));
  TINYC_ASSIGN_OR_RETURN(a, ReshapeTo(node, a, broadcast));
  TINYC_ASSIGN_OR_RETURN(c, ReshapeTo(node, c, broadcast));
  TINYC_ASSIGN_OR_RETURN(Value * y, node.Emit("mul", {x, a}));
  return node.SetOutput(0, node.Emit("add", {y, c}));
}

// The same with mean and variance of each channel of each sample of x.
absl::Status ImportInstanceNormalization(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * scale, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.Input(2));
  const Shape shape = x->type().shape;
  if (shape.size() < 3 || scale->type().shape != Shape{shape[1]} ||
      bias->type().shape != Shape{shape[1]}) {
    return Invalid("its scale and bias do not fit an input of shape ",
                   ToString(shape));
  }
  std::vector<int64_t> axes(shape.size() - 2);
  std::iota(axes.begin(), axes.end(), 2);
  std::vector<int64_t> broadcast(shape.size() - 1, 1);
  broadcast[0] = shape[1];
  TINYC_ASSIGN_OR_RETURN(scale, ReshapeTo(node, scale, broadcast));
  TINYC_ASSIGN_OR_RETURN(bias, ReshapeTo(node, bias, broadcast));
  TINYC_ASSIGN_OR_RETURN(Value * mean,
                         node.Emit("reduce_mean", {x}, {{"axes", axes}}));
  TINYC_ASSIGN_OR_RETURN(Value * y, node.Emit("sub", {x, mean}));
  TINYC_ASSIGN_OR_RETURN(Value * var, node.Emit("mul", {y, y}));
  TINYC_ASSIGN_OR_RETURN(var,
                         node.Emit("reduce_mean", {var}, {{"axes", axes}}));
  TINYC_ASSIGN_OR_RETURN(
      var, WithScalar(node, "add", var, node.Float("epsilon", 1e-5f)));
  TINYC_ASSIGN_OR_RETURN(var, node.Emit("sqrt", {var}));
  TINYC_ASSIGN_OR_RETURN(y, node.Emit("div", {y, var}));
  TINYC_ASSIGN_OR_RETURN(y, node.Emit("mul", {y, scale}));
  return node.SetOutput(0, node.Emit("add", {y, bias}));
}

// y = x / (bias + alpha * mean of x^2 over `size` neighbouring channels)^beta,
// where channels beyond the ends count as 0: an average pooling along them.
absl::Status ImportLrn(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const Shape shape = x->type().shape;
  const int64_t size = node.Int("size", 0);
  if (shape.size() < 3) return Invalid("its input has no channels");
  if (size < 1 || size > (1 << 16)) return Invalid("its size is ", size);
  TINYC_ASSIGN_OR_RETURN(Value * mean, node.Emit("mul", {x, x}));
  TINYC_ASSIGN_OR_RETURN(
      mean, ReshapeTo(node, mean,
                      {shape[0], 1, shape[1],
                       NumElements({shape.begin() + 2, shape.end()})}));
  TINYC_ASSIGN_OR_RETURN(
      mean,
      node.Emit("average_pool", {mean},
                {{"kernel", std::vector<int64_t>{size, 1}},
                 {"pads", std::vector<int64_t>{(size - 1) / 2, 0, size / 2, 0}},
                 {"count_include_pad", true}}));
  TINYC_ASSIGN_OR_RETURN(mean, ReshapeTo(node, mean, shape));
  TINYC_ASSIGN_OR_RETURN(
      Value * base, WithScalar(node, "mul", mean, node.Float("alpha", 1e-4f)));
  TINYC_ASSIGN_OR_RETURN(base,
                         WithScalar(node, "add", base, node.Float("bias", 1)));
  TINYC_ASSIGN_OR_RETURN(
      base, WithScalar(node, "pow", base, node.Float("beta", 0.75f)));
  return node.SetOutput(0, node.Emit("div", {x, base}));
}

}  // namespace tinyc
