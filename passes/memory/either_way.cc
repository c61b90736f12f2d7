// SPDX-License-Identifier: Apache-2.0
// Which layers run row by row from the last row, so that results and operands
// may move through the arena in both directions.
//
//   down only:  out = in - d, and again, and again     drifts by the sum of d
//   both ways:  out = in - d, then out = in + d        stays within one d
#include <algorithm>
#include <utility>

#include "compiler/lowering/rows.h"
#include "passes/memory/arena.h"

namespace tinyc {
namespace {

using NodeSet = absl::flat_hash_set<const Node*>;

// How the places that an arena gives to the values of a unit let it run.
struct Ways {
  bool down = true;
  bool up = true;
  bool apart = true;  // operands and results share no byte
};

Ways WaysOf(const Arena& arena, const RowUnits::Unit& unit) {
  Ways ways;
  for (const RowDistance& pair : unit.distances) {
    const std::optional<int64_t> in = arena.OffsetOf(*pair.operand);
    const std::optional<int64_t> out = arena.OffsetOf(*pair.result);
    if (!in || !out || *in >= *out + pair.result->type().bytes() ||
        *out >= *in + pair.operand->type().bytes()) {
      continue;
    }
    ways.apart = false;
    bool down = false;
    bool up = false;
    for (const RowDistance& d : unit.distances) {
      if (d.operand != pair.operand || d.result != pair.result) continue;
      if (d.upwards) up = *out >= *in + d.distance;
      if (!d.upwards) down = *in >= *out + d.distance;
    }
    ways.down &= down;
    ways.up &= up;
  }
  return ways;
}

// Makes `arena` one of streams with a direction.  False when a unit would have
// to run both ways at once, which then is in `conflicts`; the nodes that
// became streams are in `added`.
bool Settle(const Module& module, Arena* arena, NodeSet* added,
            NodeSet* conflicts) {
  const size_t given = arena->streams.size();
  for (const RowUnits::Unit& unit : arena->units.units()) {
    const Node* first = unit.stream.nodes[0];
    const Ways ways = WaysOf(*arena, unit);
    if (!ways.down && !ways.up) {
      conflicts->insert(first);
      continue;
    }
    const bool upwards =
        ways.down && ways.up ? unit.stream.upwards : !ways.down;
    bool known = false;
    for (size_t i = 0; i < given; ++i) {
      if (arena->streams[i].nodes[0] != first) continue;
      arena->streams[i].upwards = upwards;
      known = true;
    }
    if (known || ways.apart || (!upwards && GoesByRows(module, *first))) {
      continue;
    }
    arena->streams.push_back({{first}, upwards});
    added->insert(first);
  }
  const Liveness liveness(*module.graph);
  std::sort(arena->streams.begin(), arena->streams.end(),
            [&](const Stream& a, const Stream& b) {
              return liveness.StepOf(*a.nodes[0]) <
                     liveness.StepOf(*b.nodes[0]);
            });
  return conflicts->empty();
}

// An arena with directions when the nodes of `free` may choose theirs.
absl::StatusOr<Arena> PlanSettled(const Module& module,
                                  const std::vector<Stream>& streams,
                                  NodeSet free, NodeSet* added) {
  while (true) {
    TINYC_ASSIGN_OR_RETURN(
        Arena arena,
        PlanArena(module, {.streams = streams, .either_way = free}));
    added->clear();
    NodeSet conflicts;
    if (Settle(module, &arena, added, &conflicts)) return arena;
    for (const Node* node : conflicts) free.erase(node);
  }
}

}  // namespace

absl::StatusOr<Arena> PlanArenaEitherWay(const Module& module,
                                         std::vector<Stream> streams) {
  TINYC_ASSIGN_OR_RETURN(Arena best, PlanArena(module, {.streams = streams}));
  NodeSet free;
  for (const auto& node : module.graph->nodes()) {
    if (RowsOf(module, *node)) free.insert(node.get());
  }
  NodeSet added;
  TINYC_ASSIGN_OR_RETURN(Arena arena,
                         PlanSettled(module, streams, free, &added));
  if (arena.solution.total >= best.solution.total) return best;
  best = std::move(arena);
  // Takes the choice from one node after the other.
  for (const auto& node : module.graph->nodes()) {
    if (!added.contains(node.get())) continue;
    NodeSet fewer = free;
    fewer.erase(node.get());
    NodeSet added_then;
    TINYC_ASSIGN_OR_RETURN(Arena other,
                           PlanSettled(module, streams, fewer, &added_then));
    if (other.solution.total > best.solution.total) continue;
    free = std::move(fewer);
    added = std::move(added_then);
    best = std::move(other);
  }
  return best;
}

}  // namespace tinyc
