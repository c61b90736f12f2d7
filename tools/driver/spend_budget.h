// SPDX-License-Identifier: Apache-2.0
// Faster layers for what --flash and --ram leave.
#ifndef TINYC_TOOLS_DRIVER_SPEND_BUDGET_H_
#define TINYC_TOOLS_DRIVER_SPEND_BUDGET_H_

#include "tools/driver/compile.h"

namespace tinyc {

// Lets layers of `model` have larger weights that make them faster, as far as
// options.limits.flash has room for weights and code, and others more scratch,
// as far as options.limits.ram has.  The arena grows by their scratch, but not
// beyond options.limits.ram.  The model stays as it is where there is no limit,
// nothing to gain, or no room.
void SpendBudget(const CompileOptions& options, bool share_code,
                 CompiledModel* model);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_SPEND_BUDGET_H_
