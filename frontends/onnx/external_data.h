// SPDX-License-Identifier: Apache-2.0
// Weights that an ONNX model keeps in files beside it.
#ifndef TINYC_FRONTENDS_ONNX_EXTERNAL_DATA_H_
#define TINYC_FRONTENDS_ONNX_EXTERNAL_DATA_H_

#include <string>

#include "compiler/base/status.h"
#include "onnx/onnx_pb.h"

namespace tinyc {

// The `bytes` bytes of the tensor.  Its location is a relative path to a
// regular file that lies below `model_dir`, symbolic links resolved.
absl::StatusOr<std::string> ReadExternalData(const onnx::TensorProto& proto,
                                             const std::string& model_dir,
                                             int64_t bytes);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_EXTERNAL_DATA_H_
