// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/importers/ml_scores.h"

#include <limits>
#include <numeric>

#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// Softmax of what is not zero; the rest stays zero.
absl::StatusOr<Value*> SoftmaxZero(OnnxNode& node, Value* x) {
  // onnxruntime's idea of zero.
  TINYC_ASSIGN_OR_RETURN(Value * size, node.Emit("abs", {x}));
  Value* least = node.Scalar(x->type().dtype, 1e-7);
  TINYC_ASSIGN_OR_RETURN(Value * counts, node.Emit("less", {least, size}));
  Value* lowest =
      node.Scalar(x->type().dtype,
                  static_cast<double>(std::numeric_limits<float>::lowest()));
  TINYC_ASSIGN_OR_RETURN(x, node.Emit("where", {counts, x, lowest}));
  TINYC_ASSIGN_OR_RETURN(x, EmitSoftmax(node, "softmax", x, -1, false));
  return node.Emit("where", {counts, x, node.Scalar(x->type().dtype, 0)});
}

// sqrt(2) * erf^-1(2x - 1), with Winitzki's approximation of the inverse, as
// onnxruntime has it:
//   erf^-1(v) = sign(v) * sqrt(sqrt(h^2 - l / a) - h)
//   l = log(1 - v^2),  h = 2 / (pi * a) + l / 2,  a = 0.147
absl::StatusOr<Value*> Probit(OnnxNode& node, Value* x) {
  constexpr float kA = 0.147f;
  constexpr float kPi = 3.14159265f;
  TINYC_ASSIGN_OR_RETURN(Value * v, WithScalar(node, "mul", x, 2));
  TINYC_ASSIGN_OR_RETURN(v, WithScalar(node, "sub", v, 1));
  // (1 - v) * (1 + v) loses no digits near 1.
  Value* one = node.Scalar(x->type().dtype, 1);
  TINYC_ASSIGN_OR_RETURN(Value * above, node.Emit("sub", {one, v}));
  TINYC_ASSIGN_OR_RETURN(Value * below, node.Emit("add", {one, v}));
  TINYC_ASSIGN_OR_RETURN(Value * l, node.Emit("mul", {above, below}));
  TINYC_ASSIGN_OR_RETURN(l, node.Emit("log", {l}));
  TINYC_ASSIGN_OR_RETURN(Value * h, WithScalar(node, "mul", l, 0.5f));
  TINYC_ASSIGN_OR_RETURN(h, WithScalar(node, "add", h, 2 / (kPi * kA)));
  TINYC_ASSIGN_OR_RETURN(Value * root, node.Emit("mul", {h, h}));
  TINYC_ASSIGN_OR_RETURN(l, WithScalar(node, "mul", l, 1 / kA));
  TINYC_ASSIGN_OR_RETURN(root, node.Emit("sub", {root, l}));
  TINYC_ASSIGN_OR_RETURN(root, node.Emit("sqrt", {root}));
  TINYC_ASSIGN_OR_RETURN(root, node.Emit("sub", {root, h}));
  TINYC_ASSIGN_OR_RETURN(root, node.Emit("sqrt", {root}));
  TINYC_ASSIGN_OR_RETURN(root, WithScalar(node, "mul", root, 1.41421356f));
  TINYC_ASSIGN_OR_RETURN(Value * sign, node.Emit("sign", {v}));
  return node.Emit("mul", {root, sign});
}

}  // namespace

absl::StatusOr<Value*> Features(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const Shape& shape = x->type().shape;
  if (shape.empty() || shape.size() > 2) {
    return Invalid("its input has rank ", shape.size(), ", not 1 or 2");
  }
  if (shape.size() == 1) {
    TINYC_ASSIGN_OR_RETURN(x, ReshapeTo(node, x, {1, shape[0]}));
  }
  return IsFloat(x->type().dtype) ? x : CastTo(node, x, DType::kF32);
}

absl::StatusOr<Value*> PostTransform(OnnxNode& node, Value* scores,
                                     const std::string& name) {
  if (name == "NONE") return scores;
  if (name == "PROBIT") return Probit(node, scores);
  if (scores->type().shape.back() == 1) {
    return Unimplemented(
        "post_transform ", name, " of a single score is not supported: ",
        "onnxruntime leaves it out, and ONNX does not; export the model with ",
        "NONE, followed by an operator of its own where it is wanted");
  }
  if (name == "LOGISTIC") return node.Emit("sigmoid", {scores});
  if (name == "SOFTMAX") {
    return EmitSoftmax(node, "softmax", scores, -1, false);
  }
  if (name == "SOFTMAX_ZERO") return SoftmaxZero(node, scores);
  return Invalid("post_transform has the value \"", name, "\"");
}

absl::StatusOr<std::vector<int64_t>> ReadLabels(OnnxNode& node,
                                                absl::string_view ints,
                                                absl::string_view strings) {
  std::vector<int64_t> labels;
  if (!node.Has(strings)) {
    TINYC_ASSIGN_OR_RETURN(labels, node.RawInts(ints));
  } else if (node.OutputUsed(0)) {
    return Unimplemented(
        "its labels are strings, which C has no tensors of: train the model "
        "with integer labels, or leave out the output of the labels");
  } else {
    labels.resize(node.Strings(strings).size());
    std::iota(labels.begin(), labels.end(), 0);
  }
  if (labels.empty()) return Invalid("it has no labels");
  return labels;
}

absl::StatusOr<Value*> EmitLabels(OnnxNode& node, Value* index,
                                  const std::vector<int64_t>& labels) {
  std::vector<int64_t> numbers(labels.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  if (labels == numbers) return index;
  return node.Emit("gather",
                   {node.AddConstant(Tensor::Of<int64_t>(
                        {static_cast<int64_t>(labels.size())}, labels)),
                    index});
}

absl::StatusOr<Value*> GreatestLabel(OnnxNode& node, Value* scores,
                                     const std::vector<int64_t>& labels) {
  if (scores->type().shape.back() != static_cast<int64_t>(labels.size())) {
    return Invalid("it has ", labels.size(), " labels for ",
                   scores->type().shape.back(), " scores");
  }
  TINYC_ASSIGN_OR_RETURN(Value * best, node.Emit("arg_max", {scores},
                                                 {{"axis", int64_t{1}},
                                                  {"keepdims", int64_t{0}}}));
  return EmitLabels(node, best, labels);
}

}  // namespace tinyc
