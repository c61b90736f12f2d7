// SPDX-License-Identifier: Apache-2.0
#include "tests/filetest/export_kind.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "compiler/text/parse.h"
#include "frontends/onnx/export/export.h"
#include "onnx/defs/printer.h"
#include "onnx/onnx_pb.h"
#include "tests/support/exported.h"

namespace tinyc {

CaseOutcome RunExport(const FileCase& test) {
  const absl::StatusOr<Module> module = ParseModule(test.input);
  if (!module.ok()) return {"", std::string(module.status().message())};
  CaseOutcome outcome;
  const absl::StatusOr<std::string> bytes = ExportOnnx(*module);
  if (!bytes.ok()) {
    for (const absl::string_view line :
         absl::StrSplit(bytes.status().message(), '\n')) {
      absl::StrAppend(&outcome.text, "// error: ", line, "\n");
    }
    return outcome;
  }
  onnx::ModelProto model;
  if (!model.ParseFromString(*bytes)) return {"", "it is no model"};
  for (const absl::string_view line :
       absl::StrSplit(onnx::ProtoToString(model.graph()), '\n')) {
    absl::StrAppend(&outcome.text, absl::StripTrailingAsciiWhitespace(line),
                    "\n");
  }
  return outcome;
}

}  // namespace tinyc
