// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/liveness.h"

#include <algorithm>

namespace tinyc {

Liveness::Liveness(const Graph& graph) {
  for (const auto& node : graph.nodes()) step_of_[node.get()] = steps_++;
}

Lifetime Liveness::Of(const Value& value) const {
  Lifetime life;
  life.first = value.producer() == nullptr ? -1 : StepOf(*value.producer());
  life.last = life.first;
  for (const Use& use : value.uses()) {
    life.last =
        std::max(life.last, use.node == nullptr ? steps_ : StepOf(*use.node));
  }
  return life;
}

}  // namespace tinyc
