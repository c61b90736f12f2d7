// SPDX-License-Identifier: Apache-2.0
// The nodes of a lowered graph as tasks to be put in order.
#ifndef TINYC_PASSES_MEMORY_ORDER_PROBLEM_H_
#define TINYC_PASSES_MEMORY_ORDER_PROBLEM_H_

#include "compiler/base/status.h"
#include "compiler/ir/module.h"
#include "passes/memory/order.h"

namespace tinyc {

// Both take the nodes in their present order.  What shares bytes depends on the
// order, so that neither is the whole truth:

// Every value has bytes of its own, which the result of an elementwise kernel
// may take over from an operand that it is the last one to read.
OrderProblem ValuesToOrder(const Module& module);

// Values that share bytes in the present order (memory/alias.h) do so in every
// order; where one overwrites the other, nodes stay on their side of that.
absl::StatusOr<OrderProblem> StoragesToOrder(const Module& module);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_ORDER_PROBLEM_H_
