// SPDX-License-Identifier: Apache-2.0
#include "compiler/lowering/dead_bytes.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"

namespace tinyc {

DeadBytes::DeadBytes(const Module& module)
    : arena_bytes_(module.plan->arena_bytes) {
  absl::flat_hash_map<const Node*, int> step_of;
  for (const auto& node : module.graph->nodes()) {
    const int step = static_cast<int>(step_of.size());
    step_of[node.get()] = step;
  }
  const int steps = static_cast<int>(step_of.size());
  for (const auto& [value, place] : module.plan->values) {
    // The rows of a window are dead when its stream is done.
    if (place.kind != Place::Kind::kArena || place.rows > 0) continue;
    const int first =
        value->producer() == nullptr ? -1 : step_of.at(value->producer());
    int last = first;
    for (const Use& use : value->uses()) {
      // Without a node it is an output.
      last = std::max(last, use.node == nullptr ? steps : step_of.at(use.node));
    }
    live_.push_back(
        {{place.offset, place.offset + value->type().bytes()}, first, last});
  }
  std::sort(live_.begin(), live_.end(), [](const Live& a, const Live& b) {
    return a.bytes.begin < b.bytes.begin;
  });
}

std::vector<ByteRange> DeadBytes::After(int step) const {
  std::vector<ByteRange> dead;
  int64_t end = 0;  // of the bytes that are judged
  for (const Live& live : live_) {
    if (live.first > step || live.last <= step) continue;
    if (live.bytes.begin > end) dead.push_back({end, live.bytes.begin});
    end = std::max(end, live.bytes.end);
  }
  if (end < arena_bytes_) dead.push_back({end, arena_bytes_});
  return dead;
}

}  // namespace tinyc
