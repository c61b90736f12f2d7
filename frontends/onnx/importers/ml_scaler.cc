// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml Scaler: (x - offset) * scale, feature by feature.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {

absl::Status ImportScaler(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kF32));
  const std::vector<float> offset = node.Floats("offset");
  const std::vector<float> scale = node.Floats("scale");
  const int64_t count = static_cast<int64_t>(scale.size());
  const Shape& shape = x->type().shape;
  // Which dimension the features of a higher rank are in differs between ONNX
  // and onnxruntime.
  const bool each =
      !shape.empty() && shape.size() <= 2 && count == shape.back();
  if (offset.size() != scale.size() || (count != 1 && !each)) {
    return Invalid("it has ", offset.size(), " offsets and ", count,
                   " scales for an input of shape ", ToString(shape));
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * y,
      node.Emit("sub", {x, node.AddConstant(Tensor::Of<float>(
                               count == 1 ? Shape{} : Shape{count}, offset))}));
  return node.SetOutput(
      0,
      node.Emit("mul", {y, node.AddConstant(Tensor::Of<float>(
                               count == 1 ? Shape{} : Shape{count}, scale))}));
}

}  // namespace tinyc
