// SPDX-License-Identifier: Apache-2.0
// Values that share bytes, so that nothing need be copied and less is live.
//
//   %b = reshape(%a)                 %b is %a
//   %b = relu(%a), last use of %a    %b overwrites %a
//   %b = slice(%a), contiguous       %b lies inside %a
//   %c = concat(%a, %b), contiguous  %a and %b are written inside %c
#ifndef TINYC_PASSES_MEMORY_ALIAS_H_
#define TINYC_PASSES_MEMORY_ALIAS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "compiler/base/status.h"
#include "compiler/ir/module.h"
#include "passes/memory/liveness.h"
#include "passes/memory/row_units.h"

namespace tinyc {

// A run of bytes and the values in it.  With an input of the model among them
// it is the caller's input and never written; with an output it is the
// caller's output and no longer than that; otherwise, or when inputs and
// outputs are in the arena, it lies in the arena.  An input that is handed in
// row by row never does.
struct Storage {
  struct Member {
    const Value* value;
    int64_t offset;  // bytes
  };
  std::vector<Member> members;
  int64_t bytes = 0;
  Lifetime life;
  Place::Kind kind = Place::Kind::kArena;
  int index = 0;  // of the model's input or output
};

struct AliasPlan {
  std::vector<Storage> storages;
  // Copies that move nothing any more, as (node, index of its call).
  std::vector<std::pair<const Node*, size_t>> needless_calls;
};

// Shares bytes wherever that does not raise the greatest number of live bytes.
// Values without bytes, those that are a constant's bytes and those of which
// `units` keep a window have no storage.
absl::StatusOr<AliasPlan> PlanAliases(const Module& module,
                                      const Liveness& liveness,
                                      const RowUnits& units, bool io_in_arena);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_ALIAS_H_
