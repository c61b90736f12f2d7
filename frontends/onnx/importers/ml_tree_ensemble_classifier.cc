// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml TreeEnsembleClassifier: the sums of the trees' weights for each
// class, and the label of the greatest.
#include <algorithm>
#include <set>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/ml_scores.h"
#include "frontends/onnx/importers/ml_trees_by_id.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// Calls `see` with every vote.
template <typename See>
void ForEachVote(const Trees& trees, const See& see) {
  for (const Trees::Leaf& leaf : trees.leaves) {
    for (const Trees::Vote& vote : leaf) see(vote);
  }
}

// The classes that all leaves below `root` vote for.
std::set<int64_t> SureClasses(const Trees& trees, int64_t root) {
  std::set<int64_t> sure;
  std::vector<int64_t> open = {root};
  std::set<int64_t> seen;
  bool first = true;
  while (!open.empty()) {
    const int64_t branch = open.back();
    open.pop_back();
    if (!seen.insert(branch).second) continue;
    if (branch >= 0) {
      const Trees::Node& node = trees.nodes[static_cast<size_t>(branch)];
      open.push_back(node.on_true);
      open.push_back(node.on_false);
      continue;
    }
    std::set<int64_t> voted;
    for (const Trees::Vote& vote : trees.leaves[static_cast<size_t>(~branch)]) {
      if (first || sure.contains(vote.target)) voted.insert(vote.target);
    }
    sure = std::move(voted);
    first = false;
  }
  return sure;
}

// onnxruntime's label is the best among the classes that have a vote; this is
// the greatest score when all have, or when votes are positive.
absl::Status CheckVotes(const Trees& trees, size_t classes) {
  bool positive = true;
  ForEachVote(trees, [&](const Trees::Vote& vote) {
    positive = positive && vote.weight > 0;
  });
  std::set<int64_t> sure;
  for (const int64_t root : trees.roots) sure.merge(SureClasses(trees, root));
  if (positive || sure.size() == classes) return absl::OkStatus();
  return Unimplemented(
      "some inputs may have no weight for a class, and others are not above "
      "0: what the label is then differs between ONNX and onnxruntime");
}

// Both scores of two classes from the only one, that of the second class: its
// complement or, when there are weights below 0, its negative comes first.
absl::StatusOr<Value*> BothScores(OnnxNode& node, Value* score,
                                  const std::string& transform,
                                  bool complement) {
  Value* other = nullptr;
  if (transform == "LOGISTIC") {
    TINYC_ASSIGN_OR_RETURN(other, node.Emit("neg", {score}));
    TINYC_ASSIGN_OR_RETURN(other, node.Emit("sigmoid", {other}));
    TINYC_ASSIGN_OR_RETURN(score, node.Emit("sigmoid", {score}));
  } else if (transform != "NONE") {
    return Unimplemented("post_transform ", transform,
                         " of one score for two classes is not supported");
  } else if (complement) {
    Value* one = node.Scalar(score->type().dtype, 1);
    TINYC_ASSIGN_OR_RETURN(other, node.Emit("sub", {one, score}));
  } else {
    TINYC_ASSIGN_OR_RETURN(other, node.Emit("neg", {score}));
  }
  return node.Emit("concat", {other, score}, {{"axis", int64_t{1}}});
}

// The outputs, from trees with weights for one of two classes only.
absl::Status Binary(OnnxNode& node, const TreesById& read,
                    const std::vector<int64_t>& labels, int64_t voted,
                    const std::string& transform) {
  if (voted == 1 && !read.base_values.empty()) {
    return Unimplemented(
        "base_values with weights for the second class only are not supported");
  }
  TINYC_ASSIGN_OR_RETURN(Value * scores,
                         EmitTrees(node, read.x, read.trees, voted + 1, "SUM"));
  TINYC_ASSIGN_OR_RETURN(scores, AddBaseValues(node, scores, read.base_values));
  Value* score = scores;  // of the second class
  if (voted == 1) {
    TINYC_ASSIGN_OR_RETURN(
        score, node.Emit("slice", {scores},
                         {{"starts", std::vector<int64_t>{0, 1}},
                          {"sizes",
                           std::vector<int64_t>{scores->type().shape[0], 1}}}));
  }
  bool positive = true;
  ForEachVote(read.trees, [&](const Trees::Vote& vote) {
    positive = positive && vote.weight >= 0;
  });
  Value* limit = node.Scalar(score->type().dtype, positive ? 0.5 : 0);
  TINYC_ASSIGN_OR_RETURN(Value * index, node.Emit("less", {limit, score}));
  TINYC_ASSIGN_OR_RETURN(index,
                         ReshapeTo(node, index, {score->type().shape[0]}));
  TINYC_ASSIGN_OR_RETURN(index, CastTo(node, index, DType::kS64));
  TINYC_RETURN_IF_ERROR(node.SetOutput(0, EmitLabels(node, index, labels)));
  TINYC_ASSIGN_OR_RETURN(
      scores, voted == 1 ? PostTransform(node, scores, transform)
                         : BothScores(node, score, transform, positive));
  return node.SetOutput(1, CastTo(node, scores, DType::kF32));
}

}  // namespace

absl::Status ImportTreeEnsembleClassifier(OnnxNode& node) {
  const std::string transform = node.String("post_transform", "NONE");
  TINYC_ASSIGN_OR_RETURN(
      const std::vector<int64_t> labels,
      ReadLabels(node, "classlabels_int64s", "classlabels_strings"));
  TINYC_ASSIGN_OR_RETURN(TreesById read, ReadTreesById(node, "class"));
  std::set<int64_t> voted;
  ForEachVote(read.trees,
              [&](const Trees::Vote& vote) { voted.insert(vote.target); });
  if (labels.size() == 2 && voted.size() == 1 && *voted.rbegin() <= 1) {
    return Binary(node, read, labels, *voted.begin(), transform);
  }
  if (labels.size() < 3) {
    return Unimplemented(
        "a classifier of ", labels.size(), " classes with weights for ",
        voted.size(), " is not supported: its labels differ between ONNX and ",
        "onnxruntime");
  }
  if (read.base_values.empty()) {
    TINYC_RETURN_IF_ERROR(CheckVotes(read.trees, labels.size()));
  }
  TINYC_ASSIGN_OR_RETURN(Value * scores,
                         EmitTrees(node, read.x, read.trees,
                                   static_cast<int64_t>(labels.size()), "SUM"));
  TINYC_ASSIGN_OR_RETURN(scores, AddBaseValues(node, scores, read.base_values));
  TINYC_RETURN_IF_ERROR(node.SetOutput(0, GreatestLabel(node, scores, labels)));
  TINYC_ASSIGN_OR_RETURN(scores, PostTransform(node, scores, transform));
  return node.SetOutput(1, CastTo(node, scores, DType::kF32));
}

}  // namespace tinyc
