// SPDX-License-Identifier: Apache-2.0
// The walk over the nodes of an ONNX graph, functions included.
#ifndef TINYC_FRONTENDS_ONNX_NODE_WALK_H_
#define TINYC_FRONTENDS_ONNX_NODE_WALK_H_

#include <set>
#include <string>
#include <vector>

#include "compiler/base/status.h"
#include "frontends/onnx/builder.h"
#include "frontends/onnx/node.h"
#include "onnx/onnx_pb.h"

namespace tinyc {

using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

Scope NewScope(Opsets opsets, std::string prefix);

// Takes note of the names that `nodes` read.
void NoteUses(const Nodes& nodes, Scope& scope);

class NodeWalk {
 public:
  // `model`: for its functions.  All references outlive the walk.
  NodeWalk(const onnx::ModelProto& model, const std::string& model_dir,
           GraphBuilder& builder)
      : model_(model), model_dir_(model_dir), builder_(builder) {}

  // Imports the nodes and binds their outputs in `scope`.  Goes on after an
  // error; what depends on the failed node stays silent.
  void Run(const Nodes& nodes, Scope& scope);

  void AddError(const absl::Status& status);
  // All errors as one, as import.h says.
  absl::Status Errors() const;

 private:
  // A function that is being imported in place of a call.
  struct Call {
    Loc loc;
    std::string type;  // of the calling node
    int depth = 1;
  };

  // `call`: null in the model's own graph.
  void ImportNodes(const Nodes& nodes, Scope& scope, const Call* call);
  absl::Status ImportNode(const onnx::NodeProto& node, Scope& scope,
                          const Loc& loc, const Call* call);
  absl::Status ImportCall(const onnx::NodeProto& node,
                          onnx::FunctionProto function, Scope& scope,
                          const Loc& loc, const Call* outer);
  const onnx::FunctionProto* LocalFunction(const onnx::NodeProto& node) const;

  const onnx::ModelProto& model_;
  const std::string& model_dir_;
  GraphBuilder& builder_;
  int64_t nodes_seen_ = 0;
  std::vector<absl::Status> errors_;
  std::set<std::string> messages_;  // of errors_
};

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_NODE_WALK_H_
