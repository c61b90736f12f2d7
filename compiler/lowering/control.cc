// SPDX-License-Identifier: Apache-2.0
#include "compiler/lowering/control.h"

#include <algorithm>

#include "compiler/ops/loop.h"

namespace tinyc {

ControlScratch LayOutControl(const Node& node, int64_t arena_bytes,
                             int64_t align) {
  align = std::max<int64_t>(align, 8);
  ControlScratch scratch;
  const auto add = [&](int64_t bytes) -> int64_t {
    if (bytes == 0) return -1;
    const int64_t offset = (scratch.bytes + align - 1) / align * align;
    scratch.bytes = offset + bytes;
    return offset;
  };
  if (const Loop* loop = node.As<Loop>()) {
    const Graph& region = *node.regions()[0];
    if (!region.inputs()[0]->uses().empty()) {
      scratch.iteration = add(region.inputs()[0]->type().bytes());
    }
    if (loop->asks) scratch.go = add(region.outputs()[0]->type().bytes());
    for (size_t c = 0; c < static_cast<size_t>(loop->carried); ++c) {
      scratch.next.push_back(add(node.output(c)->type().bytes()));
    }
  }
  scratch.arena = add(arena_bytes);
  return scratch;
}

ControlScratch LayOutControl(const Module& module, const Node& node) {
  int64_t arena_bytes = 0;
  for (const auto& region : node.regions()) {
    arena_bytes = std::max(arena_bytes,
                           module.bodies.at(region.get())->plan->arena_bytes);
  }
  return LayOutControl(node, arena_bytes, module.target->align);
}

int64_t ScratchBytes(const Module& module, const Node& node) {
  if (!node.regions().empty()) return LayOutControl(module, node).bytes;
  int64_t bytes = 0;
  for (const LoweredCall& lowered : module.lowering->calls.at(&node)) {
    bytes = std::max(bytes, lowered.call.scratch_bytes);
  }
  return bytes;
}

}  // namespace tinyc
