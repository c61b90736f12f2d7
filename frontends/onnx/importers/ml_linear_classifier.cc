// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml LinearClassifier: a linear function for each class, and the label
// of the greatest; or one function, that of the second of two classes.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/ml_linear_scores.h"
#include "frontends/onnx/importers/ml_scores.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// The outputs, from the score of the second class, which is the label when it
// is above 0.
absl::Status Binary(OnnxNode& node, Value* score,
                    const std::vector<int64_t>& labels,
                    const std::string& transform) {
  if (transform != "NONE" && transform != "LOGISTIC") {
    return Unimplemented("post_transform ", transform,
                         " of one score for two classes is not supported");
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * index, node.Emit("less", {node.Scalar(DType::kF32, 0), score}));
  TINYC_ASSIGN_OR_RETURN(index,
                         ReshapeTo(node, index, {score->type().shape[0]}));
  TINYC_ASSIGN_OR_RETURN(index, CastTo(node, index, DType::kS64));
  TINYC_RETURN_IF_ERROR(node.SetOutput(0, EmitLabels(node, index, labels)));
  if (transform == "LOGISTIC") {
    TINYC_ASSIGN_OR_RETURN(score, node.Emit("sigmoid", {score}));
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * other, node.Emit("sub", {node.Scalar(DType::kF32, 1), score}));
  return node.SetOutput(
      1, node.Emit("concat", {other, score}, {{"axis", int64_t{1}}}));
}

}  // namespace

absl::Status ImportLinearClassifier(OnnxNode& node) {
  const std::string transform = node.String("post_transform", "NONE");
  node.Ignore("multi_class");  // says how the weights came about
  TINYC_ASSIGN_OR_RETURN(
      const std::vector<int64_t> labels,
      ReadLabels(node, "classlabels_ints", "classlabels_strings"));
  // One for each score, of which there may be fewer than labels.
  const size_t intercepts = node.Floats("intercepts").size();
  const size_t count = intercepts == 0 ? labels.size() : intercepts;
  TINYC_ASSIGN_OR_RETURN(Value * scores,
                         LinearScores(node, static_cast<int64_t>(count)));
  if (count == 1 && labels.size() == 2) {
    return Binary(node, scores, labels, transform);
  }
  TINYC_RETURN_IF_ERROR(node.SetOutput(0, GreatestLabel(node, scores, labels)));
  return node.SetOutput(1, PostTransform(node, scores, transform));
}

}  // namespace tinyc
