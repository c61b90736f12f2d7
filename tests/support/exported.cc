// SPDX-License-Identifier: Apache-2.0
//
// See exported.h.

#include "tests/support/exported.h"

#include "frontends/onnx/export/export.h"
#include "frontends/onnx/import.h"
#include "tests/support/same_results.h"

namespace tinyc {

bool IsExported(const Module& module) { return ExportOnnx(module).ok(); }

std::string DifferenceOfExport(const Module& module, Numbers numbers) {
  const absl::StatusOr<std::string> bytes = ExportOnnx(module);
  if (!bytes.ok()) return std::string(bytes.status().message());
  const absl::StatusOr<Module> again = ImportOnnx(*bytes, "", {});
  if (!again.ok()) return std::string(again.status().message());
  return DifferenceOfResults(*module.graph, *again->graph, numbers);
}

}  // namespace tinyc
