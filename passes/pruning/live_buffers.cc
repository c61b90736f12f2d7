// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/live_buffers.h"

#include "passes/memory/arena.h"
#include "passes/quantization/calibration.h"

namespace tinyc {

absl::StatusOr<std::vector<LiveBuffer>> FindLiveBuffers(const Graph& graph) {
  TINYC_ASSIGN_OR_RETURN(const Module module, PlanForHost(graph));
  const Liveness liveness(*module.graph);
  TINYC_ASSIGN_OR_RETURN(const AliasPlan aliases,
                         PlanAliases(module, liveness, RowUnits(), false));
  const ArenaProblem problem =
      MakeArenaProblem(module, liveness, aliases, RowUnits());
  std::vector<LiveBuffer> buffers;
  for (size_t b = 0; b < problem.packing.buffers.size(); ++b) {
    const OffsetBuffer& packed = problem.packing.buffers[b];
    LiveBuffer& buffer = buffers.emplace_back();
    buffer.life = packed.life;
    if (b >= problem.storage.size()) {
      buffer.members = {{.bytes = static_cast<double>(packed.size)}};
      continue;
    }
    for (const auto& member : aliases.storages[problem.storage[b]].members) {
      buffer.members.push_back(
          {member.value->name(),
           static_cast<double>(member.value->type().bytes())});
    }
  }
  return buffers;
}

}  // namespace tinyc
