// SPDX-License-Identifier: Apache-2.0
// Gives every value its place: in the caller's inputs and outputs, unless these
// lie in the arena too, or, packed by lifetime, in the arena.
//
//   %a = conv(%x) using ...  =>  %a = conv(%x) using ... at arena+512
//
// Copies that sharing makes needless lose their kernel.  memory/alias.h
// says which values share bytes, memory/exact_offsets.h how the rest is packed.
#include "passes/memory/alias.h"
#include "passes/memory/check_offsets.h"
#include "passes/memory/exact_offsets.h"
#include "passes/memory/liveness.h"
#include "passes/pass.h"

namespace tinyc {

absl::Status PlanMemory(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(ForEachBody(
      module, [&](Module& body) { return PlanMemory(body, options); }));
  const Liveness liveness(*module.graph);
  TINYC_ASSIGN_OR_RETURN(const AliasPlan aliases,
                         PlanAliases(module, liveness, module.io_in_arena));
  const ArenaProblem problem = MakeArenaProblem(module, liveness, aliases);
  const OffsetSolution solution = SolveOffsets(problem.packing);
  TINYC_RETURN_IF_ERROR(CheckOffsets(problem.packing, solution));

  MemoryPlan plan;
  plan.revision = module.graph->revision();
  plan.arena_bytes = solution.total;
  plan.lower_bound = solution.lower_bound;
  plan.optimal = solution.total == solution.lower_bound;
  std::vector<int64_t> base(aliases.storages.size(), 0);
  for (size_t i = 0; i < solution.offsets.size(); ++i) {
    if (i < problem.storage.size()) {
      base[problem.storage[i]] = solution.offsets[i];
    } else {
      plan.scratch[problem.scratch[i - problem.storage.size()]] =
          solution.offsets[i];
    }
  }
  for (size_t i = 0; i < aliases.storages.size(); ++i) {
    const Storage& storage = aliases.storages[i];
    for (const Storage::Member& m : storage.members) {
      plan.values[m.value] = {storage.kind, storage.index, base[i] + m.offset};
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
  for (const auto& [node, index] : aliases.needless_calls) {
    module.lowering->calls[node][index].kernel = nullptr;
  }
  module.plan = std::move(plan);
  module.stage = Stage::kPlanned;
  return absl::OkStatus();
}

}  // namespace tinyc
