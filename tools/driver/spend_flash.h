// SPDX-License-Identifier: Apache-2.0
// Faster layers for what --flash leaves.
#ifndef TINYC_TOOLS_DRIVER_SPEND_FLASH_H_
#define TINYC_TOOLS_DRIVER_SPEND_FLASH_H_

#include "tools/driver/compile.h"

namespace tinyc {

// Lets layers of `model` have larger weights that make them faster, as far as
// options.limits.flash has room for weights and code.  The arena may grow by
// the scratch of these layers, but not beyond options.limits.ram.  The model
// stays as it is where there is no limit, nothing to gain, or no room.
void SpendFlash(const CompileOptions& options, bool share_code,
                CompiledModel* model);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_SPEND_FLASH_H_
