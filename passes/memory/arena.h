// SPDX-License-Identifier: Apache-2.0
// The arena of a lowered module: what lies in it, when, and where.
#ifndef TINYC_PASSES_MEMORY_ARENA_H_
#define TINYC_PASSES_MEMORY_ARENA_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/base/status.h"
#include "compiler/ir/module.h"
#include "passes/memory/alias.h"
#include "passes/memory/exact_offsets.h"
#include "passes/memory/offsets.h"
#include "passes/memory/row_units.h"

namespace tinyc {

// The storages that lie in the arena, the nodes' scratch bytes and the windows
// of streams, as the problem of placing them.
struct ArenaProblem {
  OffsetProblem packing;
  std::vector<size_t> storage;       // of the first buffers
  std::vector<const Node*> scratch;  // of those behind them
  std::vector<WindowGroup> windows;  // of the others
};
ArenaProblem MakeArenaProblem(const Module& module, const Liveness& liveness,
                              const AliasPlan& aliases, const RowUnits& units);

// Everything about an arena for given streams.
struct Arena {
  std::vector<Stream> streams;
  AliasPlan aliases;
  ArenaProblem problem;
  OffsetSolution solution;
  RowUnits units;

  // Where a value is that has a storage in the arena.
  std::optional<int64_t> OffsetOf(const Value& value) const;
};

struct ArenaOptions {
  std::vector<Stream> streams = {};
  absl::flat_hash_set<const Node*> either_way = {};  // see RowUnits::Of
  // Results keep off the bytes of operands that are read by rows.
  bool whole = false;
  std::optional<bool> io_in_arena = std::nullopt;  // else as the module says
  OffsetEffort effort = {.budget = 3'000'000};     // a search plans many arenas
};
absl::StatusOr<Arena> PlanArena(const Module& module,
                                const ArenaOptions& options);

// The arena of `module`, with the calls of its nodes in the forms that serve it
// best.  Without `most_bytes` nothing is computed twice; with it layers run in
// streams, as few as give an arena of at most so many bytes, or else one as
// small as is found; and in strips if the model's multiply-accumulates may
// become more by this share of them.
absl::StatusOr<Arena> FindArena(Module& module,
                                std::optional<int64_t> most_bytes,
                                double extra_macs);

// The least arena that is found when streams and single nodes may run row by
// row from either end.  Nodes that gain nothing from that stay as they are; the
// others are streams of the result.
absl::StatusOr<Arena> PlanArenaEitherWay(const Module& module,
                                         std::vector<Stream> streams);

// The scratch bytes of a node; an estimate while its regions are not planned.
int64_t ScratchBytesOf(const Module& module, const Node& node);

// The arena of a planned module if inputs and outputs were inside of it, or
// not.
absl::StatusOr<int64_t> ArenaBytes(const Module& module, bool io_in_arena);

// The bytes that no arena for the present order of the nodes can do without.
absl::StatusOr<int64_t> ArenaBound(const Module& module);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_ARENA_H_
