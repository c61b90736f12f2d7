// SPDX-License-Identifier: Apache-2.0
// Importers by ONNX operator.  THE list is importers.def.
#ifndef TINYC_FRONTENDS_ONNX_IMPORTERS_H_
#define TINYC_FRONTENDS_ONNX_IMPORTERS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "frontends/onnx/node.h"

namespace tinyc {

struct Importer {
  absl::string_view domain;
  absl::string_view type;
  // The newest version of the operator's schema that the importer is written
  // for; 0 for operators that ONNX has no schema of.
  int newest = 0;
  absl::Status (*import)(OnnxNode& node) = nullptr;
  // The operator of the IR that it is, operand by operand; "": it is none.
  absl::string_view op = "";
};

absl::Span<const Importer> Importers();
// Null when there is none.
const Importer* FindImporter(const std::string& domain,
                             const std::string& type);

// An operator that is the IR's `op`, operand by operand; its attributes are
// those of the same name.
absl::Status ImportRegular(OnnxNode& node, absl::string_view op);

#define TINYC_ONNX(domain, type, newest, function) \
  absl::Status function(OnnxNode& node);
#define TINYC_ONNX_REGULAR(type, newest, op)
#include "frontends/onnx/importers.def"
#undef TINYC_ONNX
#undef TINYC_ONNX_REGULAR

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_IMPORTERS_H_
