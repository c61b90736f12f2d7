// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml LinearRegressor: a linear function for each target.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/ml_linear_scores.h"
#include "frontends/onnx/importers/ml_scores.h"

namespace tinyc {

absl::Status ImportLinearRegressor(OnnxNode& node) {
  const std::string transform = node.String("post_transform", "NONE");
  TINYC_ASSIGN_OR_RETURN(Value * y, LinearScores(node, node.Int("targets", 1)));
  return node.SetOutput(0, PostTransform(node, y, transform));
}

}  // namespace tinyc
