// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/plan_apart.h"

#include <algorithm>

#include "passes/memory/arena.h"
#include "passes/pass.h"

namespace tinyc {
namespace {

constexpr int64_t kAlign = 64;

int64_t Aligned(int64_t bytes) {
  return (bytes + kAlign - 1) / kAlign * kAlign;
}

}  // namespace

absl::Status PlanApart(Module& module) {
  TINYC_RETURN_IF_ERROR(ForEachBody(
      module, [](Module& body) { return PlanMemory(body, PassOptions()); }));
  MemoryPlan plan;
  plan.revision = module.graph->revision();
  // One node runs at a time.
  int64_t scratch = 0;
  for (const auto& node : module.graph->nodes()) {
    const int64_t bytes = ScratchBytesOf(module, *node);
    if (bytes > 0) plan.scratch[node.get()] = 0;
    scratch = std::max(scratch, bytes);
  }
  int64_t end = Aligned(scratch);
  const auto place = [&](const Value* value) {
    if (ConstantBytes(module, *value) != nullptr) return;
    plan.values[value] = {Place::Kind::kArena, 0, end};
    end += Aligned(value->type().bytes());
  };
  for (const Value* input : module.graph->inputs()) place(input);
  for (const auto& node : module.graph->nodes()) {
    for (const Value* output : node->outputs()) place(output);
  }
  plan.arena_bytes = end;
  plan.lower_bound = end;
  module.plan = std::move(plan);
  module.stage = Stage::kPlanned;
  return absl::OkStatus();
}

}  // namespace tinyc
