// SPDX-License-Identifier: Apache-2.0
// What a tensor is: element type, concrete shape, and how stored integers
// stand for real numbers.
#ifndef TINYC_COMPILER_IR_TYPE_H_
#define TINYC_COMPILER_IR_TYPE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"

namespace tinyc {

enum class DType : uint8_t {
#define TINYC_DTYPE(id, text, onnx, bits, c, kind) id,
#include "compiler/ir/dtype.def"
#undef TINYC_DTYPE
};

enum class DTypeKind : uint8_t { kFloat, kSigned, kUnsigned, kBoolean };

struct DTypeInfo {
  absl::string_view text;    // "s8"
  int onnx;                  // TensorProto.DataType
  int bits;                  // of one element; below 8 they are packed
  absl::string_view c_type;  // "int8_t"
  DTypeKind kind;
};
const DTypeInfo& InfoOf(DType dtype);
std::optional<DType> DTypeFromText(absl::string_view text);
std::optional<DType> DTypeFromOnnx(int onnx);

inline bool IsFloat(DType t) { return InfoOf(t).kind == DTypeKind::kFloat; }
// True for signed and unsigned integers, false for bool.
inline bool IsInteger(DType t) {
  return InfoOf(t).kind == DTypeKind::kSigned ||
         InfoOf(t).kind == DTypeKind::kUnsigned;
}
inline bool IsUnsigned(DType t) {
  return InfoOf(t).kind == DTypeKind::kUnsigned;
}
// The least and greatest value of an integer type of at most 32 bits.
int64_t MinOf(DType dtype);
int64_t MaxOf(DType dtype);

// Dimensions in ONNX order; empty for a scalar.  Never symbolic.
using Shape = absl::InlinedVector<int64_t, 4>;
int64_t NumElements(const Shape& shape);
std::string ToString(const Shape& shape);  // "[1,3,224,224]"
// Elements between two neighbours along each dimension, row-major.
Shape RowMajorStrides(const Shape& shape);

inline constexpr int kPerTensor = -1;

// real = scale[c] * (stored - zero_point[c]), where c is the index along
// `axis`, or 0 when axis is kPerTensor.  With block > 0 a scale covers `block`
// neighbours along `axis` (ONNX's blocked quantization).
struct Quant {
  std::vector<float> scale;
  std::vector<int32_t> zero_point;  // as long as scale
  int axis = kPerTensor;
  int64_t block = 0;

  bool per_tensor() const { return axis == kPerTensor; }
  bool operator==(const Quant&) const = default;

  static std::shared_ptr<const Quant> PerTensor(float scale,
                                                int32_t zero_point);
};

// An element type together with its quantization; what a shape is not.
struct ElemType {
  DType dtype = DType::kF32;
  std::shared_ptr<const Quant> quant;  // null: plain numbers

  bool operator==(const ElemType& other) const;
};

struct TensorType {
  DType dtype = DType::kF32;
  Shape shape;
  std::shared_ptr<const Quant> quant;  // null: plain numbers

  TensorType() = default;
  TensorType(DType dtype, Shape shape,
             std::shared_ptr<const Quant> quant = nullptr)
      : dtype(dtype), shape(std::move(shape)), quant(std::move(quant)) {}
  TensorType(const ElemType& elem, Shape shape)
      : TensorType(elem.dtype, std::move(shape), elem.quant) {}

  int rank() const { return static_cast<int>(shape.size()); }
  int64_t num_elements() const { return NumElements(shape); }
  int64_t bytes() const;  // packed size
  ElemType elem() const { return {dtype, quant}; }
  bool quantized() const { return quant != nullptr; }

  bool operator==(const TensorType& other) const;  // deep
};

// "s8[1,49,10,1] q(0.0039, -128)", the form of the textual IR; with an axis,
// "s8[2,3] q(axis=0, [0.5,0.25], [1,2])", without the zero points when all are
// 0.
std::string ToString(const TensorType& type);

}  // namespace tinyc

#endif  // TINYC_COMPILER_IR_TYPE_H_
