// SPDX-License-Identifier: Apache-2.0
// Gives layers with 8-bit weights the kernels that multiply pairs of 16-bit
// numbers, on targets that have such instructions.
//
//   %y = conv(%x, %w) using tc_conv2d_s8 unpacked
//   =>  %y = conv(%x, %w) using tc_conv2d_s8_paired
//
// The numbers stay the same to the bit, and weights take a byte each.  Comes
// after compress-weights, which has taken the layers that are better off with
// fewer bytes, and before pack-weights.
#include <optional>
#include <utility>

#include "compiler/lowering/paired_weights.h"
#include "passes/pass.h"

namespace tinyc {

absl::Status PairWeights(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(ForEachBody(
      module, [&](Module& body) { return PairWeights(body, options); }));
  for (const auto& node : module.graph->nodes()) {
    for (LoweredCall& lowered : module.lowering->calls[node.get()]) {
      if (lowered.kernel == nullptr) continue;
      std::optional<LoweredCall> form = PairedForm(lowered, *module.target);
      if (form &&
          form->kernel->cycles_per_mac < lowered.kernel->cycles_per_mac) {
        lowered = *std::move(form);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace tinyc
