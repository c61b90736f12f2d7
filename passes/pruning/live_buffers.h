// SPDX-License-Identifier: Apache-2.0
// What lies in the arena of a model, and when.
#ifndef TINYC_PASSES_PRUNING_LIVE_BUFFERS_H_
#define TINYC_PASSES_PRUNING_LIVE_BUFFERS_H_

#include <string>
#include <vector>

#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "passes/memory/liveness.h"

namespace tinyc {

// Bytes that one or several values lie in, or scratch.
struct LiveBuffer {
  struct Member {
    std::string value = {};  // "": scratch
    double bytes = 0;
  };
  std::vector<Member> members = {};  // the greatest of them counts
  Lifetime life = {};
};

// Those of a float model as the planner lets values share them.  The greatest
// sum of those that are live at a time is what no arena can do without.
absl::StatusOr<std::vector<LiveBuffer>> FindLiveBuffers(const Graph& graph);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_LIVE_BUFFERS_H_
