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
#include "passes/memory/offsets.h"

namespace tinyc {

// A run of bytes and the values in it.  With an input of the model among them
// it is the caller's input and never written; with an output it is the
// caller's output and no longer than that; otherwise, or when inputs and
// outputs are in the arena, it lies in the arena.
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
// Values without bytes and those that are a constant's bytes have no storage.
absl::StatusOr<AliasPlan> PlanAliases(const Module& module,
                                      const Liveness& liveness,
                                      bool io_in_arena);

// The storages that lie in the arena and the nodes' scratch bytes, as the
// problem of placing them.
struct ArenaProblem {
  OffsetProblem packing;
  std::vector<size_t> storage;       // of the first buffers
  std::vector<const Node*> scratch;  // of the others
};
ArenaProblem MakeArenaProblem(const Module& module, const Liveness& liveness,
                              const AliasPlan& aliases);

// The scratch bytes of a node, whose regions are planned.
int64_t ScratchBytesOf(const Module& module, const Node& node);

// The arena for the present order of the nodes with inputs and outputs inside
// of it, or without.
absl::StatusOr<int64_t> ArenaBytes(const Module& module, bool io_in_arena);

// The bytes that no arena for the present order of the nodes can do without.
absl::StatusOr<int64_t> ArenaBound(const Module& module);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_ALIAS_H_
