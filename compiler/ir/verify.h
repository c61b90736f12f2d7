// SPDX-License-Identifier: Apache-2.0
// The laws of the IR, checked after every pass.
#ifndef TINYC_COMPILER_IR_VERIFY_H_
#define TINYC_COMPILER_IR_VERIFY_H_

#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

// Dimensions are not negative; a quantized type stores integers and has as many
// scales and zero points as its axis and blocks ask for, finite and in range.
absl::Status VerifyType(const TensorType& type);

// Uses and producers agree; nodes stand in topological order; names are
// unique; every type is what the operator infers; scales are finite and
// positive and zero points fit their type; constants have their value's type;
// regions are closed; lowering and plan, where the stage has them, belong to
// this revision of the graph and are complete.
absl::Status Verify(const Module& module);

}  // namespace tinyc

#endif  // TINYC_COMPILER_IR_VERIFY_H_
