// SPDX-License-Identifier: Apache-2.0
// When the bytes of a value are needed.
#ifndef TINYC_PASSES_MEMORY_LIVENESS_H_
#define TINYC_PASSES_MEMORY_LIVENESS_H_

#include "absl/container/flat_hash_map.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// Steps of execution, both included: the node at index i of graph.nodes() is
// step i.
struct Lifetime {
  int first = 0;
  int last = 0;

  bool Overlaps(const Lifetime& other) const {
    return first <= other.last && other.first <= last;
  }
  bool operator==(const Lifetime&) const = default;
};

class Liveness {
 public:
  explicit Liveness(const Graph& graph);

  int steps() const { return steps_; }
  int StepOf(const Node& node) const { return step_of_.at(&node); }
  // From the node that writes the value to the last one that reads it; an
  // input of the graph is there from step -1 on, an output up to step steps().
  Lifetime Of(const Value& value) const;

 private:
  int steps_ = 0;
  absl::flat_hash_map<const Node*, int> step_of_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_LIVENESS_H_
