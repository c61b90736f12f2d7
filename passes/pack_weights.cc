// SPDX-License-Identifier: Apache-2.0
// Stores weights in the order in which the chosen kernel reads them.
//
//   conv2d(x, w[8][K])  =>  conv2d(x, w packed in blocks of weight_block rows)
//
// Weights that are known only at run time are packed by calls of the copy
// kernels in front of the node's own, into its scratch bytes.
#include "compiler/lowering/pack_calls.h"
#include "passes/pass.h"

namespace tinyc {

absl::Status PackWeights(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(ForEachBody(
      module, [&](Module& body) { return PackWeights(body, options); }));
  for (const auto& node : module.graph->nodes()) {
    TINYC_RETURN_IF_ERROR(WithLoc(
        PackCalls(*node, *module.target, module.lowering->calls[node.get()]),
        *node));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
