// SPDX-License-Identifier: Apache-2.0
// Which values have channels that can only be scaled together.
#ifndef TINYC_PASSES_QUANTIZATION_CHANNEL_GROUPS_H_
#define TINYC_PASSES_QUANTIZATION_CHANNEL_GROUPS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// Where the channels of a value are: element i is of channel i / inner % count.
struct Lanes {
  size_t group = 0;
  int64_t inner = 1;
};

// Values between layers with weights.  Nodes go by the names of their results.
struct ChannelGroup {
  int64_t count = 0;     // channels
  bool blocked = false;  // something tells a channel from a multiple of it
  std::vector<std::string> producers = {};
  // Column k of the weights is multiplied with channel k / inner % count.
  std::vector<std::pair<std::string, int64_t>> consumers = {};
  int64_t positions = 0;  // numbers of a channel in one sample, at the most

  bool IsWorthwhile() const {
    return !blocked && count > 1 && !producers.empty() && !consumers.empty();
  }
};

struct ChannelGroups {
  std::vector<ChannelGroup> groups;
  // By name, the values of those that are worthwhile.
  absl::flat_hash_map<std::string, Lanes> lanes;
};

// The groups of a float graph: what convolutions and dense layers give, with
// what relu, pools, sums, reshapes and transposes make of it.
ChannelGroups FindChannelGroups(const Graph& graph);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_CHANNEL_GROUPS_H_
