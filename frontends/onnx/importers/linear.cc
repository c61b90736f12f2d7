// SPDX-License-Identifier: Apache-2.0
// ONNX Gemm, MatMul => dense when the second factor is a constant, else matmul;
// dense for floats only
#include <algorithm>
#include <cmath>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// A constant, or one that is dequantized; not one with blocks of scales, which
// cannot be transposed.
bool IsKnown(const Value* value) {
  if (value->constant() != nullptr) return true;
  const Node* node = value->producer();
  return node != nullptr && node->op().name() == "dequantize" &&
         node->input(0)->constant() != nullptr &&
         node->input(0)->type().quant->block == 0;
}

// The known matrix `w` transposed: as a constant, quantized if `w` is.
//   dequantize(w)  =>  dequantize(w transposed)
absl::StatusOr<Value*> TransposeKnown(OnnxNode& node, Value* w) {
  if (w->constant() != nullptr) return TransposeMatrix(node, w);
  TINYC_ASSIGN_OR_RETURN(Value * stored,
                         TransposeMatrix(node, w->producer()->input(0)));
  return node.Emit("dequantize", {stored});
}

// `c`, which broadcasts to [..., n], as a known vector [n]; null when it is
// computed at run time, varies over rows, or is quantized in another shape.
absl::StatusOr<Value*> BiasVector(OnnxNode& node, Value* c, int64_t n) {
  if (!IsKnown(c)) return nullptr;
  const Shape& shape = c->type().shape;
  if (shape == Shape{n}) return c;
  const bool row = shape.size() <= 2 && (shape.size() < 2 || shape[0] == 1);
  const bool fits = shape.empty() || shape.back() == 1 || shape.back() == n;
  if (c->constant() == nullptr || !row || !fits) return nullptr;
  TINYC_ASSIGN_OR_RETURN(
      Value * flat,
      ReshapeTo(node, c, {shape.empty() ? int64_t{1} : shape.back()}));
  if (flat->type().shape == Shape{n}) return flat;
  return node.Emit("expand", {flat}, {{"shape", std::vector<int64_t>{n}}});
}

absl::StatusOr<Value*> Scale(OnnxNode& node, Value* x, float factor) {
  if (factor == 1) return x;
  return node.Emit(
      "mul", {x, node.Scalar(x->type().dtype, static_cast<double>(factor))});
}

// c must broadcast to [m, n] without widening it.
absl::Status CheckAddend(const Shape& c, const Shape& y) {
  bool fits = c.size() <= y.size();
  for (size_t i = 0; fits && i < c.size(); ++i) {
    const int64_t dim = c[c.size() - 1 - i];
    fits = dim == 1 || dim == y[y.size() - 1 - i];
  }
  if (fits) return absl::OkStatus();
  return Invalid("the addend of shape ", ToString(c), " does not broadcast to ",
                 ToString(y));
}

}  // namespace

absl::StatusOr<Value*> EmitLinear(OnnxNode& node, Value* x, Value* w,
                                  bool transposed, Value* bias) {
  // Layers are made of floats, but not of f64, which no dense kernel takes.
  const DType dtype = x->type().dtype;
  if (!IsKnown(w) || w->type().rank() != 2 || x->type().rank() == 0 ||
      !IsFloat(dtype) || dtype == DType::kF64) {
    if (transposed) {
      TINYC_ASSIGN_OR_RETURN(w, TransposeMatrix(node, w));
    }
    TINYC_ASSIGN_OR_RETURN(Value * y, node.Emit("matmul", {x, w}));
    return bias == nullptr ? y : node.Emit("add", {y, bias});
  }
  if (!transposed) {
    TINYC_ASSIGN_OR_RETURN(w, TransposeKnown(node, w));
  }
  Value* vector = nullptr;
  if (bias != nullptr) {
    TINYC_ASSIGN_OR_RETURN(vector, BiasVector(node, bias, w->type().shape[0]));
  }
  TINYC_ASSIGN_OR_RETURN(Value * y, node.Emit("dense", {x, w, vector}));
  if (bias == nullptr || vector != nullptr) return y;
  return node.Emit("add", {y, bias});
}

absl::StatusOr<Value*> EmitGemm(OnnxNode& node, Value* a, Value* b, Value* c,
                                float alpha, float beta) {
  if (a->type().rank() != 2 || b->type().rank() != 2) {
    return Invalid("its operands have ranks ", a->type().rank(), " and ",
                   b->type().rank(), ", not 2");
  }
  if (!IsFloat(a->type().dtype) &&
      (alpha != std::trunc(alpha) || beta != std::trunc(beta))) {
    return Unimplemented(
        "integers with a fraction as alpha or beta are not supported");
  }
  const bool transposed = node.Int("transB", 0) != 0;
  if (node.Int("transA", 0) != 0) {
    TINYC_ASSIGN_OR_RETURN(a, TransposeMatrix(node, a));
  }
  if (beta == 0) c = nullptr;
  if (c != nullptr) {
    TINYC_RETURN_IF_ERROR(
        CheckAddend(c->type().shape,
                    {a->type().shape[0], b->type().shape[transposed ? 0 : 1]}));
    TINYC_ASSIGN_OR_RETURN(c, Scale(node, c, beta));
  }
  if (alpha != 1 && b->constant() == nullptr) {
    // The weights stay as they are: run-time ones, or integers.
    TINYC_ASSIGN_OR_RETURN(Value * y,
                           EmitLinear(node, a, b, transposed, nullptr));
    TINYC_ASSIGN_OR_RETURN(y, Scale(node, y, alpha));
    return c == nullptr ? y : node.Emit("add", {y, c});
  }
  TINYC_ASSIGN_OR_RETURN(b, Scale(node, b, alpha));
  return EmitLinear(node, a, b, transposed, c);
}

absl::Status ImportGemm(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * a, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * b, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * c, node.OptionalInput(2));
  return node.SetOutput(0, EmitGemm(node, a, b, c, node.Float("alpha", 1),
                                    node.Float("beta", 1)));
}

absl::Status ImportMatMul(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * a, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * b, node.Input(1));
  return node.SetOutput(0, EmitLinear(node, a, b, false, nullptr));
}

}  // namespace tinyc
