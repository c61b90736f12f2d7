// SPDX-License-Identifier: Apache-2.0
#include "passes/kernels.h"

#include <vector>

#include "compiler/targets/registry.h"

namespace tinyc {

absl::Status CheckKernels(const Node& node, const Target& target) {
  TINYC_ASSIGN_OR_RETURN(const std::vector<KernelCall> calls,
                         node.op().Lower(node));
  for (const KernelCall& call : calls) {
    if (KernelsFor(call.family, target).empty()) {
      return Unimplemented("there is no C kernel ", call.family);
    }
  }
  return absl::OkStatus();
}

}  // namespace tinyc
