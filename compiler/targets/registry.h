// SPDX-License-Identifier: Apache-2.0
// Targets and kernels by name.
#ifndef TINYC_COMPILER_TARGETS_REGISTRY_H_
#define TINYC_COMPILER_TARGETS_REGISTRY_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/ir/kernel.h"
#include "compiler/ir/target.h"

namespace tinyc {

absl::Span<const Target> AllTargets();
// Null when there is none of that name.
const Target* FindTarget(absl::string_view name);

// Every kernel, family by family.
absl::Span<const Kernel> AllKernels();
const Kernel* FindKernel(absl::string_view symbol);
// The rows of one family that run on `target`, in list order.
std::vector<const Kernel*> KernelsFor(absl::string_view family,
                                      const Target& target);
// The one of them that is estimated to be fastest, or null.
const Kernel* CheapestKernel(absl::string_view family, const Target& target);

}  // namespace tinyc

#endif  // TINYC_COMPILER_TARGETS_REGISTRY_H_
