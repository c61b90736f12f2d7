// SPDX-License-Identifier: Apache-2.0
// Proves that what runs row by row finds the rows that it reads.
#ifndef TINYC_PASSES_MEMORY_CHECK_ROWS_H_
#define TINYC_PASSES_MEMORY_CHECK_ROWS_H_

#include "compiler/base/status.h"
#include "compiler/ir/module.h"
#include "passes/memory/tagged_memory.h"

namespace tinyc {

// Executes `stream` on the tags: every row reads its operands' rows, which must
// be intact, while its bytes and the scratch bytes are written.
absl::Status CheckRows(const Module& module, const Stream& stream,
                       TaggedMemory& memory);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_CHECK_ROWS_H_
