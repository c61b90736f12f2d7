// SPDX-License-Identifier: Apache-2.0
// Activations that are made of a few elementwise operators.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// max(x, 0) + slope * min(x, 0)
absl::StatusOr<Value*> Leaky(OnnxNode& node, Value* x, Value* slope) {
  TINYC_ASSIGN_OR_RETURN(Value * positive, node.Emit("relu", {x}));
  TINYC_ASSIGN_OR_RETURN(Value * negative, WithScalar(node, "min", x, 0));
  TINYC_ASSIGN_OR_RETURN(negative, node.Emit("mul", {negative, slope}));
  return node.Emit("add", {positive, negative});
}

// max(x, 0) + alpha * (exp(min(x, 0) / divisor) - 1), in f32 when x has 16
// bits: what is left of exp(x) after the subtraction would have few of them.
absl::StatusOr<Value*> Exponential(OnnxNode& node, Value* x, float alpha,
                                   float divisor) {
  if (const DType dtype = x->type().dtype; InfoOf(dtype).bits == 16) {
    TINYC_ASSIGN_OR_RETURN(Value * wide, CastTo(node, x, DType::kF32));
    TINYC_ASSIGN_OR_RETURN(Value * y, Exponential(node, wide, alpha, divisor));
    return CastTo(node, y, dtype);
  }
  TINYC_ASSIGN_OR_RETURN(Value * positive, node.Emit("relu", {x}));
  TINYC_ASSIGN_OR_RETURN(Value * negative, WithScalar(node, "min", x, 0));
  if (divisor != 1) {
    TINYC_ASSIGN_OR_RETURN(negative,
                           WithScalar(node, "div", negative, divisor));
  }
  TINYC_ASSIGN_OR_RETURN(negative, node.Emit("exp", {negative}));
  TINYC_ASSIGN_OR_RETURN(negative, WithScalar(node, "sub", negative, 1));
  TINYC_ASSIGN_OR_RETURN(negative, WithScalar(node, "mul", negative, alpha));
  return node.Emit("add", {positive, negative});
}

// min(max(alpha * x + beta, 0), 1)
absl::StatusOr<Value*> HardSigmoid(OnnxNode& node, Value* x, float alpha,
                                   float beta) {
  TINYC_ASSIGN_OR_RETURN(Value * y, WithScalar(node, "mul", x, alpha));
  TINYC_ASSIGN_OR_RETURN(y, WithScalar(node, "add", y, beta));
  return node.Emit("clip", {y}, {{"min", 0.0f}, {"max", 1.0f}});
}

}  // namespace

absl::StatusOr<Value*> EmitLeakyRelu(OnnxNode& node, Value* x, float alpha) {
  if (alpha > 0 && alpha <= 1) {
    TINYC_ASSIGN_OR_RETURN(Value * scaled, WithScalar(node, "mul", x, alpha));
    return node.Emit("max", {x, scaled});
  }
  return Leaky(node, x,
               node.Scalar(x->type().dtype, static_cast<double>(alpha)));
}

absl::Status ImportLeakyRelu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  return node.SetOutput(0, EmitLeakyRelu(node, x, node.Float("alpha", 0.01f)));
}

absl::Status ImportPRelu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * slope, node.Input(1));
  if (slope->type().rank() > x->type().rank()) {
    return Invalid("a slope of shape ", ToString(slope->type().shape),
                   " does not broadcast to ", ToString(x->type().shape));
  }
  return node.SetOutput(0, Leaky(node, x, slope));
}

absl::Status ImportElu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  return node.SetOutput(0, Exponential(node, x, node.Float("alpha", 1), 1));
}

absl::Status ImportCelu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const float alpha = node.Float("alpha", 1);
  return node.SetOutput(0, Exponential(node, x, alpha, alpha));
}

absl::Status ImportSelu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const float alpha = node.Float("alpha", 1.67326319217681884765625f);
  const float gamma = node.Float("gamma", 1.05070102214813232421875f);
  TINYC_ASSIGN_OR_RETURN(Value * y, Exponential(node, x, alpha, 1));
  return node.SetOutput(0, WithScalar(node, "mul", y, gamma));
}

absl::Status ImportHardSigmoid(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const float alpha = node.Float("alpha", 0.2f);
  const float beta = node.Float("beta", 0.5f);
  return node.SetOutput(0, HardSigmoid(node, x, alpha, beta));
}

absl::Status ImportHardSwish(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * gate, HardSigmoid(node, x, 1.0f / 6, 0.5f));
  return node.SetOutput(0, node.Emit("mul", {x, gate}));
}

}  // namespace tinyc
