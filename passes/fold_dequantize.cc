// SPDX-License-Identifier: Apache-2.0
// Turns the quantized constants that only float operators read into floats.
// Run after integerize, and fold-constants after it.
//
//   %1 = dequantize(%w)          =>    %1 = const ... : f32
#include "passes/constant_node.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {

absl::Status FoldDequantize(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return RewriteNodes(*module.graph,
                      [](Graph& graph, Node* node) -> absl::StatusOr<bool> {
                        if (!HasConstantOperands(*node) ||
                            node->op().name() != "dequantize") {
                          return false;
                        }
                        TINYC_RETURN_IF_ERROR(FoldNode(graph, node));
                        return true;
                      })
      .status();
}

}  // namespace tinyc
