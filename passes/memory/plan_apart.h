// SPDX-License-Identifier: Apache-2.0
// A memory plan for looking at values rather than for saving memory.
#ifndef TINYC_PASSES_MEMORY_PLAN_APART_H_
#define TINYC_PASSES_MEMORY_PLAN_APART_H_

#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

// Plans a lowered module so that every value, inputs and outputs included, has
// bytes of its own in the arena, which keep its elements to the end of a run.
// So has the result of a node without calls, which is not its operand's bytes:
// whoever runs the nodes copies them.
absl::Status PlanApart(Module& module);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_PLAN_APART_H_
