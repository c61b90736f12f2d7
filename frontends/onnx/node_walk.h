// SPDX-License-Identifier: Apache-2.0
// The walk over the nodes of an ONNX graph, functions included.
#ifndef TINYC_FRONTENDS_ONNX_NODE_WALK_H_
#define TINYC_FRONTENDS_ONNX_NODE_WALK_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/base/status.h"
#include "frontends/onnx/nested_graphs.h"
#include "frontends/onnx/node.h"
#include "onnx/onnx_pb.h"

namespace tinyc {

using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

Scope NewScope(GraphBuilder& builder, Opsets opsets, std::string prefix);

// Takes note of the names that `nodes` and the graphs in them read.
void NoteUses(const Nodes& nodes, Scope& scope);

class NodeWalk : public NestedGraphs {
 public:
  // `model`: for its functions.  All references outlive the walk.
  NodeWalk(const onnx::ModelProto& model, const std::string& model_dir)
      : model_(model), model_dir_(model_dir) {}

  // Imports the nodes and binds their outputs in `scope`.  Goes on after an
  // error; what depends on the failed node stays silent.
  void Run(const Nodes& nodes, Scope& scope);

  void AddError(const absl::Status& status);
  // All errors as one, as import.h says.
  absl::Status Errors() const;

  std::optional<std::vector<Binding>> ImportGraph(
      const onnx::GraphProto& graph, const std::vector<Binding>& inputs,
      Scope& scope, const Loc& loc, const std::string& where) override;
  size_t Mark() const override { return errors_.size(); }
  void Rollback(size_t mark) override;
  std::optional<Shape> DeclaredShape(const std::string& name,
                                     const Scope& scope) const override;

 private:
  // A function that is being imported in place of a call, or a graph inside a
  // node.
  struct Call {
    Loc loc;            // of the node in the model's own graph
    std::string where;  // "in the definition of Gemm, "
    bool is_graph = false;
  };

  // `call`: null in the model's own graph.
  void ImportNodes(const Nodes& nodes, Scope& scope, const Call* call);
  absl::Status ImportNode(const onnx::NodeProto& node, Scope& scope,
                          const Loc& loc);
  absl::Status ImportCall(const onnx::NodeProto& node,
                          onnx::FunctionProto function, Scope& scope,
                          const Loc& loc);
  const onnx::FunctionProto* LocalFunction(const onnx::NodeProto& node) const;

  const onnx::ModelProto& model_;
  const std::string& model_dir_;
  int64_t nodes_seen_ = 0;
  int depth_ = 0;  // of calls and graphs around the present node
  std::vector<absl::Status> errors_;
  std::set<std::string> messages_;  // of errors_
};

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_NODE_WALK_H_
