// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/liveness.h"

#include <algorithm>

namespace tinyc {

Liveness::Liveness(const Graph& graph, absl::Span<const Stream> streams) {
  for (const auto& node : graph.nodes()) {
    const int step = steps();
    step_of_[node.get()] = step;
    spans_.push_back({step, step});
  }
  for (const Stream& stream : streams) {
    const Lifetime span{StepOf(*stream.nodes.front()),
                        StepOf(*stream.nodes.back())};
    for (const Node* node : stream.nodes) {
      spans_[static_cast<size_t>(StepOf(*node))] = span;
    }
  }
}

Lifetime Liveness::Of(const Value& value) const {
  Lifetime life;
  life.first = value.producer() == nullptr ? -1 : Of(*value.producer()).first;
  life.last = value.producer() == nullptr ? -1 : Of(*value.producer()).last;
  for (const Use& use : value.uses()) {
    life.last =
        std::max(life.last, use.node == nullptr ? steps() : Of(*use.node).last);
  }
  return life;
}

}  // namespace tinyc
