// SPDX-License-Identifier: Apache-2.0
// Functions of one element with parameters.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// The IR's `op` of operand 0 with the parameters alpha and beta.
absl::Status Activation(OnnxNode& node, absl::string_view op, float alpha,
                        float beta = 0) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  return node.SetOutput(0,
                        node.Emit(op, {x}, {{"alpha", alpha}, {"beta", beta}}));
}

}  // namespace

absl::Status ImportCelu(OnnxNode& node) {
  return Activation(node, "celu", node.Float("alpha", 1));
}

absl::Status ImportElu(OnnxNode& node) {
  return Activation(node, "elu", node.Float("alpha", 1));
}

absl::Status ImportGelu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const std::string approximate = node.String("approximate", "none");
  if (approximate != "none" && approximate != "tanh") {
    return Invalid("approximate is \"", approximate, "\"");
  }
  return node.SetOutput(
      0, node.Emit(approximate == "tanh" ? "gelu_tanh" : "gelu", {x}));
}

absl::Status ImportHardSigmoid(OnnxNode& node) {
  return Activation(node, "hard_sigmoid", node.Float("alpha", 0.2f),
                    node.Float("beta", 0.5f));
}

absl::StatusOr<Value*> EmitLeakyRelu(OnnxNode& node, Value* x, float alpha) {
  return node.Emit("leaky_relu", {x}, {{"alpha", alpha}});
}

absl::Status ImportLeakyRelu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  return node.SetOutput(0, EmitLeakyRelu(node, x, node.Float("alpha", 0.01f)));
}

absl::Status ImportPRelu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * slope, node.Input(1));
  if (node.Int(kChannelSlopes, 0) != 0 && slope->type().rank() == 1 &&
      x->type().rank() > 1) {
    Shape shape(x->type().shape.size() - 1, 1);
    shape[0] = slope->type().shape[0];
    TINYC_ASSIGN_OR_RETURN(slope, ReshapeTo(node, slope, shape));
  }
  TINYC_ASSIGN_OR_RETURN(Value * y, node.Emit("prelu", {x, slope}));
  if (y->type().shape != x->type().shape) {
    return Invalid("a slope of shape ", ToString(slope->type().shape),
                   " does not broadcast to ", ToString(x->type().shape));
  }
  return node.SetOutput(0, y);
}

absl::Status ImportSelu(OnnxNode& node) {
  return Activation(node, "selu",
                    node.Float("alpha", 1.67326319217681884765625f),
                    node.Float("gamma", 1.05070102214813232421875f));
}

// Of integers as of the reals they are, truncated, as ONNX's reference does it.
absl::Status ImportShrink(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const DType dtype = x->type().dtype;
  const float lambd = node.Float("lambd", 0.5f);
  const float bias = node.Float("bias", 0);
  if (!IsFloat(dtype)) {
    TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kF64));
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * y, node.Emit("shrink", {x}, {{"alpha", lambd}, {"beta", bias}}));
  return node.SetOutput(0, CastTo(node, y, dtype));
}

absl::Status ImportSwish(OnnxNode& node) {
  return Activation(node, "swish", node.Float("alpha", 1));
}

absl::Status ImportThresholdedRelu(OnnxNode& node) {
  return Activation(node, "thresholded_relu", node.Float("alpha", 1));
}

}  // namespace tinyc
