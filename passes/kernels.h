// SPDX-License-Identifier: Apache-2.0
// Whether C computes a node.
#ifndef TINYC_PASSES_KERNELS_H_
#define TINYC_PASSES_KERNELS_H_

#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/target.h"

namespace tinyc {

// OK when every call that `node` becomes has a kernel on `target`.  Else the
// error of its Lower, which is Internal for an operator whose kernels take
// another layout, or Unimplemented.
absl::Status CheckKernels(const Node& node, const Target& target);

}  // namespace tinyc

#endif  // TINYC_PASSES_KERNELS_H_
