// SPDX-License-Identifier: Apache-2.0
// Exporters by operator.  THE list is exporters.def; an operator that
// importers.def calls regular needs no row there.
#ifndef TINYC_FRONTENDS_ONNX_EXPORT_EXPORTERS_H_
#define TINYC_FRONTENDS_ONNX_EXPORT_EXPORTERS_H_

#include "absl/strings/string_view.h"
#include "frontends/onnx/export/export_node.h"

namespace tinyc {

struct Exporter {
  absl::string_view op;    // "conv"
  absl::string_view type;  // the ONNX operator that it becomes, "Conv"
  // Adds the ONNX nodes, or refuses.
  void (*write)(ExportNode& node) = nullptr;
};

// Null when there is none.
const Exporter* FindExporter(absl::string_view op);

#define TINYC_EXPORT(op, type, function) void function(ExportNode& node);
#include "frontends/onnx/export/exporters.def"
#undef TINYC_EXPORT

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_EXPORT_EXPORTERS_H_
