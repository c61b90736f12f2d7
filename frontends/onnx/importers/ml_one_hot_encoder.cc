// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml OneHotEncoder: for each number a row of 0 with a 1 at the place of
// its category; x == categories.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {

absl::Status ImportOneHotEncoder(OnnxNode& node) {
  if (node.Has("cats_strings")) {
    return Unimplemented(
        "cats_strings is not supported, since C has no tensors of strings: "
        "encode the categories as integers before the model is trained");
  }
  if (node.Int("zeros", 1) == 0) {
    return Unimplemented(
        "zeros=0, an error for what is no category, is not supported: export "
        "the model with zeros=1");
  }
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const std::vector<int64_t> categories,
                         node.RawInts("cats_int64s"));
  TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kS64));
  Shape shape = x->type().shape;
  shape.push_back(1);
  TINYC_ASSIGN_OR_RETURN(x, ReshapeTo(node, x, shape));
  Value* all = node.AddConstant(Tensor::Of<int64_t>(
      {static_cast<int64_t>(categories.size())}, categories));
  TINYC_ASSIGN_OR_RETURN(Value * same, node.Emit("equal", {x, all}));
  return node.SetOutput(0, CastTo(node, same, DType::kF32));
}

}  // namespace tinyc
