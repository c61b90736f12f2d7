// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/operator_list.h"

#include <map>
#include <utility>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/onnx_library.h"

namespace tinyc {

std::vector<OnnxOperator> OnnxOperators() {
  using Way = OnnxOperator::Way;
  std::map<std::pair<std::string, std::string>, OnnxOperator> by_name;
  for (const SchemaInfo& schema : Schemas()) {
    OnnxOperator& row = by_name[{schema.domain, schema.type}];
    row.domain = schema.domain;
    row.type = schema.type;
    const Importer* importer = FindImporter(schema.domain, schema.type);
    if (schema.deprecated) continue;
    if (importer != nullptr ? schema.version <= importer->newest
                            : schema.has_function) {
      row.versions.push_back(schema.version);
      row.way = Way::kDefinition;
    }
  }
  for (const Importer& importer : Importers()) {
    const std::string domain(importer.domain), type(importer.type);
    OnnxOperator& row = by_name[{domain, type}];
    row.domain = domain;
    row.type = type;
    row.op = std::string(importer.op);
    row.way = row.op.empty() ? Way::kImporter : Way::kRegular;
  }
  std::vector<OnnxOperator> rows;
  for (auto& [name, row] : by_name) rows.push_back(std::move(row));
  return rows;
}

}  // namespace tinyc
