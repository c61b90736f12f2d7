// SPDX-License-Identifier: Apache-2.0
// Work on all processors of the machine.
#ifndef TINYC_COMPILER_BASE_PARALLEL_H_
#define TINYC_COMPILER_BASE_PARALLEL_H_

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "compiler/base/status.h"

namespace tinyc {

// Calls work(0) ... work(count - 1), each once, on several threads.  The error
// of the least index that has one; after an error not all calls are made.
absl::Status ParallelFor(size_t count,
                         absl::FunctionRef<absl::Status(size_t i)> work);

}  // namespace tinyc

#endif  // TINYC_COMPILER_BASE_PARALLEL_H_
