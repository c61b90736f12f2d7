// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/arena.h"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/lowering/control.h"

namespace tinyc {
namespace {

// The arena of a node's regions: exact once they are planned.
int64_t BodyBytes(const Module& module, const Node& node) {
  int64_t bytes = 0;
  for (const auto& region : node.regions()) {
    const Module& body = *module.bodies.at(region.get());
    const absl::StatusOr<int64_t> bound =
        body.plan ? body.plan->arena_bytes : ArenaBound(body);
    // What is wrong with the region, planning it will say.
    if (bound.ok()) bytes = std::max(bytes, *bound);
  }
  return bytes;
}

int64_t ElementBytes(const Value& value) {
  return std::max(1, InfoOf(value.type().dtype).bits / 8);
}

// Where a value that is alone in its storage while a unit runs is in it.
struct Spot {
  size_t buffer;
  int64_t offset;  // bytes
};

class ProblemMaker {
 public:
  ProblemMaker(const Module& module, const Liveness& liveness,
               const AliasPlan& aliases, const RowUnits& units)
      : module_(module),
        liveness_(liveness),
        aliases_(aliases),
        units_(units) {}

  ArenaProblem Run() {
    AddStorages();
    AddScratch();
    AddWindows();
    for (const RowUnits::Unit& unit : units_.units()) AddOverlaps(unit);
    return std::move(problem_);
  }

 private:
  void AddStorages() {
    for (size_t i = 0; i < aliases_.storages.size(); ++i) {
      const Storage& storage = aliases_.storages[i];
      if (storage.kind != Place::Kind::kArena) continue;
      int64_t align = module_.target->align;
      for (const Storage::Member& m : storage.members) {
        align = std::max(align, ElementBytes(*m.value));
      }
      buffer_of_[i] = problem_.packing.buffers.size();
      problem_.packing.buffers.push_back({storage.bytes, align, storage.life});
      problem_.storage.push_back(i);
    }
  }

  void AddScratch() {
    for (const auto& node : module_.graph->nodes()) {
      const int64_t bytes = ScratchBytesOf(module_, *node);
      if (bytes == 0) continue;
      // Any element type may lie there.
      problem_.packing.buffers.push_back(
          {bytes, std::max<int64_t>(module_.target->align, 8),
           liveness_.Of(*node)});
      problem_.scratch.push_back(node.get());
    }
  }

  void AddWindows() {
    for (const RowUnits::Unit& unit : units_.units()) {
      for (const WindowGroup& group : unit.windows) {
        int64_t align = module_.target->align;
        for (const WindowGroup::Window& window : group.windows) {
          align = std::max(align, ElementBytes(*window.value));
        }
        problem_.packing.buffers.push_back(
            {group.bytes, align, liveness_.Of(*unit.stream.nodes[0])});
        problem_.windows.push_back(group);
      }
    }
  }

  // The spot of a value whose storage holds nothing else while `unit` runs.
  std::optional<Spot> SpotOf(const Value* value, const Lifetime& unit) const {
    for (const auto& [i, buffer] : buffer_of_) {
      const Storage& storage = aliases_.storages[i];
      std::optional<Spot> spot;
      bool alone = true;
      for (const Storage::Member& m : storage.members) {
        if (m.value == value) {
          spot = Spot{buffer, m.offset};
        } else if (liveness_.Of(*m.value).Overlaps(unit)) {
          alone = false;
        }
      }
      if (spot) return alone ? spot : std::nullopt;
    }
    return std::nullopt;
  }

  void AddOverlaps(const RowUnits::Unit& unit) {
    const Lifetime life = liveness_.Of(*unit.stream.nodes[0]);
    for (const RowDistance& d : unit.distances) {
      // The operand has to be dead afterwards, the result not there before.
      if (liveness_.Of(*d.operand).last != life.last ||
          liveness_.Of(*d.result).first != life.first) {
        continue;
      }
      const std::optional<Spot> operand = SpotOf(d.operand, life);
      const std::optional<Spot> result = SpotOf(d.result, life);
      if (!operand || !result || operand->buffer == result->buffer) continue;
      const Spot& below = d.upwards ? *operand : *result;
      const Spot& above = d.upwards ? *result : *operand;
      const int64_t distance =
          std::max<int64_t>(0, below.offset + d.distance - above.offset);
      if (distance >= problem_.packing.buffers[below.buffer].size) continue;
      problem_.packing.overlaps.push_back(
          {below.buffer, above.buffer, distance});
    }
  }

  const Module& module_;
  const Liveness& liveness_;
  const AliasPlan& aliases_;
  const RowUnits& units_;
  ArenaProblem problem_;
  std::map<size_t, size_t> buffer_of_;  // by index of the storage
};

}  // namespace

ArenaProblem MakeArenaProblem(const Module& module, const Liveness& liveness,
                              const AliasPlan& aliases, const RowUnits& units) {
  return ProblemMaker(module, liveness, aliases, units).Run();
}

absl::StatusOr<Arena> PlanArena(const Module& module,
                                const ArenaOptions& options) {
  Arena arena;
  arena.streams = options.streams;
  const Liveness liveness(*module.graph, arena.streams);
  if (!options.whole) {
    TINYC_ASSIGN_OR_RETURN(
        arena.units, RowUnits::Of(module, arena.streams, options.either_way));
  }
  TINYC_ASSIGN_OR_RETURN(
      arena.aliases,
      PlanAliases(module, liveness, arena.units,
                  options.io_in_arena.value_or(module.io_in_arena)));
  arena.problem =
      MakeArenaProblem(module, liveness, arena.aliases, arena.units);
  arena.solution = SolveOffsets(arena.problem.packing, options.effort);
  return arena;
}

std::optional<int64_t> Arena::OffsetOf(const Value& value) const {
  for (size_t i = 0; i < problem.storage.size(); ++i) {
    for (const Storage::Member& m :
         aliases.storages[problem.storage[i]].members) {
      if (m.value == &value) return solution.offsets[i] + m.offset;
    }
  }
  return std::nullopt;
}

int64_t ScratchBytesOf(const Module& module, const Node& node) {
  if (!node.regions().empty()) {
    return LayOutControl(node, BodyBytes(module, node), module.target->align)
        .bytes;
  }
  return ScratchBytes(module, node);
}

absl::StatusOr<int64_t> ArenaBytes(const Module& module, bool io_in_arena) {
  TINYC_ASSIGN_OR_RETURN(const Arena arena,
                         PlanArena(module, {.streams = module.plan->streams,
                                            .io_in_arena = io_in_arena}));
  return arena.solution.total;
}

absl::StatusOr<int64_t> ArenaBound(const Module& module) {
  const Liveness liveness(*module.graph);
  TINYC_ASSIGN_OR_RETURN(const RowUnits units, RowUnits::Of(module, {}, {}));
  TINYC_ASSIGN_OR_RETURN(
      const AliasPlan aliases,
      PlanAliases(module, liveness, units, module.io_in_arena));
  return LiveBytesBound(
      MakeArenaProblem(module, liveness, aliases, units).packing);
}

}  // namespace tinyc
