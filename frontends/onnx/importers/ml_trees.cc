// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/importers/ml_trees.h"

#include <algorithm>
#include <map>
#include <utility>

namespace tinyc {
namespace {

absl::Status CheckTrees(const Trees& trees, int64_t features, int64_t targets) {
  const auto exists = [&](int64_t branch) {
    return static_cast<size_t>(branch < 0 ? ~branch : branch) <
           (branch < 0 ? trees.leaves.size() : trees.nodes.size());
  };
  for (const int64_t root : trees.roots) {
    if (!exists(root)) return Invalid("a tree has no root");
  }
  for (size_t n = 0; n < trees.nodes.size(); ++n) {
    const Trees::Node& node = trees.nodes[n];
    if (node.feature < 0 || node.feature >= features) {
      return Invalid("node ", n, " tests the feature ", node.feature, " of ",
                     features);
    }
    if (!exists(node.on_true) || !exists(node.on_false)) {
      return Invalid("node ", n, " leads nowhere");
    }
  }
  for (const Trees::Leaf& leaf : trees.leaves) {
    for (const Trees::Vote& vote : leaf) {
      if (vote.target < 0 || vote.target >= targets) {
        return Invalid("a leaf has a weight for the target ", vote.target,
                       " of ", targets);
      }
    }
  }
  return absl::OkStatus();
}

// The nodes that the roots lead to, each before those that it leads to.
absl::StatusOr<std::vector<size_t>> InOrder(const Trees& trees) {
  enum class Mark { kNew, kOpen, kDone };
  std::vector<Mark> marks(trees.nodes.size(), Mark::kNew);
  std::vector<size_t> order;  // backwards
  std::vector<size_t> open;
  const auto visit = [&](int64_t branch) {
    if (branch >= 0) open.push_back(static_cast<size_t>(branch));
  };
  for (auto root = trees.roots.rbegin(); root != trees.roots.rend(); ++root) {
    visit(*root);
    while (!open.empty()) {
      const size_t n = open.back();
      if (marks[n] == Mark::kNew) {
        marks[n] = Mark::kOpen;
        for (const int64_t next :
             {trees.nodes[n].on_true, trees.nodes[n].on_false}) {
          if (next < 0) continue;
          if (marks[static_cast<size_t>(next)] == Mark::kOpen) {
            return Invalid("node ", next, " leads to itself");
          }
          visit(next);
        }
        continue;
      }
      open.pop_back();
      if (marks[n] == Mark::kOpen) order.push_back(n);
      marks[n] = Mark::kDone;
    }
  }
  std::reverse(order.begin(), order.end());
  return order;
}

template <typename T>
Value* AddList(OnnxNode& node, const std::vector<T>& list) {
  return node.AddConstant(
      Tensor::Of<T>({static_cast<int64_t>(list.size())}, list));
}

Value* AddNumbers(OnnxNode& node, const std::vector<double>& list,
                  DType dtype) {
  Tensor tensor(TensorType(dtype, {static_cast<int64_t>(list.size())}));
  for (size_t i = 0; i < list.size(); ++i) {
    tensor.Set(static_cast<int64_t>(i), list[i]);
  }
  return node.AddConstant(std::move(tensor));
}

}  // namespace

absl::Status CheckCount(absl::string_view name, size_t entries, size_t count) {
  if (entries == count) return absl::OkStatus();
  return Invalid(name, " has ", entries, " entries, not ", count);
}

absl::StatusOr<Value*> EmitTrees(OnnxNode& node, Value* x, const Trees& trees,
                                 int64_t targets,
                                 const std::string& aggregate) {
  TINYC_RETURN_IF_ERROR(CheckTrees(trees, x->type().shape.back(), targets));
  if (aggregate != "SUM" && aggregate != "AVERAGE" && aggregate != "MIN" &&
      aggregate != "MAX") {
    return Invalid("aggregate_function has the value \"", aggregate, "\"");
  }
  TINYC_ASSIGN_OR_RETURN(const std::vector<size_t> order, InOrder(trees));
  // What tree_ensemble's 32-bit numbers hold.
  constexpr size_t kMost = size_t{1} << 27;
  if (order.size() >= kMost || trees.leaves.size() >= kMost ||
      static_cast<size_t>(x->type().shape.back()) >= kMost ||
      static_cast<size_t>(targets) >= kMost) {
    return Unimplemented("trees of this size are not supported");
  }
  std::vector<int32_t> branches(trees.nodes.size());
  for (size_t i = 0; i < order.size(); ++i) {
    branches[order[i]] = static_cast<int32_t>(i);
  }
  // Equal leaves are one.
  const double share =
      aggregate == "AVERAGE" ? static_cast<double>(trees.roots.size()) : 1;
  std::map<Trees::Leaf, int32_t> starts;
  std::vector<int32_t> votes;
  std::vector<double> weights;
  std::vector<int32_t> leaves;
  for (const Trees::Leaf& leaf : trees.leaves) {
    if (leaf.empty()) return Invalid("a leaf has no weights");
    const auto [start, added] =
        starts.emplace(leaf, static_cast<int32_t>(votes.size()));
    leaves.push_back(~start->second);
    for (size_t i = 0; added && i < leaf.size(); ++i) {
      const int32_t target = static_cast<int32_t>(leaf[i].target);
      votes.push_back(i + 1 < leaf.size() ? target : ~target);
      weights.push_back(leaf[i].weight / share);
    }
  }
  const auto branch = [&](int64_t to) {
    return to < 0 ? leaves[static_cast<size_t>(~to)]
                  : branches[static_cast<size_t>(to)];
  };
  std::vector<int32_t> roots;
  for (const int64_t root : trees.roots) roots.push_back(branch(root));
  Tensor nodes(
      TensorType(DType::kS32, {static_cast<int64_t>(order.size()), 3}));
  std::vector<double> splits;
  for (size_t i = 0; i < order.size(); ++i) {
    const Trees::Node& from = trees.nodes[order[i]];
    const int64_t at = 3 * static_cast<int64_t>(i);
    nodes.SetInt(
        at, 16 * from.feature + (from.nan_is_true ? 8 : 0) + from.comparison);
    nodes.SetInt(at + 1, branch(from.on_true));
    nodes.SetInt(at + 2, branch(from.on_false));
    splits.push_back(from.split);
  }
  const DType dtype = x->type().dtype;
  return node.Emit("tree_ensemble",
                   {x, AddList(node, roots), node.AddConstant(std::move(nodes)),
                    AddNumbers(node, splits, dtype), AddList(node, votes),
                    AddNumbers(node, weights, dtype)},
                   {{"targets", targets},
                    {"aggregate", aggregate == "MIN"   ? "min"
                                  : aggregate == "MAX" ? "max"
                                                       : "sum"}});
}

}  // namespace tinyc
