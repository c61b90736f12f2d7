// SPDX-License-Identifier: Apache-2.0
#include "compiler/ir/tensor.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "compiler/ir/small_float.h"

namespace tinyc {
namespace {

template <typename T>
T Load(const uint8_t* bytes, int64_t i) {
  T value;
  std::memcpy(&value, bytes + static_cast<size_t>(i) * sizeof(T), sizeof(T));
  return value;
}

template <typename T>
void Store(uint8_t* bytes, int64_t i, T value) {
  std::memcpy(bytes + static_cast<size_t>(i) * sizeof(T), &value, sizeof(T));
}

// The stored bits of an element of at most 16 bits.
uint32_t LoadBits(const uint8_t* bytes, int64_t i, int bits) {
  if (bits == 16) return Load<uint16_t>(bytes, i);
  const int per_byte = 8 / bits;
  const uint32_t byte = bytes[i / per_byte];
  return (byte >> (i % per_byte * bits)) & ((1u << bits) - 1);
}

void StoreBits(uint8_t* bytes, int64_t i, int bits, uint32_t value) {
  if (bits == 16) {
    return Store<uint16_t>(bytes, i, static_cast<uint16_t>(value));
  }
  const int per_byte = 8 / bits;
  const int shift = static_cast<int>(i % per_byte) * bits;
  const uint32_t mask = ((1u << bits) - 1) << shift;
  uint8_t& byte = bytes[i / per_byte];
  byte = static_cast<uint8_t>((byte & ~mask) | ((value << shift) & mask));
}

}  // namespace

int64_t Tensor::IntAt(int64_t i) const {
  const uint8_t* p = bytes_.data();
  switch (type_.dtype) {
    case DType::kS64:
      return Load<int64_t>(p, i);
    case DType::kU64:
      return static_cast<int64_t>(Load<uint64_t>(p, i));
    case DType::kS32:
      return Load<int32_t>(p, i);
    case DType::kU32:
      return Load<uint32_t>(p, i);
    default:
      break;
  }
  TINYC_CHECK(!IsFloat(type_.dtype));
  const int bits = InfoOf(type_.dtype).bits;
  const int64_t value = LoadBits(p, i, bits);
  const bool negative = InfoOf(type_.dtype).kind == DTypeKind::kSigned &&
                        (value >> (bits - 1)) != 0;
  return negative ? value - (int64_t{1} << bits) : value;
}

double Tensor::At(int64_t i) const {
  const uint8_t* p = bytes_.data();
  switch (type_.dtype) {
    case DType::kF32:
      return Load<float>(p, i);
    case DType::kF64:
      return Load<double>(p, i);
    case DType::kU64:
      return static_cast<double>(Load<uint64_t>(p, i));
    default:
      break;
  }
  if (IsFloat(type_.dtype)) {
    return SmallFloatToDouble(type_.dtype,
                              LoadBits(p, i, InfoOf(type_.dtype).bits));
  }
  return static_cast<double>(IntAt(i));
}

void Tensor::SetInt(int64_t i, int64_t value) {
  uint8_t* p = bytes_.data();
  const DType t = type_.dtype;
  if (t == DType::kS64 || t == DType::kU64) return Store<int64_t>(p, i, value);
  if (IsFloat(t)) return Set(i, static_cast<double>(value));
  if (t == DType::kBool) return StoreBits(p, i, 8, value != 0);
  value = std::min(std::max(value, MinOf(t)), MaxOf(t));
  if (InfoOf(t).bits == 32) {
    return Store<uint32_t>(p, i, static_cast<uint32_t>(value));
  }
  StoreBits(p, i, InfoOf(t).bits, static_cast<uint32_t>(value));
}

void Tensor::Set(int64_t i, double value) {
  uint8_t* p = bytes_.data();
  const DType t = type_.dtype;
  if (t == DType::kF32) return Store<float>(p, i, static_cast<float>(value));
  if (t == DType::kF64) return Store<double>(p, i, value);
  if (IsFloat(t)) {
    return StoreBits(p, i, InfoOf(t).bits, DoubleToSmallFloat(t, value));
  }
  if (t == DType::kBool) return StoreBits(p, i, 8, value != 0);
  const double rounded = std::nearbyint(value);
  constexpr double kTwo63 = 9223372036854775808.0;
  if (t == DType::kU64) {
    return Store<uint64_t>(p, i,
                           !(rounded > 0) ? 0
                           : rounded >= 2 * kTwo63
                               ? ~uint64_t{0}
                               : static_cast<uint64_t>(rounded));
  }
  const int64_t integer =
      !(rounded > -kTwo63) ? std::numeric_limits<int64_t>::min()
      : rounded >= kTwo63  ? std::numeric_limits<int64_t>::max()
                           : static_cast<int64_t>(rounded);
  SetInt(i, integer);
}

size_t QuantIndex(const TensorType& type, int64_t i) {
  const Quant& quant = *type.quant;
  if (quant.per_tensor()) return 0;
  const size_t axis = static_cast<size_t>(quant.axis);
  int64_t inner = 1;
  for (size_t d = axis + 1; d < type.shape.size(); ++d) inner *= type.shape[d];
  const int64_t channel = i / inner % type.shape[axis];
  if (quant.block == 0) return static_cast<size_t>(channel);
  const int64_t blocks = (type.shape[axis] + quant.block - 1) / quant.block;
  const int64_t outer = i / inner / type.shape[axis];
  return static_cast<size_t>((outer * blocks + channel / quant.block) * inner +
                             i % inner);
}

double Tensor::Real(int64_t i) const {
  if (!type_.quantized()) return At(i);
  const size_t c = QuantIndex(type_, i);
  return static_cast<double>(type_.quant->scale[c]) *
         (At(i) - type_.quant->zero_point[c]);
}

void Tensor::SetReal(int64_t i, double value) {
  if (!type_.quantized()) return Set(i, value);
  const size_t c = QuantIndex(type_, i);
  Set(i, std::nearbyint(value / static_cast<double>(type_.quant->scale[c])) +
             type_.quant->zero_point[c]);
}

Tensor Tensor::WithType(TensorType type) const& {
  TINYC_CHECK(type.bytes() == type_.bytes());
  Tensor tensor = *this;
  tensor.type_ = std::move(type);
  return tensor;
}

}  // namespace tinyc
