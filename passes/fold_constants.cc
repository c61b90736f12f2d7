// SPDX-License-Identifier: Apache-2.0
// Computes nodes whose operands are all constants.
//
//   %1 = transpose(%w)           =>    %1 = const ...
//
// Two kinds of nodes stay.  dequantize: `dequantize(constant)` tells integerize
// the scale of a weight or bias (fold-dequantize folds what is left of them).
// And nodes whose result is much larger than what they read, such as expand:
// they would cost flash; option max-growth=<bytes>, default 16384.
#include <string>

#include "absl/strings/numbers.h"
#include "passes/constant_node.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

int64_t Growth(const Node& node) {
  int64_t bytes = 0;
  for (const Value* value : node.outputs()) bytes += value->type().bytes();
  for (const Value* value : node.inputs()) {
    if (value != nullptr) bytes -= value->type().bytes();
  }
  return bytes;
}

}  // namespace

absl::Status FoldConstants(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({"max-growth"}));
  int64_t max_growth = 0;
  const std::string text = options.Get("max-growth", "16384");
  if (!absl::SimpleAtoi(text, &max_growth) || max_growth < 0) {
    return Invalid("max-growth is a number of bytes, not \"", text, "\"");
  }
  return RewriteNodes(*module.graph,
                      [&](Graph& graph, Node* node) -> absl::StatusOr<bool> {
                        if (!HasConstantOperands(*node) ||
                            node->op().name() == "dequantize" ||
                            Growth(*node) > max_growth) {
                          return false;
                        }
                        TINYC_RETURN_IF_ERROR(FoldNode(graph, node));
                        return true;
                      })
      .status();
}

}  // namespace tinyc
