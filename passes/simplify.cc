// SPDX-License-Identifier: Apache-2.0
// Local rules that make a graph smaller and leave its results alone:
//
//   %1 = transpose(%x) {perm=[0,2,3,1]}
//   %2 = transpose(%1) {perm=[0,3,1,2]}
//   %3 = clip(%2) {min=0}
//   %4 = clip(%3) {max=6}                  =>    %4 = clip(%x) {min=0, max=6}
//
// The rules stand at the head of each simplify_<kind>.cc.
#include "passes/pass.h"
#include "passes/rewrite.h"
#include "passes/simplify_rules.h"

namespace tinyc {
namespace {

absl::StatusOr<bool> SimplifyNode(Graph& graph, Node* node) {
  for (const auto rule : {SimplifyMovement, SimplifyConversion,
                          SimplifyArithmetic, SimplifyRegions}) {
    TINYC_ASSIGN_OR_RETURN(const bool changed, rule(graph, node));
    if (changed) return true;
  }
  return false;
}

}  // namespace

absl::Status Simplify(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  for (bool changed = true; changed;) {
    TINYC_RETURN_IF_ERROR(RewriteNodes(*module.graph, SimplifyNode).status());
    changed = SimplifyInterface(*module.graph);
  }
  return absl::OkStatus();
}

}  // namespace tinyc
