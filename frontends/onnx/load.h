// SPDX-License-Identifier: Apache-2.0
// Bytes => onnx::ModelProto, and what is checked before anything is looked at.
#ifndef TINYC_FRONTENDS_ONNX_LOAD_H_
#define TINYC_FRONTENDS_ONNX_LOAD_H_

#include <string>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "onnx/onnx_pb.h"

namespace tinyc {

// The contents of a regular file.
absl::StatusOr<std::string> ReadModelFile(const std::string& path);

// A model with a graph, an IR version and opsets that ONNX's library knows.
absl::StatusOr<onnx::ModelProto> LoadModel(absl::string_view bytes);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_LOAD_H_
