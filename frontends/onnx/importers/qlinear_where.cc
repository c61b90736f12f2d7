// SPDX-License-Identifier: Apache-2.0
// com.microsoft QLinearWhere: a choice between quantized tensors.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/quantized.h"

namespace tinyc {

absl::Status ImportQLinearWhere(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * condition, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const Dequantized x,
                         DequantizeInput(node, 1, QuantOperands::After(1)));
  TINYC_ASSIGN_OR_RETURN(const Dequantized y,
                         DequantizeInput(node, 4, QuantOperands::After(4)));
  TINYC_ASSIGN_OR_RETURN(Value * z,
                         node.Emit("where", {condition, x.value, y.value}));
  return node.SetOutput(0, QuantizeResult(node, z, 7, x.stored));
}

}  // namespace tinyc
