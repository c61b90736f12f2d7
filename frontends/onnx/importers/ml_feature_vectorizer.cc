// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml FeatureVectorizer: the features of all operands, row by row.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {

absl::Status ImportFeatureVectorizer(OnnxNode& node) {
  const std::vector<int64_t> sizes = node.Ints("inputdimensions");
  if (sizes.size() != node.num_inputs()) {
    return Invalid("inputdimensions has ", sizes.size(), " entries for ",
                   node.num_inputs(), " operands");
  }
  std::vector<Value*> parts;
  for (size_t i = 0; i < sizes.size(); ++i) {
    TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(i));
    const Shape shape = x->type().shape;
    if (shape.empty() || shape.size() > 2 || shape.back() != sizes[i]) {
      return Unimplemented("operand ", i, " of shape ", ToString(shape),
                           " is no list of ", sizes[i], " features");
    }
    TINYC_ASSIGN_OR_RETURN(
        x, ReshapeTo(node, x, {shape.size() == 1 ? 1 : shape[0], sizes[i]}));
    TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kF32));
    parts.push_back(x);
  }
  if (parts.size() == 1) return node.SetOutput(0, parts[0]);
  return node.SetOutput(
      0, node.Emit("concat", std::move(parts), {{"axis", int64_t{1}}}));
}

}  // namespace tinyc
