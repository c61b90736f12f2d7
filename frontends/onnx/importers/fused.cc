// SPDX-License-Identifier: Apache-2.0
// The operators of com.microsoft that onnxruntime's optimizer makes of several
// ONNX operators => those again, which our passes fuse their own way:
//   FusedConv        => conv, add, activation
//   FusedGemm        => dense or matmul, activation
//   FusedMatMul      => transpose, matmul, mul
//   *Gelu            => add, gelu
//   Skip*Normalization => add, normalize
#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// f(x) for the attribute activation of a fused operator and its parameters.
absl::StatusOr<Value*> Activate(OnnxNode& node, Value* x,
                                const std::vector<float>& params) {
  const std::string name = node.String("activation", "");
  struct Known {
    const char* name;
    size_t params;
    const char* op;
    const char* first = "alpha";  // the names of the operator's attributes
    const char* second = "beta";
  };
  static constexpr Known kKnown[] = {{"Relu", 0, "relu"},
                                     {"Sigmoid", 0, "sigmoid"},
                                     {"Tanh", 0, "tanh"},
                                     {"LeakyRelu", 1, "leaky_relu"},
                                     {"HardSigmoid", 2, "hard_sigmoid"},
                                     {"Clip", 2, "clip", "min", "max"}};
  if (name.empty() && params.empty()) return x;
  for (const Known& known : kKnown) {
    if (name != known.name || params.size() != known.params) continue;
    std::vector<NamedAttr> attrs;
    if (known.params > 0) attrs.emplace_back(known.first, params[0]);
    if (known.params > 1) attrs.emplace_back(known.second, params[1]);
    return node.Emit(known.op, {x}, std::move(attrs));
  }
  return Unimplemented("the activation \"", name, "\" with ", params.size(),
                       " parameters is not supported");
}

// The operand with its dimension 0 moved behind the batch dimensions and its
// last two exchanged, as the attributes ask.
absl::StatusOr<Value*> FusedFactor(OnnxNode& node, size_t i, const char* batch,
                                   const char* trans) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(i));
  const size_t rank = x->type().shape.size();
  std::vector<int64_t> perm(rank);
  std::iota(perm.begin(), perm.end(), 0);
  const bool moves = node.Int(batch, 0) != 0;
  const bool exchanges = node.Int(trans, 0) != 0;
  if (rank < 2) return x;  // as onnxruntime has it
  if (moves) std::rotate(perm.begin(), perm.begin() + 1, perm.end() - 1);
  if (exchanges) std::swap(perm[rank - 1], perm[rank - 2]);
  return TransposeTo(node, x, perm);
}

// Normalizes x + skip + bias (null: none) and sets the output that is this sum.
absl::Status ImportSkip(OnnxNode& node, bool centered, size_t bias_index) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * skip, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * gamma, node.Input(2));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.OptionalInput(bias_index));
  const Shape shape = x->type().shape;
  if (shape.empty() || gamma->type().shape != Shape{shape.back()}) {
    return Invalid("its scale of shape ", ToString(gamma->type().shape),
                   " does not fit an input of shape ", ToString(shape));
  }
  TINYC_ASSIGN_OR_RETURN(Value * sum, node.Emit("add", {x, skip}));
  if (bias != nullptr) {
    TINYC_ASSIGN_OR_RETURN(sum, node.Emit("add", {sum, bias}));
  }
  if (sum->type().shape != shape) {
    return Invalid("its operands do not broadcast to ", ToString(shape));
  }
  Value* beta = nullptr;
  if (centered) {
    TINYC_ASSIGN_OR_RETURN(beta, node.OptionalInput(3));
  }
  const std::vector<int64_t> last = {-1};
  TINYC_RETURN_IF_ERROR(
      node.SetOutput(0, node.Emit("normalize", {sum, gamma, beta},
                                  {{"axes", last},
                                   {"scale_axes", last},
                                   {"epsilon", node.Float("epsilon", 1e-12f)},
                                   {"centered", centered}})));
  // Outputs 1 and 2, of training, are refused when something uses them.
  return node.OutputUsed(3) ? node.SetOutput(3, sum) : absl::OkStatus();
}

}  // namespace

absl::Status ImportFusedConv(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * w, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.OptionalInput(2));
  TINYC_ASSIGN_OR_RETURN(Value * addend, node.OptionalInput(3));
  TINYC_ASSIGN_OR_RETURN(Value * y, EmitConv(node, x, w, bias));
  if (addend != nullptr) {
    TINYC_ASSIGN_OR_RETURN(y, node.Emit("add", {y, addend}));
  }
  return node.SetOutput(0, Activate(node, y, node.Floats("activation_params")));
}

absl::Status ImportFusedGemm(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * a, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * b, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * c, node.OptionalInput(2));
  TINYC_ASSIGN_OR_RETURN(
      Value * y,
      EmitGemm(node, a, b, c, node.Float("alpha", 1), node.Float("beta", 1)));
  std::vector<float> params;
  for (const char* name : {"activation_alpha", "activation_beta"}) {
    if (node.Has(name)) params.push_back(node.Float(name, 0));
  }
  return node.SetOutput(0, Activate(node, y, params));
}

absl::Status ImportFusedMatMul(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * a,
                         FusedFactor(node, 0, "transBatchA", "transA"));
  TINYC_ASSIGN_OR_RETURN(Value * b,
                         FusedFactor(node, 1, "transBatchB", "transB"));
  TINYC_ASSIGN_OR_RETURN(Value * y, EmitLinear(node, a, b, false, nullptr));
  const float alpha = node.Float("alpha", 1);
  return node.SetOutput(0, alpha == 1 ? y : WithScalar(node, "mul", y, alpha));
}

absl::Status ImportMicrosoftGelu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  return node.SetOutput(0, node.Emit("gelu", {x}));
}

absl::Status ImportBiasGelu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(x, node.Emit("add", {x, bias}));
  return node.SetOutput(0, node.Emit("gelu", {x}));
}

absl::Status ImportFastGelu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.OptionalInput(1));
  if (bias != nullptr) {
    TINYC_ASSIGN_OR_RETURN(x, node.Emit("add", {x, bias}));
  }
  return node.SetOutput(0, node.Emit("gelu_tanh", {x}));
}

absl::Status ImportQuickGelu(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  return node.SetOutput(
      0, node.Emit("swish", {x}, {{"alpha", node.Float("alpha", 1.702f)}}));
}

absl::Status ImportSkipLayerNormalization(OnnxNode& node) {
  return ImportSkip(node, true, 4);
}

absl::Status ImportSkipSimplifiedLayerNormalization(OnnxNode& node) {
  return ImportSkip(node, false, 3);
}

}  // namespace tinyc
