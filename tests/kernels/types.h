// SPDX-License-Identifier: Apache-2.0
//
// The number types by the suffixes that kernels have.

#ifndef TINYC_TESTS_KERNELS_TYPES_H_
#define TINYC_TESTS_KERNELS_TYPES_H_

#include <cstdint>
#include <string_view>

#include "gtest/gtest.h"

namespace tinyc {

// A bool is a byte of 0 or 1, apart from u8.
struct BoolByte {
  uint8_t value;
};

template <typename T>
struct Type {
  using type = T;
};

// Calls visit(Type<T>{}) for the type named `suffix`.
template <typename Visit>
void WithType(std::string_view suffix, Visit visit) {
  if (suffix == "f32") return visit(Type<float>{});
  if (suffix == "f64") return visit(Type<double>{});
  if (suffix == "s8") return visit(Type<int8_t>{});
  if (suffix == "u8") return visit(Type<uint8_t>{});
  if (suffix == "s16") return visit(Type<int16_t>{});
  if (suffix == "u16") return visit(Type<uint16_t>{});
  if (suffix == "s32") return visit(Type<int32_t>{});
  if (suffix == "u32") return visit(Type<uint32_t>{});
  if (suffix == "s64") return visit(Type<int64_t>{});
  if (suffix == "u64") return visit(Type<uint64_t>{});
  if (suffix == "bool") return visit(Type<BoolByte>{});
  FAIL() << "no type " << suffix;
}

// add_wrap_s8 -> s8
inline std::string_view SuffixOf(std::string_view family) {
  return family.substr(family.rfind('_') + 1);
}

// add_wrap_s8 -> add_wrap
inline std::string_view OperatorOf(std::string_view family) {
  return family.substr(0, family.rfind('_'));
}

}  // namespace tinyc

#endif  // TINYC_TESTS_KERNELS_TYPES_H_
