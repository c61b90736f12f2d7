// SPDX-License-Identifier: Apache-2.0
// Removes nodes whose results nothing needs.
//
//   %a = conv(%x, %w)
//   %b = clip(%x)           =>    %b = clip(%x)
//   return %b                     return %b
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {

absl::Status RemoveDead(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  EraseDeadNodes(*module.graph);
  return absl::OkStatus();
}

}  // namespace tinyc
