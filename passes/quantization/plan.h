// SPDX-License-Identifier: Apache-2.0
// Which operators of a float graph compute in integers, and which values get a
// scale of their own.
#ifndef TINYC_PASSES_QUANTIZATION_PLAN_H_
#define TINYC_PASSES_QUANTIZATION_PLAN_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "compiler/ir/graph.h"
#include "passes/quantization/formats.h"
#include "passes/quantization/observations.h"

namespace tinyc {

// True for an operand that holds real numbers, rather than indices, conditions
// or quantized integers.
bool IsRealOperand(const Value* value);

// True for operators that move, select or clamp numbers, which they do to the
// stored integers as well: operands and result have one scale.
bool KeepsScale(const Node& node);

// The range that the operator gives its results whatever it reads (softmax,
// sigmoid: 0 to 1, tanh: -1 to 1), also of a value that is moved from there.
std::optional<Range> FixedRange(const Value& value);

class QuantizationPlan {
 public:
  // Values are stored as `wanted` says, others as `activations` does.
  QuantizationPlan(const Graph& graph, const Ranges& ranges,
                   Activations activations, const Storages& wanted);

  // Nodes that compute in integers.
  bool IsInteger(const Node& node) const { return integer_.contains(&node); }
  // In what such a node computes: in 16 bits when its result or one of its
  // operands is stored so.
  Activations FormatOf(const Node& node) const { return formats_.at(&node); }
  // In what a stored value is stored, one after the other: as its producer
  // makes it, and as it is to be when that is less.
  std::vector<Activations> FormatsOf(const Value& value) const;
  // Values that are quantized where they are made, in the order of the graph.
  // Others that an integer node reads take the scale of the one that they are
  // moved from or to.
  const std::vector<Value*>& stored() const { return stored_; }
  // Nodes on real numbers that stay float, with the reason.
  const std::vector<std::pair<const Node*, std::string>>& kept() const {
    return kept_;
  }

 private:
  void FindFormats(const Graph& graph, Activations activations,
                   const Storages& wanted);
  absl::Status CheckInteger(const Node& node, const Ranges& ranges,
                            Activations activations, const Storages& wanted);
  void FindInteger(const Graph& graph, const Ranges& ranges,
                   Activations activations, const Storages& wanted);
  bool IsNeeded(const Value& value) const;
  bool IsDeferred(const Value& value) const;

  absl::flat_hash_set<const Node*> integer_;
  absl::flat_hash_map<const Node*, Activations> formats_;
  absl::flat_hash_map<const Value*, Activations> wanted_;
  std::vector<Value*> stored_;
  std::vector<std::pair<const Node*, std::string>> kept_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_PLAN_H_
