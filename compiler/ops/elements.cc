// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/elements.h"

#include <cstring>

namespace tinyc {

void CopyElement(const Tensor& from, int64_t i, Tensor& to, int64_t j) {
  TINYC_CHECK(from.dtype() == to.dtype());
  const int bits = InfoOf(from.dtype()).bits;
  const uint8_t* source = from.bytes().data();
  uint8_t* target = to.bytes().data();
  if (bits >= 8) {
    const size_t size = static_cast<size_t>(bits) / 8;
    std::memcpy(target + static_cast<size_t>(j) * size,
                source + static_cast<size_t>(i) * size, size);
    return;
  }
  const int per_byte = 8 / bits;
  const unsigned mask = (1u << bits) - 1;
  const unsigned value =
      (unsigned{source[i / per_byte]} >> (i % per_byte * bits)) & mask;
  const int shift = static_cast<int>(j % per_byte) * bits;
  uint8_t& byte = target[j / per_byte];
  byte = static_cast<uint8_t>((byte & ~(mask << shift)) | (value << shift));
}

bool Less(const Tensor& x, int64_t i, int64_t j) {
  if (x.dtype() == DType::kS64) return x.IntAt(i) < x.IntAt(j);
  if (x.dtype() == DType::kU64) {
    return static_cast<uint64_t>(x.IntAt(i)) <
           static_cast<uint64_t>(x.IntAt(j));
  }
  return x.At(i) < x.At(j);
}

int64_t Wrapped(DType dtype, uint64_t value) {
  const int bits = InfoOf(dtype).bits;
  if (bits == 64) return static_cast<int64_t>(value);
  value &= (uint64_t{1} << bits) - 1;
  const bool negative = !IsUnsigned(dtype) && (value >> (bits - 1)) != 0;
  return static_cast<int64_t>(value) - (negative ? int64_t{1} << bits : 0);
}

absl::StatusOr<ElemType> MovedElem(const TensorType& x, int axis) {
  if (!x.quantized() || x.quant->per_tensor()) return x.elem();
  if (axis < 0 || x.quant->block != 0) {
    return Invalid("the operand is quantized along dimension ", x.quant->axis,
                   ", which the result does not keep whole");
  }
  Quant quant = *x.quant;
  quant.axis = axis;
  return ElemType{x.dtype, std::make_shared<const Quant>(std::move(quant))};
}

absl::Status CheckPerTensor(const TensorType& x) {
  if (!x.quantized() || x.quant->per_tensor()) return absl::OkStatus();
  return Invalid("the operand is quantized along dimension ", x.quant->axis,
                 ", not per tensor");
}

absl::StatusOr<ElemType> FreeResult(
    absl::Span<const TensorType* const> operands, const ElemType& wanted) {
  const TensorType& first = *operands[0];
  const int bits = InfoOf(first.dtype).bits;
  for (const TensorType* operand : operands) {
    if (operand->quantized() != first.quantized()) {
      return Invalid("either all operands are quantized or none is");
    }
    if (!first.quantized() && operand->dtype != first.dtype) {
      return Invalid(
          "the operands differ in element type: ", InfoOf(first.dtype).text,
          " and ", InfoOf(operand->dtype).text);
    }
    if (InfoOf(operand->dtype).bits != bits) {
      return Invalid("the operands store numbers of ", bits, " and ",
                     InfoOf(operand->dtype).bits, " bits");
    }
    TINYC_RETURN_IF_ERROR(CheckPerTensor(*operand));
  }
  if (!first.quantized()) return first.elem();
  if (!wanted.quant || !wanted.quant->per_tensor()) {
    return Invalid("the result of quantized operands is quantized per tensor");
  }
  if ((bits != 8 && bits != 16) || InfoOf(wanted.dtype).bits != bits) {
    return Invalid("quantized operands and result are all 8 or all 16 bits");
  }
  return wanted;
}

}  // namespace tinyc
