// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/importers/ml_linear_scores.h"

#include "frontends/onnx/importers/ml_scores.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {

absl::StatusOr<Value*> LinearScores(OnnxNode& node, int64_t count) {
  TINYC_ASSIGN_OR_RETURN(Value * x, Features(node));
  TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kF32));
  const std::vector<float> weights = node.Floats("coefficients");
  const std::vector<float> intercepts = node.Floats("intercepts");
  const int64_t features = x->type().shape[1];
  if (count < 1 || count > static_cast<int64_t>(weights.size()) ||
      count * features != static_cast<int64_t>(weights.size())) {
    return Invalid("it has ", weights.size(), " coefficients for ", count,
                   " scores of ", features, " features");
  }
  Value* bias = nullptr;
  if (!intercepts.empty()) {
    if (count != static_cast<int64_t>(intercepts.size())) {
      return Invalid("it has ", intercepts.size(), " intercepts for ", count,
                     " scores");
    }
    bias = node.AddConstant(Tensor::Of<float>({count}, intercepts));
  }
  return EmitLinear(
      node, x, node.AddConstant(Tensor::Of<float>({count, features}, weights)),
      true, bias);
}

}  // namespace tinyc
