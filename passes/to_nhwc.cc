// SPDX-License-Identifier: Apache-2.0
// Gives convolution and pooling their operands with the channels last, as the
// kernels want them.
//
//   %y = conv(%x, %w)    =>    %1 = transpose(%x) {perm=[0,2,3,1]}
//                              %2 = conv(%1, %w) {layout=nhwc}
//                              %y = transpose(%2) {perm=[0,3,1,2]}
//
// sink-transposes then removes the transposes between them.
#include "passes/change_layout.h"

namespace tinyc {

absl::Status ToNhwc(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return ChangeLayout(*module.graph, Layout::kNhwc);
}

}  // namespace tinyc
