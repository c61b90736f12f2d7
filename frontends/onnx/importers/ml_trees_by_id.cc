// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/importers/ml_trees_by_id.h"

#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "frontends/onnx/importers/ml_scores.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

using NodeId = std::pair<int64_t, int64_t>;  // of the tree, in the tree

// The attribute `name` or, in double, `name`_as_tensor, which sets *wide.
absl::StatusOr<std::vector<double>> Reals(OnnxNode& node,
                                          const std::string& name, bool* wide) {
  const std::vector<float> floats = node.Floats(name);
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> tensor,
                         node.TensorAttr(name + "_as_tensor"));
  if (tensor == nullptr) {
    return std::vector<double>(floats.begin(), floats.end());
  }
  if (!floats.empty()) return Invalid(name, " is given twice");
  std::vector<double> reals;
  for (int64_t i = 0; i < tensor->size(); ++i) reals.push_back(tensor->At(i));
  *wide |= tensor->dtype() == DType::kF64;
  return reals;
}

// <= < >= > == !=, in the order of Trees::Node::comparison; -1 for a leaf.
absl::StatusOr<int64_t> ComparisonOf(const std::string& mode) {
  constexpr absl::string_view kModes[] = {"BRANCH_LEQ", "BRANCH_LT",
                                          "BRANCH_GTE", "BRANCH_GT",
                                          "BRANCH_EQ",  "BRANCH_NEQ"};
  if (mode == "LEAF") return -1;
  for (size_t i = 0; i < std::size(kModes); ++i) {
    if (mode == kModes[i]) return static_cast<int64_t>(i);
  }
  return Invalid("a node has the mode \"", mode, "\"");
}

// The leaves have no votes yet.  Returns the branches by their ids.
absl::StatusOr<std::map<NodeId, int64_t>> ReadNodes(OnnxNode& node,
                                                    Trees* trees, bool* wide) {
  const std::vector<std::string> modes = node.Strings("nodes_modes");
  const size_t count = modes.size();
  TINYC_ASSIGN_OR_RETURN(std::vector<double> splits,
                         Reals(node, "nodes_values", wide));
  if (splits.empty()) splits.resize(count);
  TINYC_RETURN_IF_ERROR(CheckCount("nodes_values", splits.size(), count));
  enum { kTree, kId, kFeature, kTrue, kFalse, kNan, kLists };
  constexpr absl::string_view kNames[] = {
      "nodes_treeids",      "nodes_nodeids",
      "nodes_featureids",   "nodes_truenodeids",
      "nodes_falsenodeids", "nodes_missing_value_tracks_true"};
  std::vector<int64_t> lists[kLists];
  for (size_t i = 0; i < kLists; ++i) {
    lists[i] = node.Ints(kNames[i]);
    if (i == kNan && lists[i].empty()) lists[i].resize(count);
    TINYC_RETURN_IF_ERROR(CheckCount(kNames[i], lists[i].size(), count));
  }
  std::map<NodeId, int64_t> branches;
  std::set<int64_t> begun;
  int64_t inner = 0;
  int64_t leaves = 0;
  for (size_t i = 0; i < count; ++i) {
    TINYC_ASSIGN_OR_RETURN(const int64_t comparison, ComparisonOf(modes[i]));
    const int64_t tree = lists[kTree][i];
    const int64_t branch = comparison < 0 ? ~leaves++ : inner++;
    if (!branches.emplace(NodeId(tree, lists[kId][i]), branch).second) {
      return Invalid("tree ", tree, " has two nodes ", lists[kId][i]);
    }
    // The first node of a tree is its root.
    if (begun.insert(tree).second) trees->roots.push_back(branch);
  }
  trees->leaves.resize(static_cast<size_t>(leaves));
  for (size_t i = 0; i < count; ++i) {
    TINYC_ASSIGN_OR_RETURN(const int64_t comparison, ComparisonOf(modes[i]));
    if (comparison < 0) continue;
    const auto on_true = branches.find({lists[kTree][i], lists[kTrue][i]});
    const auto on_false = branches.find({lists[kTree][i], lists[kFalse][i]});
    if (on_true == branches.end() || on_false == branches.end()) {
      return Invalid("node ", i, " leads nowhere");
    }
    trees->nodes.push_back({.feature = lists[kFeature][i],
                            .comparison = comparison,
                            .nan_is_true = lists[kNan][i] != 0,
                            .split = splits[i],
                            .on_true = on_true->second,
                            .on_false = on_false->second});
  }
  return branches;
}

absl::Status ReadVotes(OnnxNode& node, const std::string& votes,
                       const std::map<NodeId, int64_t>& branches, Trees* trees,
                       bool* wide) {
  const std::vector<int64_t> targets = node.Ints(votes + "_ids");
  const std::vector<int64_t> tree_ids = node.Ints(votes + "_treeids");
  const std::vector<int64_t> node_ids = node.Ints(votes + "_nodeids");
  TINYC_ASSIGN_OR_RETURN(const std::vector<double> weights,
                         Reals(node, votes + "_weights", wide));
  for (const size_t size : {tree_ids.size(), node_ids.size(), weights.size()}) {
    TINYC_RETURN_IF_ERROR(
        CheckCount("a list about weights", size, targets.size()));
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    const auto branch = branches.find({tree_ids[i], node_ids[i]});
    if (branch == branches.end() || branch->second >= 0) {
      return Invalid("weight ", i, " is of no leaf");
    }
    trees->leaves[static_cast<size_t>(~branch->second)].push_back(
        {targets[i], weights[i]});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TreesById> ReadTreesById(OnnxNode& node,
                                        const std::string& votes) {
  TreesById read;
  TINYC_ASSIGN_OR_RETURN(read.x, Features(node));
  node.Ignore("nodes_hitrates");
  node.Ignore("nodes_hitrates_as_tensor");
  bool wide = false;
  TINYC_ASSIGN_OR_RETURN(const auto branches,
                         ReadNodes(node, &read.trees, &wide));
  TINYC_RETURN_IF_ERROR(ReadVotes(node, votes, branches, &read.trees, &wide));
  TINYC_ASSIGN_OR_RETURN(read.base_values, Reals(node, "base_values", &wide));
  if (wide) {
    TINYC_ASSIGN_OR_RETURN(read.x, CastTo(node, read.x, DType::kF64));
  }
  return read;
}

absl::StatusOr<Value*> AddBaseValues(OnnxNode& node, Value* scores,
                                     const std::vector<double>& base_values) {
  if (base_values.empty()) return scores;
  const int64_t count = static_cast<int64_t>(base_values.size());
  if (count != scores->type().shape.back()) {
    return Invalid("it has ", count, " base values for ",
                   scores->type().shape.back(), " scores");
  }
  Tensor base(TensorType(scores->type().dtype, {count}));
  for (int64_t i = 0; i < count; ++i) {
    base.Set(i, base_values[static_cast<size_t>(i)]);
  }
  return node.Emit("add", {scores, node.AddConstant(std::move(base))});
}

}  // namespace tinyc
