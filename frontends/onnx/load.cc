// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/load.h"

#include <google/protobuf/stubs/logging.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <system_error>

namespace tinyc {

absl::StatusOr<std::string> ReadModelFile(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return Invalid(path, " is not a file");
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  // An empty file sets failbit on `bytes` only; it is refused when parsed.
  bytes << file.rdbuf();
  if (!file) return Invalid(path, " cannot be read");
  return std::move(bytes).str();
}

absl::StatusOr<onnx::ModelProto> LoadModel(absl::string_view bytes) {
  if (bytes.size() > std::numeric_limits<int32_t>::max()) {
    return Invalid("the model has ", bytes.size(),
                   " bytes, beyond protobuf's 2 GiB: keep its weights in "
                   "external data");
  }
  onnx::ModelProto model;
  bool parsed;
  {
    // protobuf would write its own message to stderr.
    const google::protobuf::LogSilencer silencer;
    parsed = model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  }
  if (!parsed || !model.has_graph()) {
    return Invalid("this is not an ONNX model, or it is truncated");
  }
  if (!model.has_ir_version() || model.ir_version() < 3) {
    return Invalid("IR version ", model.ir_version(),
                   " is too old: tinyc reads 3 to ",
                   static_cast<int>(onnx::Version::IR_VERSION));
  }
  if (model.ir_version() > onnx::Version::IR_VERSION) {
    return Unimplemented("IR version ", model.ir_version(),
                         " is too new: tinyc reads 3 to ",
                         static_cast<int>(onnx::Version::IR_VERSION));
  }
  if (model.opset_import().empty()) {
    return Invalid("the model imports no operator set");
  }
  return model;
}

}  // namespace tinyc
