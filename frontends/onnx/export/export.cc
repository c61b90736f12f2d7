// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/export/export.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "frontends/onnx/export/export_node.h"
#include "frontends/onnx/export/exporters.h"
#include "frontends/onnx/export/graph_writer.h"
#include "frontends/onnx/onnx_library.h"

namespace tinyc {
namespace {

// The first operator set with integers of 16 and 4 bits in QuantizeLinear, and
// the version of the file format that came with it.
constexpr int kOpset = 21;
constexpr int kIrVersion = 10;

// Writes the nodes of `graph`; all that is wrong with them.
absl::Status WriteNodes(const Graph& graph, GraphWriter* writer) {
  std::vector<std::string> problems;
  std::map<std::string, std::vector<std::string>> lacking;  // by operator
  for (const auto& node : graph.nodes()) {
    const Exporter* exporter = FindExporter(node->op().name());
    if (exporter == nullptr) {
      lacking[std::string(node->op().name())].push_back(node->loc().Describe());
      continue;
    }
    ExportNode exported(*node, exporter->type, writer);
    exporter->write(exported);
    const absl::Status status = WithLoc(exported.Finish(), *node);
    if (!status.ok()) problems.emplace_back(status.message());
  }
  if (!lacking.empty()) {
    std::vector<std::string> operators;
    for (const auto& [op, places] : lacking) {
      operators.push_back(
          absl::StrCat(op, " (", absl::StrJoin(places, ", "), ")"));
    }
    problems.push_back(absl::StrCat("tinyc does not write as ONNX: ",
                                    absl::StrJoin(operators, ", ")));
  }
  if (problems.empty()) return absl::OkStatus();
  return Unimplemented(absl::StrJoin(problems, "\n"));
}

}  // namespace

absl::StatusOr<std::string> ExportOnnx(const Module& module) {
  TINYC_CHECK(module.stage == Stage::kGraph);
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("tinyc");
  model.add_opset_import()->set_version(kOpset);
  model.mutable_graph()->set_name(module.name);
  GraphWriter writer(*module.graph, model.mutable_graph());
  TINYC_RETURN_IF_ERROR(WriteNodes(*module.graph, &writer));
  TINYC_RETURN_IF_ERROR(writer.Finish());
  // A message of the checker may have several lines.
  const absl::Status checked = CheckModel(model);
  if (!checked.ok()) {
    return Unimplemented("it has no valid form in ONNX's operator set ", kOpset,
                         ": ", checked.message());
  }
  return model.SerializeAsString();
}

}  // namespace tinyc
