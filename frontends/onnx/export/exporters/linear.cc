// SPDX-License-Identifier: Apache-2.0
// dense => Gemm of matrices, else MatMul and Add; then Relu or Clip
#include "compiler/ops/dense.h"
#include "compiler/ops/elements.h"
#include "frontends/onnx/export/exporters.h"

namespace tinyc {
namespace {

Tensor TransposedMatrix(const Tensor& matrix) {
  TensorType type = matrix.type();
  std::swap(type.shape[0], type.shape[1]);
  if (type.quantized() && !type.quant->per_tensor()) {
    auto quant = std::make_shared<Quant>(*type.quant);
    quant->axis = 1 - quant->axis;
    type.quant = std::move(quant);
  }
  Tensor transposed(type);
  const int64_t rows = type.shape[0];
  const int64_t columns = type.shape[1];
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      CopyElement(matrix, c * rows + r, transposed, r * columns + c);
    }
  }
  return transposed;
}

std::string TransposedWeights(ExportNode& node) {
  const Tensor* w = node.ConstantInput(1);
  if (w != nullptr) return node.Constant(TransposedMatrix(*w), "weight");
  return node.Add("Transpose", {node.Input(1)},
                  {{"perm", std::vector<int64_t>{1, 0}}});
}

}  // namespace

void ExportDense(ExportNode& node) {
  const Dense& op = node.As<Dense>();
  if (node.InputType(0).rank() == 2) {
    return node.ClampedResult("Gemm",
                              {node.Input(0), node.Input(1), node.Input(2)},
                              {{"transB", int64_t{1}}}, op.act_min, op.act_max);
  }
  const std::string x = node.Input(0);
  const std::string w = TransposedWeights(node);
  if (!node.HasInput(2)) {
    return node.ClampedResult("MatMul", {x, w}, {}, op.act_min, op.act_max);
  }
  node.ClampedResult("Add", {node.Add("MatMul", {x, w}), node.Input(2)}, {},
                     op.act_min, op.act_max);
}

}  // namespace tinyc
