// SPDX-License-Identifier: Apache-2.0
// normalize => LayerNormalization or InstanceNormalization where it is one,
// else mean and variance by themselves
#include <algorithm>
#include <numeric>

#include "compiler/ops/normalize.h"
#include "frontends/onnx/export/exporters.h"

namespace tinyc {
namespace {

std::vector<int64_t> Sorted(std::vector<int64_t> axes, int rank) {
  for (int64_t& axis : axes) axis += axis < 0 ? rank : 0;
  std::sort(axes.begin(), axes.end());
  return axes;
}

// True for the axes first, first + 1, ... to the last one.
bool IsTail(const std::vector<int64_t>& axes, int64_t first, int rank) {
  std::vector<int64_t> tail(static_cast<size_t>(rank - first));
  std::iota(tail.begin(), tail.end(), first);
  return axes == tail;
}

Tensor Filled(DType dtype, Shape shape, double number) {
  Tensor tensor(TensorType(dtype, std::move(shape)));
  for (int64_t i = 0; i < tensor.size(); ++i) tensor.Set(i, number);
  return tensor;
}

// Operand `i`, scale or bias, as it broadcasts to x.
std::string Broadcast(ExportNode& node, size_t i,
                      const std::vector<int64_t>& axes) {
  const Shape& x = node.InputType(0).shape;
  std::vector<int64_t> shape(x.size(), 1);
  for (const int64_t axis : axes) {
    shape[static_cast<size_t>(axis)] = x[static_cast<size_t>(axis)];
  }
  return node.Add("Reshape",
                  {node.Input(i), node.Ints(shape, "parameter_shape")});
}

// y = x * scale + bias, as far as there are such operands.
void ScaledResult(ExportNode& node, std::string x,
                  const std::vector<int64_t>& scale_axes) {
  const bool biased = node.HasInput(2);
  if (node.HasInput(1)) {
    const std::string scale = Broadcast(node, 1, scale_axes);
    if (!biased) return node.Result("Mul", {x, scale});
    x = node.Add("Mul", {x, scale});
  }
  if (!biased) return node.Result("Identity", {x});
  node.Result("Add", {x, Broadcast(node, 2, scale_axes)});
}

// (x - mean) / sqrt(variance + epsilon)
std::string Standardized(ExportNode& node, const Normalize& op,
                         const std::vector<int64_t>& axes) {
  std::string x = node.Input(0);
  const std::string over = node.Ints(axes, "axes");
  if (op.centered) {
    x = node.Add("Sub", {x, node.Add("ReduceMean", {x, over})});
  }
  const std::string variance =
      node.Add("ReduceMean", {node.Add("Mul", {x, x}), over});
  const std::string epsilon =
      node.Number(static_cast<double>(op.epsilon), "epsilon");
  return node.Add(
      "Div", {x, node.Add("Sqrt", {node.Add("Add", {variance, epsilon})})});
}

}  // namespace

void ExportNormalize(ExportNode& node) {
  const Normalize& op = node.As<Normalize>();
  const TensorType& x = node.InputType(0);
  const int rank = x.rank();
  const std::vector<int64_t> axes = Sorted(op.axes, rank);
  std::vector<int64_t> scale_axes = op.scale_axes;
  for (int64_t& axis : scale_axes) axis += axis < 0 ? rank : 0;
  const int64_t first = rank - static_cast<int64_t>(axes.size());
  const bool tail = op.centered && !axes.empty() && IsTail(axes, first, rank);
  if (tail && node.HasInput(1) && node.HasInput(2) && first == 2 &&
      scale_axes == std::vector<int64_t>{1}) {
    return node.Result("InstanceNormalization",
                       {node.Input(0), node.Input(1), node.Input(2)},
                       {{"epsilon", op.epsilon}});
  }
  if (!tail) {
    return ScaledResult(node, Standardized(node, op, axes), scale_axes);
  }
  const std::vector<OnnxAttr> attrs = {{"axis", first},
                                       {"epsilon", op.epsilon}};
  if (node.HasInput(1) && scale_axes == axes) {
    return node.Result("LayerNormalization",
                       {node.Input(0), node.Input(1), node.Input(2)}, attrs);
  }
  const Shape normalized(x.shape.begin() + first, x.shape.end());
  ScaledResult(
      node,
      node.Add("LayerNormalization",
               {node.Input(0),
                node.Constant(Filled(node.RealType(), normalized, 1), "ones")},
               attrs),
      scale_axes);
}

}  // namespace tinyc
