// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/tensor_proto.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "frontends/onnx/external_data.h"

namespace tinyc {
namespace {

constexpr int64_t kMaxBytes = int64_t{1} << 31;

// The functions below check the amount of data before they take memory: a few
// bytes of a broken model can claim 2 GiB.

// The tensor whose bytes are the low `size` bytes of the entries of a field.
template <typename Field>
absl::StatusOr<Tensor> FromEntries(const TensorType& type, const Field& field,
                                   int64_t size) {
  if (field.size() * size != type.bytes()) {
    return Invalid("it has ", field.size(), " values, its type needs ",
                   type.bytes() / size);
  }
  Tensor tensor(type);
  uint8_t* to = tensor.bytes().data();
  for (const auto value : field) {
    std::memcpy(to, &value, static_cast<size_t>(size));
    to += size;
  }
  return tensor;
}

// The data is little-endian, as are the hosts of tinyc.
absl::StatusOr<Tensor> FromBytes(const TensorType& type,
                                 const std::string& data) {
  if (static_cast<int64_t>(data.size()) != type.bytes()) {
    return Invalid("it has ", data.size(), " bytes, its type needs ",
                   type.bytes());
  }
  Tensor tensor(type);
  std::copy(data.begin(), data.end(), tensor.bytes().begin());
  return tensor;
}

// From the typed field that ONNX assigns to the type.
absl::StatusOr<Tensor> FromTypedField(const TensorType& type,
                                      const onnx::TensorProto& proto) {
  const int64_t bits = InfoOf(type.dtype).bits;
  switch (type.dtype) {
    case DType::kF32:
      return FromEntries(type, proto.float_data(), 4);
    case DType::kF64:
      return FromEntries(type, proto.double_data(), 8);
    case DType::kS64:
      return FromEntries(type, proto.int64_data(), 8);
    case DType::kU32:
    case DType::kU64:
      return FromEntries(type, proto.uint64_data(), bits / 8);
    default:
      // An entry holds one element, or as many as fit into a byte.
      return FromEntries(type, proto.int32_data(), bits < 8 ? 1 : bits / 8);
  }
}

int CountEncodings(const onnx::TensorProto& proto) {
  return static_cast<int>(proto.has_raw_data()) + !proto.float_data().empty() +
         !proto.int32_data().empty() + !proto.int64_data().empty() +
         !proto.double_data().empty() + !proto.uint64_data().empty() +
         !proto.string_data().empty();
}

}  // namespace

absl::StatusOr<DType> DTypeOf(int onnx_type) {
  if (const std::optional<DType> dtype = DTypeFromOnnx(onnx_type)) {
    return *dtype;
  }
  if (!onnx::TensorProto::DataType_IsValid(onnx_type) || onnx_type == 0) {
    return Invalid("element type ", onnx_type, " is not one of ONNX");
  }
  return Unimplemented("element type ",
                       onnx::TensorProto::DataType_Name(
                           static_cast<onnx::TensorProto::DataType>(onnx_type)),
                       " is not supported");
}

absl::StatusOr<TensorType> CheckedType(DType dtype,
                                       absl::Span<const int64_t> shape) {
  const Shape dims(shape.begin(), shape.end());
  // Sizes with empty dimensions left out, so that [0, 2^62, 2^62] is refused.
  int64_t bits = InfoOf(dtype).bits;
  for (const int64_t dim : shape) {
    if (dim < 0) {
      return Invalid("the shape ", ToString(dims), " has a negative dimension");
    }
    if (__builtin_mul_overflow(bits, dim == 0 ? 1 : dim, &bits) ||
        bits / 8 > kMaxBytes) {
      return Invalid("a tensor of shape ", ToString(dims),
                     " is larger than 2 GiB");
    }
  }
  return TensorType(dtype, dims);
}

absl::StatusOr<Tensor> TensorFromProto(const onnx::TensorProto& proto,
                                       const std::string& model_dir) {
  TINYC_ASSIGN_OR_RETURN(const DType dtype, DTypeOf(proto.data_type()));
  TINYC_ASSIGN_OR_RETURN(
      const TensorType type,
      CheckedType(dtype,
                  absl::MakeConstSpan(proto.dims().data(),
                                      static_cast<size_t>(proto.dims_size()))));
  if (proto.has_segment()) {
    return Unimplemented("it is stored in segments, which is not supported");
  }
  const int encodings = CountEncodings(proto);
  if (encodings > 1) return Invalid("it has data in two fields");
  std::string external;
  const bool in_file = proto.data_location() == onnx::TensorProto::EXTERNAL;
  if (in_file) {
    if (encodings != 0) {
      return Invalid("it has data in the model and in a file");
    }
    TINYC_ASSIGN_OR_RETURN(external,
                           ReadExternalData(proto, model_dir, type.bytes()));
  }
  TINYC_ASSIGN_OR_RETURN(Tensor tensor, in_file ? FromBytes(type, external)
                                        : proto.has_raw_data()
                                            ? FromBytes(type, proto.raw_data())
                                            : FromTypedField(type, proto));
  if (dtype == DType::kBool) {
    for (uint8_t& byte : tensor.bytes()) byte = byte != 0;
  }
  return tensor;
}

absl::StatusOr<Tensor> TensorFromProto(const onnx::SparseTensorProto& proto,
                                       const std::string& model_dir) {
  TINYC_ASSIGN_OR_RETURN(const Tensor values,
                         TensorFromProto(proto.values(), model_dir));
  TINYC_ASSIGN_OR_RETURN(const Tensor indices,
                         TensorFromProto(proto.indices(), model_dir));
  TINYC_ASSIGN_OR_RETURN(
      const TensorType type,
      CheckedType(values.dtype(),
                  absl::MakeConstSpan(proto.dims().data(),
                                      static_cast<size_t>(proto.dims_size()))));
  const int64_t count = values.size();
  const int64_t rank = type.rank();
  const bool linear = indices.shape() == Shape{count};
  if (indices.dtype() != DType::kS64 || values.shape() != Shape{count} ||
      (!linear && indices.shape() != Shape{count, rank})) {
    return Invalid("its indices do not fit its values");
  }
  if (InfoOf(type.dtype).bits < 8) {
    return Unimplemented("a sparse tensor of ", InfoOf(type.dtype).text,
                         " is not supported");
  }
  Tensor tensor(type);
  const size_t size = static_cast<size_t>(InfoOf(type.dtype).bits / 8);
  for (int64_t i = 0; i < count; ++i) {
    int64_t at = linear ? indices.IntAt(i) : 0;
    for (int64_t d = 0; d < rank && !linear; ++d) {
      const int64_t dim = type.shape[static_cast<size_t>(d)];
      const int64_t index = indices.IntAt(i * rank + d);
      if (index < 0 || index >= dim) return Invalid("an index is out of range");
      at = at * dim + index;
    }
    if (at < 0 || at >= tensor.size()) {
      return Invalid("an index is out of range");
    }
    std::memcpy(tensor.bytes().data() + static_cast<size_t>(at) * size,
                values.bytes().data() + static_cast<size_t>(i) * size, size);
  }
  return tensor;
}

onnx::TensorProto TensorToProto(const Tensor& tensor, const std::string& name) {
  onnx::TensorProto proto;
  proto.set_name(name);
  proto.set_data_type(InfoOf(tensor.dtype()).onnx);
  for (const int64_t dim : tensor.shape()) proto.add_dims(dim);
  // Little-endian and packed as tensors are.
  proto.set_raw_data(tensor.bytes().data(), tensor.bytes().size());
  return proto;
}

}  // namespace tinyc
