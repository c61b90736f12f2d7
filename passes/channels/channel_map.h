// SPDX-License-Identifier: Apache-2.0
// The channels of a whole graph: which lanes of which values can only be taken
// out together.
#ifndef TINYC_PASSES_CHANNELS_CHANNEL_MAP_H_
#define TINYC_PASSES_CHANNELS_CHANNEL_MAP_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "compiler/ir/graph.h"
#include "passes/channels/flow.h"

namespace tinyc {

// A channel is a set of lanes, numbered from 0 without gaps.  A residual sum
// makes one of those of its operands, a depthwise convolution of those of its
// operand and result, a concatenation joins lists of them.
class ChannelMap {
 public:
  explicit ChannelMap(const Graph& graph);

  size_t size() const { return pinned_.size(); }
  // Whether something needs the channel as it is: an output of the model, or an
  // operator through which channels are not followed.
  bool pinned(size_t channel) const { return pinned_[channel]; }

  // Empty when `value` has none that are followed.
  Lanes LanesOf(const Value* value) const;
  size_t ChannelOf(const Value* value, int64_t lane) const;
  // Of every node whose operands or result have lanes.
  const Flow& FlowOf(const Node& node) const { return flows_.at(&node); }

 private:
  struct Placed {
    Lanes lanes = {};
    size_t first = 0;  // number of lane 0 in channel_of_
  };

  size_t Find(size_t lane);
  void Join(size_t a, size_t b);
  size_t NumberOf(const Node& node, const LaneRef& lane) const;
  void Visit(const Node& node);

  absl::flat_hash_map<const Value*, Placed> values_;
  absl::flat_hash_map<const Node*, Flow> flows_;
  std::vector<size_t> channel_of_;  // while it is built: the lane joined with
  std::vector<bool> pinned_;        // while it is built: of lanes
};

}  // namespace tinyc

#endif  // TINYC_PASSES_CHANNELS_CHANNEL_MAP_H_
