// SPDX-License-Identifier: Apache-2.0
// Between real numbers and stored integers.
#include "frontends/onnx/export/exporters.h"

namespace tinyc {

void ExportQuantize(ExportNode& node) { node.QuantizedResult(); }

void ExportDequantize(ExportNode& node) { node.DequantizedResult(); }

// The same integers under another scale.
void ExportReinterpret(ExportNode& node) {
  if (node.InputType(0).dtype != node.ResultType().dtype) {
    return node.Refuse(Unimplemented("operator set 21 cannot read ",
                                     ToString(node.InputType(0)), " as ",
                                     ToString(node.ResultType())));
  }
  node.StoredResult();
}

}  // namespace tinyc
