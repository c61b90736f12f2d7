// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/lower.h"

#include <limits>

#include "tc_kernel.h"

namespace tinyc {

absl::StatusOr<std::string> ArithmeticFamily(absl::string_view stem,
                                             const TensorType& type) {
  const bool known = type.quantized()
                         ? type.dtype == DType::kS8 || type.dtype == DType::kS16
                         : type.dtype == DType::kF32;
  if (!known) {
    return Unimplemented(stem, " has no C kernel for ",
                         type.quantized() ? "quantized " : "",
                         InfoOf(type.dtype).text);
  }
  return FamilyName(stem, type.dtype);
}

DType UnsignedOf(DType dtype) {
  switch (InfoOf(dtype).bits) {
    case 8:
      return DType::kU8;
    case 16:
      return DType::kU16;
    case 32:
      return DType::kU32;
    case 64:
      return DType::kU64;
    default:
      TINYC_CHECK(false);
  }
}

absl::Status CheckRank(size_t rank) {
  if (rank <= TC_MAX_RANK) return absl::OkStatus();
  return Unimplemented("the C kernels take ", TC_MAX_RANK,
                       " dimensions that do not merge, not ", rank);
}

int32_t Int32(int64_t value) {
  TINYC_CHECK(value >= std::numeric_limits<int32_t>::min() &&
              value <= std::numeric_limits<int32_t>::max());
  return static_cast<int32_t>(value);
}

}  // namespace tinyc
