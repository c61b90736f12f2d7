// SPDX-License-Identifier: Apache-2.0
// Decision trees as ONNX's operators give them, on their way to the IR's
// tree_ensemble.
#ifndef TINYC_FRONTENDS_ONNX_IMPORTERS_ML_TREES_H_
#define TINYC_FRONTENDS_ONNX_IMPORTERS_ML_TREES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "frontends/onnx/node.h"

namespace tinyc {

struct Trees {
  // A branch is the index of a node, or ~ the index of a leaf.
  struct Node {
    int64_t feature = 0;
    int64_t comparison = 0;  // 0..5: <= < >= > == != split
    bool nan_is_true = false;
    double split = 0;
    int64_t on_true = 0;
    int64_t on_false = 0;
  };
  struct Vote {
    int64_t target = 0;
    double weight = 0;
    auto operator<=>(const Vote&) const = default;
  };
  using Leaf = std::vector<Vote>;

  std::vector<int64_t> roots;  // branches
  std::vector<Node> nodes;
  std::vector<Leaf> leaves;
};

// What the trees make of the features x: [N, targets] in the type of x.
// `aggregate` is SUM, AVERAGE, MIN or MAX.
absl::StatusOr<Value*> EmitTrees(OnnxNode& node, Value* x, const Trees& trees,
                                 int64_t targets, const std::string& aggregate);

// OK when the attribute `name` has `count` entries.
absl::Status CheckCount(absl::string_view name, size_t entries, size_t count);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_IMPORTERS_ML_TREES_H_
