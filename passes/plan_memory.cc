// SPDX-License-Identifier: Apache-2.0
// Gives every value its place: in the caller's inputs and outputs, unless these
// lie in the arena too, or, packed by lifetime, in the arena.
//
//   %a = conv(%x) using ...  =>  %a = conv(%x) using ... at arena+512
//
// The option `ram=min` or `ram=<bytes>` asks for an arena as small as possible,
// or as that, at the cost of time: layers then take turns row by row, and with
// `extra-macs=5%`, so many multiply-accumulates more, in strips of columns.
// The option `memory=dtcm:128K:fast,sram:320K` gives the arena a part in each
// of several memories (memory/memories.h), and constants what it leaves of
// those with `weights`.  With the switch `whole` no result lies where its
// operand is still read, which is what planners of whole tensors do.  `memory`
// and `whole` stand alone.
//
// Copies that sharing makes needless lose their kernel.  memory/alias.h
// says which values share bytes, memory/offsets.h how the rest is packed,
// memory/row_units.h how near a result may come to its operand.
#include "compiler/ops/read_rows.h"
#include "passes/memory/arena.h"
#include "passes/memory/check_offsets.h"
#include "passes/memory/memories.h"
#include "passes/memory/ram_options.h"
#include "passes/pass.h"

namespace tinyc {
namespace {

// `memory` and `whole` say what the arena is, and leave no room for requests.
absl::Status CheckAlone(const PassOptions& options) {
  for (const absl::string_view alone : {"memory", "whole"}) {
    if (!options.Has(alone)) continue;
    for (const auto& [key, value] : options.values()) {
      if (key != alone) return Invalid(alone, " does not go with ", key);
    }
  }
  return absl::OkStatus();
}

// The arena in `memories`, with streams if that is what it takes.
absl::StatusOr<Arena> FindSplitArena(Module& module,
                                     const std::vector<Memory>& memories,
                                     std::vector<ArenaPart>* parts) {
  absl::Status status;
  // The arena that costs no time, and the least one.
  for (const std::optional<int64_t> most_bytes :
       {std::optional<int64_t>(), std::optional<int64_t>(0)}) {
    TINYC_ASSIGN_OR_RETURN(const Arena found,
                           FindArena(module, most_bytes, /*extra_macs=*/0));
    // Its streams have a direction now.
    TINYC_ASSIGN_OR_RETURN(Arena arena,
                           PlanArena(module, {.streams = found.streams}));
    absl::StatusOr<std::vector<ArenaPart>> split =
        SplitArena(module, memories, &arena);
    if (split.ok()) {
      *parts = *std::move(split);
      return arena;
    }
    status = split.status();
  }
  return status;
}

// What the parts of the arena leave for copies of constants.
std::vector<ConstantMemory> RestOf(const std::vector<Memory>& memories,
                                   const std::vector<ArenaPart>& parts) {
  std::vector<ConstantMemory> rests;
  for (const Memory& memory : memories) {
    int64_t rest = memory.weights ? memory.bytes : 0;
    for (const ArenaPart& part : parts) {
      if (part.name == memory.name) rest -= part.bytes;
    }
    if (rest > 0) rests.push_back({memory.name, rest});
  }
  return rests;
}

// Says which inputs are handed in row by row for nothing.
void NoteWholeInputs(Module& module) {
  for (const Value* input : module.graph->inputs()) {
    const Node* reader = ReaderOf(*input);
    if (reader == nullptr) continue;
    const Value& rows = *reader->output();
    if (module.plan->values.at(&rows).rows != 0) continue;
    module.notes.push_back(
        absl::StrCat("the input \"", input->name(),
                     "\" is handed in row by row, and all of ",
                     "it is kept: ", rows.type().bytes(), " bytes"));
  }
}

}  // namespace

absl::Status PlanMemory(Module& module, const PassOptions& options) {
  // The arena of a body lies in scratch bytes, which are in one memory.
  std::map<std::string, std::string> of_bodies = options.values();
  of_bodies.erase("memory");
  TINYC_RETURN_IF_ERROR(ForEachBody(module, [&](Module& body) {
    return PlanMemory(body, PassOptions(of_bodies));
  }));
  TINYC_RETURN_IF_ERROR(
      options.CheckKnown({"ram", "extra-macs", "memory", "whole"}));
  TINYC_RETURN_IF_ERROR(CheckAlone(options));
  TINYC_ASSIGN_OR_RETURN(const RamOptions ram, ReadRamOptions(options));
  MemoryPlan plan;
  Arena arena;
  if (options.Has("memory")) {
    TINYC_ASSIGN_OR_RETURN(const std::vector<Memory> memories,
                           ParseMemories(options.Get("memory", "")));
    TINYC_ASSIGN_OR_RETURN(arena,
                           FindSplitArena(module, memories, &plan.parts));
    plan.constant_memories = RestOf(memories, plan.parts);
  } else if (options.Has("whole")) {
    TINYC_ASSIGN_OR_RETURN(
        arena, PlanArena(module, {.whole = true, .effort = OffsetEffort()}));
  } else {
    TINYC_ASSIGN_OR_RETURN(arena,
                           FindArena(module, ram.most_bytes, ram.extra_macs));
  }
  const ArenaProblem& problem = arena.problem;
  const OffsetSolution& solution = arena.solution;
  TINYC_RETURN_IF_ERROR(CheckOffsets(problem.packing, solution));
  const std::vector<Storage>& storages = arena.aliases.storages;

  plan.revision = module.graph->revision();
  plan.arena_bytes = solution.total;
  plan.lower_bound = solution.lower_bound;
  plan.optimal = solution.total == solution.lower_bound;
  plan.streams = arena.streams;
  std::vector<int64_t> base(storages.size(), 0);
  size_t buffer = 0;
  for (const size_t storage : problem.storage) {
    base[storage] = solution.offsets[buffer++];
  }
  for (const Node* node : problem.scratch) {
    plan.scratch[node] = solution.offsets[buffer++];
  }
  for (const WindowGroup& group : problem.windows) {
    const int64_t offset = solution.offsets[buffer++];
    for (const WindowGroup::Window& window : group.windows) {
      plan.values[window.value] = {Place::Kind::kArena, 0, offset, window.rows};
    }
  }
  for (size_t i = 0; i < storages.size(); ++i) {
    for (const Storage::Member& m : storages[i].members) {
      plan.values[m.value] = {storages[i].kind, storages[i].index,
                              base[i] + m.offset};
    }
  }
  // Values without bytes have a place as well, so that they can be passed.
  const auto place_all = [&](absl::Span<Value* const> boundary,
                             Place::Kind kind) {
    for (size_t i = 0; i < boundary.size(); ++i) {
      plan.values.try_emplace(
          boundary[i],
          module.io_in_arena ? Place() : Place{kind, static_cast<int>(i), 0});
    }
  };
  place_all(module.graph->inputs(), Place::Kind::kModelInput);
  place_all(module.graph->outputs(), Place::Kind::kModelOutput);
  for (const auto& node : module.graph->nodes()) {
    for (const Value* output : node->outputs()) {
      if (output->type().bytes() == 0) plan.values.try_emplace(output);
    }
  }
  for (const auto& [node, index] : arena.aliases.needless_calls) {
    module.lowering->calls[node][index].kernel = nullptr;
  }
  module.plan = std::move(plan);
  module.stage = Stage::kPlanned;
  NoteWholeInputs(module);
  return absl::OkStatus();
}

}  // namespace tinyc
