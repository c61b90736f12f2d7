// SPDX-License-Identifier: Apache-2.0
// Gives layers with 8-bit weights the kernels that use the multiply
// instructions of the target, with weights in the order in which these read
// them.
//
//   %y = conv(%x, %w) using tc_conv2d_s8 unpacked
//   =>  %y = conv(%x, %w) using tc_conv2d_s8_paired
//
// The numbers stay the same to the bit, and weights take a byte each.  Comes
// after compress-weights, which has taken the layers that are better off with
// fewer bytes, and before pack-weights.
#include <optional>
#include <utility>

#include "compiler/lowering/arranged_weights.h"
#include "passes/pass.h"

namespace tinyc {

absl::Status ArrangeWeights(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(ForEachBody(
      module, [&](Module& body) { return ArrangeWeights(body, options); }));
  for (const auto& node : module.graph->nodes()) {
    for (LoweredCall& lowered : module.lowering->calls[node.get()]) {
      if (lowered.kernel == nullptr) continue;
      if (std::optional<LoweredCall> form =
              FastestArranged(lowered, *module.target)) {
        lowered = *std::move(form);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace tinyc
