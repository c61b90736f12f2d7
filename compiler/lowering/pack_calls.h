// SPDX-License-Identifier: Apache-2.0
// Weights in the order in which the chosen kernels read them.
#ifndef TINYC_COMPILER_LOWERING_PACK_CALLS_H_
#define TINYC_COMPILER_LOWERING_PACK_CALLS_H_

#include <vector>

#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

// Packs the weights of the calls of `node`, whose kernels are chosen: constants
// at once, operands by copies in front of the call into its scratch bytes.
// What is packed stays as it is.
absl::Status PackCalls(const Node& node, const Target& target,
                       std::vector<LoweredCall>& calls);

// Whether no argument waits for PackCalls.
bool IsPacked(const LoweredCall& lowered);

}  // namespace tinyc

#endif  // TINYC_COMPILER_LOWERING_PACK_CALLS_H_
