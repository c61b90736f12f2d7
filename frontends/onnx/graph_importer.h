// SPDX-License-Identifier: Apache-2.0
// An ONNX model's graph: what goes in, what comes out, and the nodes between.
#ifndef TINYC_FRONTENDS_ONNX_GRAPH_IMPORTER_H_
#define TINYC_FRONTENDS_ONNX_GRAPH_IMPORTER_H_

#include <string>

#include "compiler/ir/module.h"
#include "frontends/onnx/import.h"
#include "frontends/onnx/input_types.h"
#include "frontends/onnx/node_walk.h"
#include "onnx/onnx_pb.h"

namespace tinyc {

class GraphImporter {
 public:
  // `model` imports `opsets`.  All references outlive the importer.
  GraphImporter(const onnx::ModelProto& model, Opsets opsets,
                const std::string& model_dir, const ImportOptions& options);

  absl::StatusOr<Module> Run();

 private:
  absl::Status ReserveNames(Scope& scope);
  void ImportInitializers(Scope& scope);
  absl::Status ImportInputs(Scope& scope);
  void ImportOutputs(Scope& scope);
  absl::Status ImportOutput(const onnx::ValueInfoProto& output, Scope& scope);

  const onnx::ModelProto& model_;
  const Opsets opsets_;
  const std::string& model_dir_;
  const ImportOptions& options_;
  Module module_;
  GraphBuilder builder_;
  NodeWalk walk_;
  InputTypes input_types_;
};

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_GRAPH_IMPORTER_H_
