// SPDX-License-Identifier: Apache-2.0
// Quantized operators of com.microsoft, as onnxruntime's quantizer writes them:
//
//   QLinearSigmoid(x, ...)     =>  quantize(sigmoid(dequantize(x)))
#include <numeric>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/quantized.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// Operand `i`, followed by its scale and its zero point, as real numbers.
absl::StatusOr<Dequantized> DequantizeThree(OnnxNode& node, size_t i,
                                            int64_t axis = 0) {
  return DequantizeInput(node, i, QuantOperands::After(i, axis));
}

// `x` with the dimension 1, the channels, as the last one or, when `back`, the
// last dimension as the channels again.
absl::StatusOr<Value*> MoveChannels(OnnxNode& node, Value* x, bool back) {
  const size_t rank = x->type().shape.size();
  if (rank < 3) return Invalid("its input has rank ", rank, ", not 3 or more");
  std::vector<int64_t> perm(rank);
  std::iota(perm.begin(), perm.end(), 0);
  if (back) {
    std::rotate(perm.begin() + 1, perm.end() - 1, perm.end());
  } else {
    std::rotate(perm.begin() + 1, perm.begin() + 2, perm.end());
  }
  return TransposeTo(node, x, std::move(perm));
}

// The mean over windows, or over everything, of x in ONNX's order.
absl::StatusOr<Value*> Average(OnnxNode& node, Value* x) {
  const Shape shape = x->type().shape;
  if (node.type() == "QLinearGlobalAveragePool") {
    std::vector<int64_t> axes(shape.size() - 2);
    std::iota(axes.begin(), axes.end(), 2);
    return node.Emit("reduce_mean", {x}, {{"axes", axes}, {"keepdims", true}});
  }
  TINYC_ASSIGN_OR_RETURN(const WindowAttrs window, ReadWindow(node, shape));
  return node.Emit(
      "average_pool", {x},
      {{"kernel", window.kernel},
       {"strides", window.strides},
       {"pads", window.pads},
       {"dilations", window.dilations},
       {"ceil_mode", node.Int("ceil_mode", 0) != 0},
       {"count_include_pad", node.Int("count_include_pad", 0) != 0}});
}

}  // namespace

// com.microsoft: alpha * a' * b' + c, the integers c with the scale of the
// products; without a scale for the result, it is real.
absl::Status ImportQGemm(OnnxNode& node) {
  const float alpha = node.Float("alpha", 1);
  const int64_t b_axis = node.Int("transB", 0) != 0 ? 0 : 1;
  TINYC_ASSIGN_OR_RETURN(const Dequantized a, DequantizeThree(node, 0));
  TINYC_ASSIGN_OR_RETURN(const Dequantized b, DequantizeThree(node, 3, b_axis));
  Value* c = nullptr;
  if (node.HasInput(6)) {
    TINYC_ASSIGN_OR_RETURN(const TensorType type, node.InputType(6));
    TINYC_ASSIGN_OR_RETURN(c, DequantizeBias(node, 6, QuantOperands::After(0),
                                             QuantOperands::After(3, b_axis),
                                             alpha, type.rank() - 1));
  }
  TINYC_ASSIGN_OR_RETURN(Value * y,
                         EmitGemm(node, a.value, b.value, c, alpha, 1));
  if (!node.HasInput(7)) return node.SetOutput(0, y);
  return node.SetOutput(0, QuantizeResult(node, y, 7, a.stored));
}

// com.microsoft QLinearAdd, QLinearMul.
absl::Status ImportQLinearBinary(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Dequantized a, DequantizeThree(node, 0));
  TINYC_ASSIGN_OR_RETURN(const Dequantized b, DequantizeThree(node, 3));
  TINYC_ASSIGN_OR_RETURN(Value * y,
                         node.Emit(node.type() == "QLinearAdd" ? "add" : "mul",
                                   {a.value, b.value}));
  return node.SetOutput(0, QuantizeResult(node, y, 6, a.stored));
}

// QLinearSigmoid, QLinearLeakyRelu.
absl::Status ImportQLinearUnary(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Dequantized x, DequantizeThree(node, 0));
  Value* y = nullptr;
  if (node.type() == "QLinearSigmoid") {
    TINYC_ASSIGN_OR_RETURN(y, node.Emit("sigmoid", {x.value}));
  } else {
    TINYC_ASSIGN_OR_RETURN(
        y, EmitLeakyRelu(node, x.value, node.Float("alpha", 0.01f)));
  }
  return node.SetOutput(0, QuantizeResult(node, y, 3, x.stored));
}

// QLinearAveragePool, QLinearGlobalAveragePool.
absl::Status ImportQLinearAverage(OnnxNode& node) {
  const bool channels_last = node.Int("channels_last", 0) != 0;
  TINYC_ASSIGN_OR_RETURN(const Dequantized x, DequantizeThree(node, 0));
  Value* y = x.value;
  if (y->type().rank() < 3) {
    return Invalid("its input has rank ", y->type().rank(), ", not 3 or more");
  }
  if (channels_last) {
    TINYC_ASSIGN_OR_RETURN(y, MoveChannels(node, y, /*back=*/true));
  }
  TINYC_ASSIGN_OR_RETURN(y, Average(node, y));
  if (channels_last) {
    TINYC_ASSIGN_OR_RETURN(y, MoveChannels(node, y, /*back=*/false));
  }
  return node.SetOutput(0, QuantizeResult(node, y, 3, x.stored));
}

// The result's parameters come first, then three operands per tensor.
absl::Status ImportQLinearConcat(OnnxNode& node) {
  std::vector<Value*> parts;
  DType stored = DType::kU8;
  for (size_t i = 2; i < node.num_inputs(); i += 3) {
    TINYC_ASSIGN_OR_RETURN(const Dequantized part, DequantizeThree(node, i));
    parts.push_back(part.value);
    stored = part.stored;
  }
  if (parts.empty()) return Invalid("it has no operands");
  TINYC_ASSIGN_OR_RETURN(
      const int64_t axis,
      NormalAxis(node.Int("axis", 1), parts[0]->type().rank()));
  TINYC_ASSIGN_OR_RETURN(
      Value * y, node.Emit("concat", std::move(parts), {{"axis", axis}}));
  return node.SetOutput(0, QuantizeResult(node, y, 0, stored));
}

// Before operator set 13, which an attribute names, softmax is over all
// dimensions from `axis` on.
absl::Status ImportQLinearSoftmax(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Dequantized x, DequantizeThree(node, 0));
  const bool flattens = node.Int("opset", 13) < 13;
  TINYC_ASSIGN_OR_RETURN(
      Value * y, EmitSoftmax(node, "softmax", x.value,
                             node.Int("axis", flattens ? 1 : -1), flattens));
  return node.SetOutput(0, QuantizeResult(node, y, 3, x.stored));
}

}  // namespace tinyc
