// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/plain_family.h"

#include "compiler/ops/lower.h"

namespace tinyc {

absl::StatusOr<std::string> PlainFamily(absl::string_view stem, DType dtype) {
  const int bits = InfoOf(dtype).bits;
  if (bits < (IsFloat(dtype) ? 32 : 8)) {
    return Unimplemented(stem, " has no C kernel for ", InfoOf(dtype).text);
  }
  return FamilyName(stem, dtype);
}

absl::StatusOr<std::string> BitsFamily(absl::string_view stem, DType dtype) {
  TINYC_ASSIGN_OR_RETURN(std::string family, PlainFamily(stem, dtype));
  if (IsFloat(dtype)) return family;
  return FamilyName(stem, UnsignedOf(dtype));
}

}  // namespace tinyc
