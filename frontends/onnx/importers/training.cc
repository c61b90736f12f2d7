// SPDX-License-Identifier: Apache-2.0
// One step of the optimizers of ai.onnx.preview.training, as elementwise
// operators.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// The operands r, t, and `kinds` lists of as many tensors: all x, all g, ...
struct Operands {
  Value* r = nullptr;                        // the learning rate
  Value* t = nullptr;                        // the number of updates, as float
  std::vector<std::vector<Value*>> tensors;  // per variable, of each kind
};

absl::StatusOr<Operands> ReadOperands(OnnxNode& node, size_t kinds) {
  const size_t count = node.num_inputs() < 2 ? 0 : node.num_inputs() - 2;
  if (count == 0 || count % kinds != 0) {
    return Invalid("its operands are not ", kinds, " lists of one length");
  }
  Operands operands;
  operands.tensors.resize(count / kinds);
  for (size_t i = 0; i < count; ++i) {
    TINYC_ASSIGN_OR_RETURN(Value * tensor, node.Input(2 + i));
    operands.tensors[i % operands.tensors.size()].push_back(tensor);
  }
  const DType dtype = operands.tensors[0][0]->type().dtype;
  TINYC_ASSIGN_OR_RETURN(Value * r, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(operands.r, CastTo(node, r, dtype));
  TINYC_ASSIGN_OR_RETURN(Value * t, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(operands.t, CastTo(node, t, dtype));
  return operands;
}

absl::StatusOr<Value*> Scaled(OnnxNode& node, float a, Value* x) {
  return a == 1 ? x : WithScalar(node, "mul", x, a);
}

// a * x + b * y.
absl::StatusOr<Value*> Blend(OnnxNode& node, float a, Value* x, float b,
                             Value* y) {
  TINYC_ASSIGN_OR_RETURN(x, Scaled(node, a, x));
  TINYC_ASSIGN_OR_RETURN(y, Scaled(node, b, y));
  return node.Emit("add", {x, y});
}

// g + norm_coefficient * x.
absl::StatusOr<Value*> Regularized(OnnxNode& node, Value* g, Value* x) {
  const float norm = node.Float("norm_coefficient", 0);
  return norm == 0 ? g : Blend(node, norm, x, 1, g);
}

// t > 0 ? value : 1, for counts t.
absl::StatusOr<Value*> AfterTheFirst(OnnxNode& node, Value* t, Value* value) {
  const DType dtype = t->type().dtype;
  TINYC_ASSIGN_OR_RETURN(t, node.Emit("min", {t, node.Scalar(dtype, 1)}));
  TINYC_ASSIGN_OR_RETURN(value, WithScalar(node, "add", value, -1));
  TINYC_ASSIGN_OR_RETURN(value, node.Emit("mul", {t, value}));
  return WithScalar(node, "add", value, 1);
}

// x - rate * v / (sqrt(h) + epsilon).
absl::StatusOr<Value*> Adapted(OnnxNode& node, Value* x, Value* rate, Value* v,
                               Value* h) {
  TINYC_ASSIGN_OR_RETURN(h, node.Emit("sqrt", {h}));
  TINYC_ASSIGN_OR_RETURN(
      h, WithScalar(node, "add", h, node.Float("epsilon", 1e-6f)));
  TINYC_ASSIGN_OR_RETURN(v, node.Emit("mul", {rate, v}));
  TINYC_ASSIGN_OR_RETURN(v, node.Emit("div", {v, h}));
  return node.Emit("sub", {x, v});
}

}  // namespace

absl::Status ImportAdagrad(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Operands in, ReadOperands(node, 3));
  const size_t n = in.tensors.size();
  TINYC_ASSIGN_OR_RETURN(
      Value * decay,
      WithScalar(node, "mul", in.t, node.Float("decay_factor", 0)));
  TINYC_ASSIGN_OR_RETURN(decay, WithScalar(node, "add", decay, 1));
  TINYC_ASSIGN_OR_RETURN(Value * rate, node.Emit("div", {in.r, decay}));
  for (size_t i = 0; i < n; ++i) {
    Value* const x = in.tensors[i][0];
    TINYC_ASSIGN_OR_RETURN(Value * g, Regularized(node, in.tensors[i][1], x));
    TINYC_ASSIGN_OR_RETURN(Value * h, node.Emit("mul", {g, g}));
    TINYC_ASSIGN_OR_RETURN(h, node.Emit("add", {in.tensors[i][2], h}));
    TINYC_RETURN_IF_ERROR(node.SetOutput(i, Adapted(node, x, rate, g, h)));
    TINYC_RETURN_IF_ERROR(node.SetOutput(n + i, h));
  }
  return absl::OkStatus();
}

absl::Status ImportAdam(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Operands in, ReadOperands(node, 4));
  const size_t n = in.tensors.size();
  const float alpha = node.Float("alpha", 0.9f);
  const float beta = node.Float("beta", 0.999f);
  const float post = node.Float("norm_coefficient_post", 0);
  // rate = r * (t > 0 ? sqrt(1 - beta^t) / (1 - alpha^t) : 1)
  const DType dtype = in.t->type().dtype;
  TINYC_ASSIGN_OR_RETURN(Value * t,
                         node.Emit("max", {in.t, node.Scalar(dtype, 1)}));
  const auto one_minus_power = [&](float base) -> absl::StatusOr<Value*> {
    TINYC_ASSIGN_OR_RETURN(Value * power,
                           node.Emit("pow", {node.Scalar(dtype, base), t}));
    return node.Emit("sub", {node.Scalar(dtype, 1), power});
  };
  TINYC_ASSIGN_OR_RETURN(Value * of_beta, one_minus_power(beta));
  TINYC_ASSIGN_OR_RETURN(of_beta, node.Emit("sqrt", {of_beta}));
  TINYC_ASSIGN_OR_RETURN(Value * rate, one_minus_power(alpha));
  TINYC_ASSIGN_OR_RETURN(rate, node.Emit("div", {of_beta, rate}));
  TINYC_ASSIGN_OR_RETURN(rate, AfterTheFirst(node, in.t, rate));
  TINYC_ASSIGN_OR_RETURN(rate, node.Emit("mul", {in.r, rate}));
  for (size_t i = 0; i < n; ++i) {
    Value* const x = in.tensors[i][0];
    TINYC_ASSIGN_OR_RETURN(Value * g, Regularized(node, in.tensors[i][1], x));
    TINYC_ASSIGN_OR_RETURN(Value * v,
                           Blend(node, alpha, in.tensors[i][2], 1 - alpha, g));
    TINYC_ASSIGN_OR_RETURN(g, node.Emit("mul", {g, g}));
    TINYC_ASSIGN_OR_RETURN(Value * h,
                           Blend(node, beta, in.tensors[i][3], 1 - beta, g));
    TINYC_ASSIGN_OR_RETURN(Value * y, Adapted(node, x, rate, v, h));
    if (post != 0) {
      TINYC_ASSIGN_OR_RETURN(y, WithScalar(node, "mul", y, 1 - post));
    }
    TINYC_RETURN_IF_ERROR(node.SetOutput(i, y));
    TINYC_RETURN_IF_ERROR(node.SetOutput(n + i, v));
    TINYC_RETURN_IF_ERROR(node.SetOutput(2 * n + i, h));
  }
  return absl::OkStatus();
}

absl::Status ImportMomentum(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Operands in, ReadOperands(node, 3));
  const size_t n = in.tensors.size();
  const float alpha = node.Float("alpha", 0);
  const std::string mode = node.String("mode", "standard");
  if (mode != "standard" && mode != "nesterov") {
    return Invalid("its mode is \"", mode, "\"");
  }
  const DType dtype = in.t->type().dtype;
  TINYC_ASSIGN_OR_RETURN(
      Value * beta,
      AfterTheFirst(node, in.t, node.Scalar(dtype, node.Float("beta", 1))));
  for (size_t i = 0; i < n; ++i) {
    Value* const x = in.tensors[i][0];
    TINYC_ASSIGN_OR_RETURN(Value * g, Regularized(node, in.tensors[i][1], x));
    TINYC_ASSIGN_OR_RETURN(Value * v, Scaled(node, alpha, in.tensors[i][2]));
    TINYC_ASSIGN_OR_RETURN(Value * scaled, node.Emit("mul", {beta, g}));
    TINYC_ASSIGN_OR_RETURN(v, node.Emit("add", {v, scaled}));
    Value* step = v;
    if (mode == "nesterov") {
      TINYC_ASSIGN_OR_RETURN(step, Blend(node, 1, g, alpha, v));
    }
    TINYC_ASSIGN_OR_RETURN(step, node.Emit("mul", {in.r, step}));
    TINYC_RETURN_IF_ERROR(node.SetOutput(i, node.Emit("sub", {x, step})));
    TINYC_RETURN_IF_ERROR(node.SetOutput(n + i, v));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
