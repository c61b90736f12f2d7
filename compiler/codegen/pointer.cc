// SPDX-License-Identifier: Apache-2.0
#include "compiler/codegen/pointer.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "compiler/codegen/c_writer.h"

namespace tinyc {

bool PointsTo(absl::string_view type, DType dtype) {
  return absl::StripSuffix(absl::StripPrefix(type, "const "), " *") ==
             CTypeOf(dtype) ||
         absl::StrContains(type, "void");
}

std::string PointerText(const CPointer& pointer, absl::string_view type) {
  TINYC_CHECK(pointer.kind != CPointer::Kind::kConstant);
  const int64_t offset = pointer.offset;
  const std::string cast =
      absl::StrCat("(", absl::StripPrefix(type, "const "), ")");
  if (pointer.kind == CPointer::Kind::kArena) {
    const std::string at =
        offset == 0 ? std::string("arena") : absl::StrCat("arena + ", offset);
    if (absl::StrContains(type, "void")) return at;
    return cast + (offset == 0 ? at : absl::StrCat("(", at, ")"));
  }
  const int64_t element = std::max(1, InfoOf(pointer.dtype).bits / 8);
  const std::string at =
      offset == 0 ? pointer.name
                  : absl::StrCat(pointer.name, " + ", offset / element);
  if (PointsTo(type, pointer.dtype) && offset % element == 0) return at;
  if (pointer.dtype == DType::kU8 && !pointer.is_const) {
    return cast + (offset == 0 ? at : absl::StrCat("(", at, ")"));
  }
  const std::string to_type =
      pointer.is_const ? absl::StrCat("(", type, ")") : cast;
  if (offset == 0) return to_type + pointer.name;
  return absl::StrCat(to_type, "((", pointer.is_const ? "const " : "",
                      "uint8_t *)", pointer.name, " + ", offset, ")");
}

}  // namespace tinyc
