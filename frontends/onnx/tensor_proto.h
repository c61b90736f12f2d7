// SPDX-License-Identifier: Apache-2.0
// onnx::TensorProto => Tensor: every encoding of every type that tinyc has; and
// back.
#ifndef TINYC_FRONTENDS_ONNX_TENSOR_PROTO_H_
#define TINYC_FRONTENDS_ONNX_TENSOR_PROTO_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/tensor.h"
#include "onnx/onnx_pb.h"

namespace tinyc {

// The DType of a TensorProto.DataType, or a sentence with its ONNX name.
absl::StatusOr<DType> DTypeOf(int onnx_type);

// Refuses shapes with negative dimensions and tensors beyond 2 GiB.
absl::StatusOr<TensorType> CheckedType(DType dtype,
                                       absl::Span<const int64_t> shape);

// External data is read from a file below the folder `model_dir`; empty: it
// is refused.
absl::StatusOr<Tensor> TensorFromProto(const onnx::TensorProto& proto,
                                       const std::string& model_dir);

// A sparse tensor, filled up with zeros.
absl::StatusOr<Tensor> TensorFromProto(const onnx::SparseTensorProto& proto,
                                       const std::string& model_dir);

// The stored numbers of `tensor`.
onnx::TensorProto TensorToProto(const Tensor& tensor, const std::string& name);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_TENSOR_PROTO_H_
