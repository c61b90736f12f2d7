// SPDX-License-Identifier: Apache-2.0
// A tensor with its numbers, on the host.
#ifndef TINYC_COMPILER_IR_TENSOR_H_
#define TINYC_COMPILER_IR_TENSOR_H_

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/check.h"
#include "compiler/ir/type.h"

namespace tinyc {

// The DType that a C++ type stores, e.g. kDTypeOf<int8_t> == DType::kS8.
// 16-bit floats and types below a byte have no C++ type: use bytes() or At().
template <typename T>
inline constexpr DType kDTypeOf = [] {
  if constexpr (std::is_same_v<T, float>) return DType::kF32;
  if constexpr (std::is_same_v<T, double>) return DType::kF64;
  if constexpr (std::is_same_v<T, int8_t>) return DType::kS8;
  if constexpr (std::is_same_v<T, uint8_t>) return DType::kU8;
  if constexpr (std::is_same_v<T, int16_t>) return DType::kS16;
  if constexpr (std::is_same_v<T, uint16_t>) return DType::kU16;
  if constexpr (std::is_same_v<T, int32_t>) return DType::kS32;
  if constexpr (std::is_same_v<T, uint32_t>) return DType::kU32;
  if constexpr (std::is_same_v<T, int64_t>) return DType::kS64;
  if constexpr (std::is_same_v<T, uint64_t>) return DType::kU64;
  if constexpr (std::is_same_v<T, bool>) return DType::kBool;
}();

// Row-major; elements below a byte are packed low bits first, as in ONNX.
class Tensor {
 public:
  Tensor() = default;
  // All zeros.
  explicit Tensor(TensorType type)
      : type_(std::move(type)), bytes_(static_cast<size_t>(type_.bytes())) {}

  template <typename T>
  static Tensor Of(Shape shape, const std::vector<T>& values) {
    Tensor tensor(TensorType(kDTypeOf<T>, std::move(shape)));
    TINYC_CHECK(tensor.size() == static_cast<int64_t>(values.size()));
    for (size_t i = 0; i < values.size(); ++i) tensor.data<T>()[i] = values[i];
    return tensor;
  }
  template <typename T>
  static Tensor Scalar(T value) {
    return Of<T>({}, {value});
  }

  const TensorType& type() const { return type_; }
  DType dtype() const { return type_.dtype; }
  const Shape& shape() const { return type_.shape; }
  int64_t size() const { return type_.num_elements(); }

  template <typename T>
  absl::Span<const T> data() const {
    TINYC_CHECK(kDTypeOf<T> == type_.dtype);
    return absl::Span<const T>(reinterpret_cast<const T*>(bytes_.data()),
                               static_cast<size_t>(size()));
  }
  template <typename T>
  absl::Span<T> data() {
    TINYC_CHECK(kDTypeOf<T> == type_.dtype);
    return absl::Span<T>(reinterpret_cast<T*>(bytes_.data()),
                         static_cast<size_t>(size()));
  }
  absl::Span<const uint8_t> bytes() const { return bytes_; }
  absl::Span<uint8_t> bytes() { return absl::MakeSpan(bytes_); }

  // Element `i` in row-major order as stored, i.e. without scale and zero
  // point.  At is exact for every type but 64-bit integers beyond 2^53; IntAt
  // is for integers and bool.
  double At(int64_t i) const;
  int64_t IntAt(int64_t i) const;
  // Stores `value` rounded to the nearest (ties to even) and saturated to the
  // type; NaN becomes the least integer.
  void Set(int64_t i, double value);
  void SetInt(int64_t i, int64_t value);  // saturated
  // Element `i` as a real number: At for plain tensors, else
  // scale * (stored - zero_point).
  double Real(int64_t i) const;
  // Stores the real number `value`: quantized if the type is.
  void SetReal(int64_t i, double value);

  // The same bytes under another type of equal size.
  Tensor WithType(TensorType type) const&;

  // Same type and same bits.
  bool operator==(const Tensor&) const = default;

 private:
  TensorType type_;
  std::vector<uint8_t> bytes_;
};

// Index into scale and zero_point of element `i` (row-major) of a tensor.
size_t QuantIndex(const TensorType& type, int64_t i);

}  // namespace tinyc

#endif  // TINYC_COMPILER_IR_TENSOR_H_
