// SPDX-License-Identifier: Apache-2.0
// Graphs inside nodes: If, Loop, Scan, SequenceMap.
//
// Such a graph is imported in place, into the graph around it (a branch that
// is known, an unrolled loop), or as a region: a graph of its own, in which the
// names that it takes from outside are inputs.
#ifndef TINYC_FRONTENDS_ONNX_NESTED_GRAPHS_H_
#define TINYC_FRONTENDS_ONNX_NESTED_GRAPHS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "frontends/onnx/builder.h"
#include "frontends/onnx/node.h"
#include "onnx/onnx_pb.h"

namespace tinyc {

// The names that `graph` takes from outside, in the order of their first use.
std::vector<std::string> FreeNames(const onnx::GraphProto& graph);

// The walk over the model's nodes, as importers see it.
class NestedGraphs {
 public:
  virtual ~NestedGraphs() = default;

  // Imports `graph`, `where` of the node at `loc` ("its body"), with `inputs`
  // and the names in `scope`.  What its outputs are; nothing when there were
  // errors, which are reported.
  virtual std::optional<std::vector<Binding>> ImportGraph(
      const onnx::GraphProto& graph, const std::vector<Binding>& inputs,
      Scope& scope, const Loc& loc, const std::string& where) = 0;
  // Errors reported after Mark are taken back by Rollback.
  virtual size_t Mark() const = 0;
  virtual void Rollback(size_t mark) = 0;
  // The shape that the model declares of a tensor of `scope`, if it is fixed.
  virtual std::optional<Shape> DeclaredShape(const std::string& name,
                                             const Scope& scope) const = 0;
};

// Imports `graph` into the graph of `node`.  Its values are named after `name`.
std::optional<std::vector<Binding>> ImportInPlace(
    OnnxNode& node, const onnx::GraphProto& graph,
    const std::vector<Binding>& inputs, const std::string& where,
    const std::string& name);

// The values of the graph around `node` that `graphs` use and that are no
// constants, each once.
std::vector<Value*> CapturesOf(
    OnnxNode& node, absl::Span<const onnx::GraphProto* const> graphs);

// A region under construction.
class Region {
 public:
  // `where`: "its body".
  Region(OnnxNode& node, const onnx::GraphProto& proto, std::string where);

  // Inputs of the region, in order: first those of the proto, given by their
  // types or, when they are known, as constants, which are no inputs...
  Value* AddInput(const TensorType& type);
  void AddKnown(std::shared_ptr<const Tensor> constant);
  // ...then the captures.
  void AddCaptures(absl::Span<Value* const> captures);

  // Imports the nodes.  False when there were errors.
  bool Import();
  // What the outputs of the proto are.
  const std::vector<Binding>& results() const { return results_; }
  bool has_lost_results() const;
  // Makes result `i` the next result of the region.
  absl::Status AddResult(size_t i);

  Graph& graph() { return *graph_; }
  std::unique_ptr<Graph> Take();

 private:
  absl::StatusOr<Binding> Inside(const Binding& outer);

  OnnxNode& node_;
  const onnx::GraphProto& proto_;
  const std::string where_;
  std::unique_ptr<Graph> graph_;
  GraphBuilder builder_;
  std::vector<Binding> inputs_;
  absl::flat_hash_map<const Value*, Value*> captured_;
  std::vector<Binding> results_;
};

// Adds a node with regions to the graph of `node`.
absl::StatusOr<Node*> AddRegions(OnnxNode& node, std::unique_ptr<const Op> op,
                                 std::vector<Value*> inputs,
                                 std::vector<std::shared_ptr<Graph>> regions,
                                 std::vector<std::string> names);

// Drops captures that no region uses: inputs of all regions from `first` on,
// which are the values of `captures`.
void DropUnusedCaptures(size_t first, absl::Span<Graph* const> regions,
                        std::vector<Value*>* captures);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_NESTED_GRAPHS_H_
