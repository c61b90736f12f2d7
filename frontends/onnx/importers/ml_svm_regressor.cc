// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml SVMRegressor: a weighted sum of kernel functions k(x, v) of the
// support vectors v,
//
//   LINEAR   x . v
//   POLY     (gamma * x . v + coef0) ^ degree
//   RBF      exp(-gamma * |x - v|^2)
//   SIGMOID  tanh(gamma * x . v + coef0)
//
// or, without support vectors, a linear function.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/ml_scores.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// k(x, v) for each row of x and each v: [N, vectors].
absl::StatusOr<Value*> EmitKernel(OnnxNode& node, Value* x,
                                  const Tensor& vectors,
                                  const std::string& kernel,
                                  const std::vector<float>& params) {
  const int64_t count = vectors.shape()[0];
  const int64_t features = vectors.shape()[1];
  Value* bias = nullptr;
  if (kernel == "RBF") {
    // |x - v|^2 = x . (-2 v) + |v|^2 + |x|^2
    Tensor doubled(vectors.type());
    Tensor squares(TensorType(DType::kF32, {count}));
    for (int64_t i = 0; i < vectors.size(); ++i) {
      const double v = vectors.At(i);
      doubled.Set(i, -2 * v);
      squares.Set(i / features, squares.At(i / features) + v * v);
    }
    bias = node.AddConstant(std::move(squares));
    TINYC_ASSIGN_OR_RETURN(
        Value * distance,
        EmitLinear(node, x, node.AddConstant(std::move(doubled)), true, bias));
    const std::vector<int64_t> last = {1};
    TINYC_ASSIGN_OR_RETURN(Value * square,
                           node.Emit("reduce_sum_square", {x},
                                     {{"axes", last}, {"keepdims", true}}));
    TINYC_ASSIGN_OR_RETURN(distance, node.Emit("add", {distance, square}));
    TINYC_ASSIGN_OR_RETURN(distance,
                           WithScalar(node, "mul", distance, -params[0]));
    return node.Emit("exp", {distance});
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * y, EmitLinear(node, x, node.AddConstant(vectors), true, bias));
  if (kernel == "LINEAR") return y;
  TINYC_ASSIGN_OR_RETURN(y, WithScalar(node, "mul", y, params[0]));
  TINYC_ASSIGN_OR_RETURN(y, WithScalar(node, "add", y, params[1]));
  if (kernel == "SIGMOID") return node.Emit("tanh", {y});
  return WithScalar(node, "pow", y, params[2]);
}

}  // namespace

absl::Status ImportSvmRegressor(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, Features(node));
  TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kF32));
  const std::string transform = node.String("post_transform", "NONE");
  const std::string kernel = node.String("kernel_type", "LINEAR");
  const std::vector<float> params = node.Floats("kernel_params");
  const std::vector<float> weights = node.Floats("coefficients");
  const std::vector<float> vectors = node.Floats("support_vectors");
  const std::vector<float> rho = node.Floats("rho");
  const int64_t count = node.Int("n_supports", 0);
  const int64_t features = x->type().shape[1];
  const int64_t inputs = count == 0 ? features : count;  // of the linear part
  if (kernel != "LINEAR" && kernel != "POLY" && kernel != "RBF" &&
      kernel != "SIGMOID") {
    return Invalid("kernel_type has the value \"", kernel, "\"");
  }
  if (kernel != "LINEAR" && (count == 0 || params.size() != 3)) {
    return Invalid("the kernel ", kernel, " has ", count, " vectors and ",
                   params.size(), " parameters");
  }
  if (count < 0 || count > static_cast<int64_t>(vectors.size()) ||
      count * features != static_cast<int64_t>(vectors.size()) ||
      inputs != static_cast<int64_t>(weights.size()) || rho.size() != 1) {
    return Invalid("it has ", weights.size(), " coefficients, ", vectors.size(),
                   " numbers of support vectors and ", rho.size(),
                   " of rho for ", count, " vectors of ", features,
                   " features");
  }
  if (count > 0) {
    TINYC_ASSIGN_OR_RETURN(
        x, EmitKernel(node, x, Tensor::Of<float>({count, features}, vectors),
                      kernel, params));
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * y,
      EmitLinear(node, x,
                 node.AddConstant(Tensor::Of<float>({1, inputs}, weights)),
                 true, node.AddConstant(Tensor::Of<float>({1}, rho))));
  if (node.Int("one_class", 0) != 0) {
    // 1 where it is above 0, else -1.
    Value* zero = node.Scalar(DType::kF32, 0);
    TINYC_ASSIGN_OR_RETURN(y, node.Emit("less", {zero, y}));
    TINYC_ASSIGN_OR_RETURN(y,
                           node.Emit("where", {y, node.Scalar(DType::kF32, 1),
                                               node.Scalar(DType::kF32, -1)}));
  }
  return node.SetOutput(0, PostTransform(node, y, transform));
}

}  // namespace tinyc
