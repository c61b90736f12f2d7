// SPDX-License-Identifier: Apache-2.0
// Gives convolution and pooling their operands with the channels first, as ONNX
// has them: the inverse of to-nhwc.
//
//   %y = conv(%x, %w) {layout=nhwc}   =>   %1 = transpose(%x) {perm=[0,3,1,2]}
//                                          %2 = conv(%1, %w)
//                                          %y = transpose(%2) {perm=[0,2,3,1]}
//
// sink-transposes then removes the transposes between them.
#include "passes/change_layout.h"

namespace tinyc {

absl::Status ToNchw(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return ChangeLayout(*module.graph, Layout::kNchw);
}

}  // namespace tinyc
