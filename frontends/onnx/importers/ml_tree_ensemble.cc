// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml TreeEnsemble: nodes and leaves in lists of their own.
#include <cmath>
#include <limits>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/ml_scores.h"
#include "frontends/onnx/importers/ml_trees.h"

namespace tinyc {
namespace {

constexpr int64_t kMember = 6;  // of nodes_modes
constexpr int64_t kLess = 1;
constexpr int64_t kEqual = 4;

// A tensor that has to be there.
absl::StatusOr<std::shared_ptr<const Tensor>> Numbers(OnnxNode& node,
                                                      absl::string_view name,
                                                      size_t count) {
  TINYC_ASSIGN_OR_RETURN(std::shared_ptr<const Tensor> tensor,
                         node.TensorAttr(name));
  if (tensor == nullptr) return Invalid("attribute ", name, " is missing");
  TINYC_RETURN_IF_ERROR(
      CheckCount(name, static_cast<size_t>(tensor->size()), count));
  return tensor;
}

absl::Status ReadLeaves(OnnxNode& node, Trees* trees) {
  const std::vector<int64_t> targets = node.Ints("leaf_targetids");
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> weights,
                         Numbers(node, "leaf_weights", targets.size()));
  for (size_t i = 0; i < targets.size(); ++i) {
    trees->leaves.push_back(
        {{targets[i], weights->At(static_cast<int64_t>(i))}});
  }
  return absl::OkStatus();
}

absl::Status ReadNodes(OnnxNode& node, Trees* trees) {
  const std::vector<int64_t> features = node.Ints("nodes_featureids");
  const size_t count = features.size();
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> modes,
                         Numbers(node, "nodes_modes", count));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> splits,
                         Numbers(node, "nodes_splits", count));
  std::vector<int64_t> lists[] = {
      node.Ints("nodes_truenodeids"), node.Ints("nodes_trueleafs"),
      node.Ints("nodes_falsenodeids"), node.Ints("nodes_falseleafs"),
      node.Ints("nodes_missing_value_tracks_true")};
  if (lists[4].empty()) lists[4].resize(count);
  for (const std::vector<int64_t>& list : lists) {
    TINYC_RETURN_IF_ERROR(CheckCount("a list about nodes", list.size(), count));
  }
  for (size_t i = 0; i < count; ++i) {
    const int64_t at = static_cast<int64_t>(i);
    if (modes->IntAt(at) < 0 || modes->IntAt(at) > kMember) {
      return Invalid("node ", i, " has the mode ", modes->IntAt(at));
    }
    if (lists[0][i] < 0 || lists[2][i] < 0) {
      return Invalid("node ", i, " leads nowhere");
    }
    trees->nodes.push_back(
        {.feature = features[i],
         .comparison = modes->IntAt(at),
         .nan_is_true = lists[4][i] != 0,
         .split = splits->At(at),
         .on_true = lists[1][i] != 0 ? ~lists[0][i] : lists[0][i],
         .on_false = lists[3][i] != 0 ? ~lists[2][i] : lists[2][i]});
  }
  return absl::OkStatus();
}

// Tests for membership as comparisons with one member after the other.
absl::Status ExpandMembers(OnnxNode& node, Trees* trees) {
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> members,
                         node.TensorAttr("membership_values"));
  const int64_t size = members == nullptr ? 0 : members->size();
  int64_t next = 0;
  const size_t count = trees->nodes.size();
  for (size_t i = 0; i < count; ++i) {
    if (trees->nodes[i].comparison != kMember) continue;
    const Trees::Node test = trees->nodes[i];
    size_t last = i;  // of the comparisons
    // What no number is, unless there are members.
    trees->nodes[i].comparison = kLess;
    trees->nodes[i].split = -std::numeric_limits<double>::infinity();
    for (bool first = true;; first = false) {
      if (next >= size) return Invalid("membership_values ends early");
      const double member = members->At(next++);
      if (std::isnan(member)) break;
      if (!first) {
        trees->nodes[last].on_false = static_cast<int64_t>(trees->nodes.size());
        last = trees->nodes.size();
        trees->nodes.push_back(test);
      }
      trees->nodes[last].comparison = kEqual;
      trees->nodes[last].split = member;
    }
  }
  if (next < size) return Invalid("membership_values has too many sets");
  return absl::OkStatus();
}

}  // namespace

absl::Status ImportTreeEnsemble(OnnxNode& node) {
  constexpr const char* kAggregates[] = {"AVERAGE", "SUM", "MIN", "MAX"};
  constexpr const char* kTransforms[] = {"NONE", "SOFTMAX", "LOGISTIC",
                                         "SOFTMAX_ZERO", "PROBIT"};
  TINYC_ASSIGN_OR_RETURN(Value * x, Features(node));
  const int64_t aggregate = node.Int("aggregate_function", 1);
  const int64_t transform = node.Int("post_transform", 0);
  const int64_t targets = node.Int("n_targets", 0);
  if (aggregate < 0 || aggregate > 3 || transform < 0 || transform > 4) {
    return Invalid("aggregate_function is ", aggregate,
                   " and post_transform is ", transform);
  }
  if (transform == 1 || transform == 2) {
    return Unimplemented(
        "post_transform ", transform,
        " is not supported: ONNX and onnxruntime "
        "mean SOFTMAX and LOGISTIC by 1 and 2 the other way round; export the "
        "model with 0, followed by an operator of its own");
  }
  if (targets < 1) return Invalid("n_targets is ", targets);
  node.Ignore("nodes_hitrates");
  Trees trees;
  trees.roots = node.Ints("tree_roots");
  TINYC_RETURN_IF_ERROR(ReadLeaves(node, &trees));
  TINYC_RETURN_IF_ERROR(ReadNodes(node, &trees));
  TINYC_RETURN_IF_ERROR(ExpandMembers(node, &trees));
  TINYC_ASSIGN_OR_RETURN(
      Value * y, EmitTrees(node, x, trees, targets, kAggregates[aggregate]));
  return node.SetOutput(0, PostTransform(node, y, kTransforms[transform]));
}

}  // namespace tinyc
