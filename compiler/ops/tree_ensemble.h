// SPDX-License-Identifier: Apache-2.0
// Ensembles of decision trees.
#ifndef TINYC_COMPILER_OPS_TREE_ENSEMBLE_H_
#define TINYC_COMPILER_OPS_TREE_ENSEMBLE_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

enum class TreeAggregate { kSum, kMin, kMax };
template <>
struct EnumNames<TreeAggregate> {
  static constexpr absl::string_view kNames[] = {"sum", "min", "max"};
};

// x: plain floats [..., features].  y: [..., targets].  Every tree leads a row
// of x to a leaf; y combines the votes of these leaves, target by target, and
// is 0 for a target without votes.
//
// A branch b >= 0 is a node, and otherwise the leaf whose votes begin at ~b.
//   roots: s32 [trees], branches
//   nodes: s32 [n,3], the test and the branches for true and for false, which
//     are leaves or later nodes.  The test is 16 * feature
//     + 8 * (a NaN in the feature is true) + comparison,
//     which is 0: <=, 1: <, 2: >=, 3: >, 4: ==, 5: != splits[node]
//   splits: [n], as x
//   votes: s32 [m], targets; ~target for the last vote of a leaf
//   weights: [m], as x
// All but x are constants.
// ONNX-ML TreeEnsemble (https://onnx.ai/onnx/operators/
// onnx_aionnxml_TreeEnsemble.html).
struct TreeEnsemble final : OpBase<TreeEnsemble> {
  static constexpr absl::string_view kName = "tree_ensemble";
  static constexpr Operand kOperands[] = {{"x"},      {"roots"}, {"nodes"},
                                          {"splits"}, {"votes"}, {"weights"}};

  int64_t targets = 1;
  TreeAggregate aggregate = TreeAggregate::kSum;

  static constexpr auto kAttrs =
      std::tuple{Attr{"targets", &TreeEnsemble::targets},
                 Attr{"aggregate", &TreeEnsemble::aggregate}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_TREE_ENSEMBLE_H_
