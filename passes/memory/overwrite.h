// SPDX-License-Identifier: Apache-2.0
// Results that may take over the bytes of an operand.
#ifndef TINYC_PASSES_MEMORY_OVERWRITE_H_
#define TINYC_PASSES_MEMORY_OVERWRITE_H_

#include "compiler/ir/module.h"

namespace tinyc {

// Whether a kernel reads each element of an operand before it writes the
// element at the same place of the result, or keeps it, so that they may be the
// same bytes.
bool MayOverwrite(const KernelCall& call, const Value& operand,
                  const Value& result);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_OVERWRITE_H_
