// SPDX-License-Identifier: Apache-2.0
// Where convolution and pooling have their channels; shared by to-nhwc and
// to-nchw.
#ifndef TINYC_PASSES_CHANGE_LAYOUT_H_
#define TINYC_PASSES_CHANGE_LAYOUT_H_

#include "compiler/base/status.h"
#include "compiler/ops/window.h"
#include "passes/pass.h"

namespace tinyc {

// Gives every spatial operator `layout`, with transposes before and after those
// that have the other one.
absl::Status ChangeLayout(Graph& graph, Layout layout);

}  // namespace tinyc

#endif  // TINYC_PASSES_CHANGE_LAYOUT_H_
