// SPDX-License-Identifier: Apache-2.0
// An arena in several memories, what is used most in the fast ones.
#ifndef TINYC_PASSES_MEMORY_MEMORIES_H_
#define TINYC_PASSES_MEMORY_MEMORIES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"
#include "passes/memory/arena.h"

namespace tinyc {

struct Memory {
  std::string name;   // an identifier of C, in lower case
  int64_t bytes = 0;  // that the arena may have of it
  bool fast = false;
  bool weights = false;  // what the arena leaves is for copies of constants
};

// "dtcm:128K:fast:weights,sram:320K", without repeated names.
absl::StatusOr<std::vector<Memory>> ParseMemories(absl::string_view text);

// Moves the buffers of `arena`, planned in one direction of each stream, to
// offsets in `memories`, of which those that get something are returned, the
// fast ones first.  A buffer goes into the first one where it finds room; the
// order of the buffers is that of their accesses per byte, or when that leaves
// one over, of their sizes.  ResourceExhausted names what is left over.
absl::StatusOr<std::vector<ArenaPart>> SplitArena(
    const Module& module, const std::vector<Memory>& memories, Arena* arena);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_MEMORIES_H_
