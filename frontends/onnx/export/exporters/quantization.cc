// SPDX-License-Identifier: Apache-2.0
// Between real numbers and stored integers.
#include "frontends/onnx/export/exporters.h"

namespace tinyc {

void ExportQuantize(ExportNode& node) { node.QuantizedResult(); }

void ExportDequantize(ExportNode& node) { node.DequantizedResult(); }

// The stored integers are indices of the table.
void ExportLookup(ExportNode& node) {
  const DType dtype = node.InputType(0).dtype;
  const std::string index =
      node.Add("Cast", {node.StoredInput(0)},
               {{"to", int64_t{InfoOf(DType::kS32).onnx}}});
  const std::string least = node.Constant(
      Tensor::Scalar(static_cast<int32_t>(MinOf(dtype))), "least");
  node.StoredResult("Gather",
                    {node.StoredInput(1), node.Add("Sub", {index, least})});
}

// The same integers under another scale.
void ExportReinterpret(ExportNode& node) {
  if (node.InputType(0).dtype != node.ResultType().dtype) {
    return node.Refuse(Unimplemented("operator set 21 cannot read ",
                                     ToString(node.InputType(0)), " as ",
                                     ToString(node.ResultType())));
  }
  node.StoredResult("Identity", {node.StoredInput(0)});
}

}  // namespace tinyc
