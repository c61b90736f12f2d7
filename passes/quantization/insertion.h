// SPDX-License-Identifier: Apache-2.0
// Putting nodes between a value and all that read it.
#ifndef TINYC_PASSES_QUANTIZATION_INSERTION_H_
#define TINYC_PASSES_QUANTIZATION_INSERTION_H_

#include "absl/container/flat_hash_map.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// The node in front of which something that reads a value may stand: the one
// after its producer, or the first.  Of the nodes there are when it is made.
class NodeAfter {
 public:
  explicit NodeAfter(const Graph& graph);
  Node* Of(const Value& value) const;  // null: the end

 private:
  absl::flat_hash_map<const Node*, Node*> next_;  // null: the first node
};

// Makes every user of `value` read `through`, which a chain of nodes computes
// from it and nothing else does; outputs of the graph too, which keep their
// names, unless `value` is an input.
void ReadThrough(Graph& graph, Value* value, Value* through);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_INSERTION_H_
