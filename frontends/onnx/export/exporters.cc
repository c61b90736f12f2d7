// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/export/exporters.h"

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "frontends/onnx/importers.h"

namespace tinyc {
namespace {

// What ImportRegular undoes: the same operands, and attributes that are
// numbers.
void ExportRegular(ExportNode& node) {
  std::vector<std::string> inputs;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    inputs.push_back(node.Input(i));
  }
  std::vector<OnnxAttr> attrs;
  for (const Op::NamedText& attr : node.op().Attrs()) {
    int64_t number = 0;
    TINYC_CHECK(ParseAttr(attr.text, &number));
    attrs.push_back({attr.name, number});
  }
  node.Result(node.type(), inputs, attrs);
}

constexpr Exporter kExporters[] = {
#define TINYC_EXPORT(op, type, function) {op, #type, function},
#include "frontends/onnx/export/exporters.def"
#undef TINYC_EXPORT
};

}  // namespace

const Exporter* FindExporter(absl::string_view op) {
  static const auto* const by_op = [] {
    auto* map = new absl::flat_hash_map<absl::string_view, Exporter>;
    for (const Exporter& exporter : kExporters) {
      TINYC_CHECK(map->emplace(exporter.op, exporter).second);
    }
    for (const Importer& importer : Importers()) {
      if (importer.op.empty()) continue;
      map->try_emplace(importer.op,
                       Exporter{importer.op, importer.type, ExportRegular});
    }
    return map;
  }();
  const auto found = by_op->find(op);
  return found == by_op->end() ? nullptr : &found->second;
}

}  // namespace tinyc
