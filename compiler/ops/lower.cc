// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/lower.h"

#include <limits>

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

int32_t Int32(int64_t value) {
  TINYC_CHECK(value >= std::numeric_limits<int32_t>::min() &&
              value <= std::numeric_limits<int32_t>::max());
  return static_cast<int32_t>(value);
}

}  // namespace tinyc
