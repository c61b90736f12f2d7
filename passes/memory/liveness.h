// SPDX-License-Identifier: Apache-2.0
// When the bytes of a value are needed.
#ifndef TINYC_PASSES_MEMORY_LIVENESS_H_
#define TINYC_PASSES_MEMORY_LIVENESS_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/module.h"

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
  // The nodes of a stream take turns: what one of them needs, is needed from
  // the first step of the stream to its last.
  explicit Liveness(const Graph& graph, absl::Span<const Stream> streams = {});

  int steps() const { return static_cast<int>(spans_.size()); }
  int StepOf(const Node& node) const { return step_of_.at(&node); }
  // When the node runs: its step, or those of its stream.
  Lifetime Of(const Node& node) const {
    return spans_[static_cast<size_t>(StepOf(node))];
  }
  // From the node that writes the value to the last one that reads it; an
  // input of the graph is there from step -1 on, an output up to step steps().
  Lifetime Of(const Value& value) const;

 private:
  absl::flat_hash_map<const Node*, int> step_of_;
  std::vector<Lifetime> spans_;  // per step
};

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_LIVENESS_H_
