// SPDX-License-Identifier: Apache-2.0
// ONNX Conv => conv
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {

absl::StatusOr<Value*> EmitConv(OnnxNode& node, Value* x, Value* w,
                                Value* bias) {
  const Shape& weight = w->type().shape;
  if (weight.size() != x->type().shape.size() || weight.size() < 3) {
    return Invalid("its input has rank ", x->type().rank(), ", its weight ",
                   weight.size());
  }
  TINYC_ASSIGN_OR_RETURN(
      const WindowAttrs window,
      ReadWindow(node, x->type().shape,
                 std::vector<int64_t>(weight.begin() + 2, weight.end())));
  return node.Emit("conv", {x, w, bias},
                   {{"strides", window.strides},
                    {"pads", window.pads},
                    {"dilations", window.dilations},
                    {"group", node.Int("group", 1)}});
}

absl::Status ImportConv(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * w, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.OptionalInput(2));
  return node.SetOutput(0, EmitConv(node, x, w, bias));
}

}  // namespace tinyc
