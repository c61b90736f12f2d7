// SPDX-License-Identifier: Apache-2.0
// The channels of a float model that pruning may take, and what a model
// without some of them costs.
#ifndef TINYC_PASSES_PRUNING_CHANNEL_UNITS_H_
#define TINYC_PASSES_PRUNING_CHANNEL_UNITS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "compiler/ir/graph.h"
#include "passes/channels/channel_map.h"
#include "passes/pruning/layer_time.h"
#include "passes/pruning/live_buffers.h"

namespace tinyc {

// Lane `lane` of what the node of a step multiplies with columns of weights.
struct LaneReader {
  size_t step = 0;  // index of the node in the order of the graph
  int64_t lane = 0;
};

// A channel of the map whose readers all have constant weights.
struct ChannelUnit {
  size_t channel = 0;
  std::vector<LaneReader> readers = {};  // in the order of the graph
};

// Those of the channels of `graph` that can go: every reader can do without
// their terms and computes in f32, and they have one.
std::vector<ChannelUnit> FindChannelUnits(const Graph& graph,
                                          const ChannelMap& map);

struct ModelCost {
  double macs = 0;
  double weights = 0;  // of convolutions and dense layers
  double time = 0;     // likewise, in cycles (passes/pruning/layer_time.h)
  double ram = 0;      // bytes that are live at a time
};

// The cost of a model as channels go.
class ChannelCosts {
 public:
  // `buffers`: of `graph`, as far as RAM matters.
  ChannelCosts(const Graph& graph, const ChannelMap& map,
               absl::Span<const LiveBuffer> buffers = {});

  size_t channels() const { return parts_.size(); }
  ModelCost now() const { return now_; }
  // What the model saves without the channel, which has not gone yet; of RAM,
  // at the first step that needs most.
  ModelCost SavedBy(size_t channel) const;
  // Whether some value has no other lanes left.
  bool IsLast(size_t channel) const;
  void Remove(size_t channel);

 private:
  // A layer with weights: its cost is a product of lanes.
  struct Layer {
    double macs = 0;     // of one lane of the result and one of the operand
    double weights = 0;  // likewise
    LayerTime time = {};
    double rows = 0;
    double columns = 0;
  };
  struct Part {
    size_t layer = 0;
    double rows = 0;
    double columns = 0;
  };
  struct Held {
    size_t value = 0;
    int64_t lanes = 0;
  };

  // Of values that share bytes those of the greatest count.
  struct Member {
    double bytes = 0;
    double of_lane = 0;
    size_t value = 0;  // with of_lane
  };
  struct Buffer {
    std::vector<Member> members = {};
    Lifetime life = {};
    double bytes = 0;
  };

  static ModelCost LayerCost(const Layer& layer) {
    const double macs = layer.macs * layer.rows * layer.columns;
    return {.macs = macs,
            .weights = layer.weights * layer.rows * layer.columns,
            .time = layer.time.Of(macs, layer.rows)};
  }
  // Of a value that go with a channel.
  double LanesOf(size_t channel, size_t value) const;
  // Of a buffer when a channel has gone.
  double BytesWithout(const Buffer& buffer, size_t channel) const;
  void FindPeak();

  std::vector<Layer> layers_;
  std::vector<std::vector<Part>> parts_;  // [channel]
  std::vector<int64_t> lanes_left_;       // [value]
  std::vector<std::vector<Held>> held_;   // [channel]
  std::vector<Buffer> buffers_;
  int peak_ = 0;  // the first step that needs most RAM
  ModelCost now_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_CHANNEL_UNITS_H_
