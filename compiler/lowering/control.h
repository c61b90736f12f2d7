// SPDX-License-Identifier: Apache-2.0
// The scratch bytes of a node with regions.
//
//   loop:  i | go | what an iteration makes of each carried value | arena
//   if:    arena
//
// The regions run one at a time and share the arena.  A carried value lies in
// the node's result; an iteration writes its successor here, from where it is
// copied when the iteration is over, since the region may read the old value
// until its end.
#ifndef TINYC_COMPILER_LOWERING_CONTROL_H_
#define TINYC_COMPILER_LOWERING_CONTROL_H_

#include <cstdint>
#include <vector>

#include "compiler/ir/module.h"

namespace tinyc {

// Bytes from the start of the node's scratch; -1: needs none.
struct ControlScratch {
  int64_t iteration = -1;     // s64, the index of the iteration
  int64_t go = -1;            // bool, whether there is another one
  std::vector<int64_t> next;  // per carried value
  int64_t arena = -1;         // of the regions
  int64_t bytes = 0;          // of all
};

// `arena_bytes`: of the greatest arena of the node's regions.
ControlScratch LayOutControl(const Node& node, int64_t arena_bytes,
                             int64_t align);

// The same for the plans that the regions of `node` have.
ControlScratch LayOutControl(const Module& module, const Node& node);

// The scratch bytes of a node, the bodies of whose regions are planned.
int64_t ScratchBytes(const Module& module, const Node& node);

}  // namespace tinyc

#endif  // TINYC_COMPILER_LOWERING_CONTROL_H_
