// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml Normalizer: each row divided by its maximum, by the sum of its
// absolute values or by its length; a row for which this is 0 stays as it is.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {

absl::Status ImportNormalizer(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kF32));
  const int rank = x->type().rank();
  if (rank != 1 && rank != 2) {
    return Invalid("its input has rank ", rank, ", not 1 or 2");
  }
  const std::string norm = node.String("norm", "MAX");
  if (norm != "MAX" && norm != "L1" && norm != "L2") {
    return Invalid("norm has the value \"", norm, "\"");
  }
  const std::vector<int64_t> last = {rank - 1};
  TINYC_ASSIGN_OR_RETURN(Value * size,
                         node.Emit(norm == "MAX"  ? "reduce_max"
                                   : norm == "L1" ? "reduce_l1"
                                                  : "reduce_sum_square",
                                   {x}, {{"axes", last}, {"keepdims", true}}));
  if (norm == "L2") {
    TINYC_ASSIGN_OR_RETURN(size, node.Emit("sqrt", {size}));
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * none, node.Emit("equal", {size, node.Scalar(DType::kF32, 0)}));
  TINYC_ASSIGN_OR_RETURN(
      size, node.Emit("where", {none, node.Scalar(DType::kF32, 1), size}));
  return node.SetOutput(0, node.Emit("div", {x, size}));
}

}  // namespace tinyc
