// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml TreeEnsembleRegressor: the trees' sum, mean, least or greatest
// weight for each target, plus a base value.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/ml_scores.h"
#include "frontends/onnx/importers/ml_trees_by_id.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {

absl::Status ImportTreeEnsembleRegressor(OnnxNode& node) {
  const std::string aggregate = node.String("aggregate_function", "SUM");
  const std::string transform = node.String("post_transform", "NONE");
  const int64_t targets = node.Int("n_targets", 0);
  if (targets < 1) return Invalid("n_targets is ", targets);
  TINYC_ASSIGN_OR_RETURN(TreesById read, ReadTreesById(node, "target"));
  for (Trees::Leaf& leaf : read.trees.leaves) {
    // To a sum it is the same as a zero.
    if (leaf.empty() && aggregate != "MIN" && aggregate != "MAX") {
      leaf.push_back({.target = 0, .weight = 0});
    }
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * y, EmitTrees(node, read.x, read.trees, targets, aggregate));
  TINYC_ASSIGN_OR_RETURN(y, AddBaseValues(node, y, read.base_values));
  TINYC_ASSIGN_OR_RETURN(y, PostTransform(node, y, transform));
  return node.SetOutput(0, CastTo(node, y, DType::kF32));
}

}  // namespace tinyc
