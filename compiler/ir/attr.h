// SPDX-License-Identifier: Apache-2.0
// Typed attributes: an operator lists its fields once, as
//   static constexpr auto kAttrs = std::tuple{Attr{"group", &Conv::group}};
// and printing, parsing, equality and the generic ONNX import follow.
#ifndef TINYC_COMPILER_IR_ATTR_H_
#define TINYC_COMPILER_IR_ATTR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/ir/type.h"

namespace tinyc {

// One field of an operator and its name in the textual IR.
template <typename Class, typename T>
struct Attr {
  absl::string_view name;
  T Class::*field;
};
template <typename Class, typename T>
Attr(const char*, T Class::*) -> Attr<Class, T>;

// An enumeration used as an attribute specialises this with
//   static constexpr absl::string_view kNames[] = {"nchw", "nhwc"};
// in the order of its enumerators.
template <typename E>
struct EnumNames;

// Text of one attribute value, and back.  Parse returns false when `text` is
// not a value of the type.
std::string AttrText(bool value);
std::string AttrText(int64_t value);
std::string AttrText(float value);
std::string AttrText(double value);
std::string AttrText(DType value);
std::string AttrText(const std::string& value);  // quoted, C escapes
std::string AttrText(const std::vector<int64_t>& value);
std::string AttrText(const std::vector<float>& value);
bool ParseAttr(absl::string_view text, bool* value);
bool ParseAttr(absl::string_view text, int64_t* value);
bool ParseAttr(absl::string_view text, float* value);
bool ParseAttr(absl::string_view text, double* value);
bool ParseAttr(absl::string_view text, DType* value);
bool ParseAttr(absl::string_view text, std::string* value);
bool ParseAttr(absl::string_view text, std::vector<int64_t>* value);
bool ParseAttr(absl::string_view text, std::vector<float>* value);

template <typename E>
requires requires { EnumNames<E>::kNames; }
std::string AttrText(E value) {
  return std::string(EnumNames<E>::kNames[static_cast<size_t>(value)]);
}
template <typename E>
requires requires { EnumNames<E>::kNames; }
bool ParseAttr(absl::string_view text, E* value) {
  for (size_t i = 0; i < std::size(EnumNames<E>::kNames); ++i) {
    if (EnumNames<E>::kNames[i] == text) {
      *value = static_cast<E>(i);
      return true;
    }
  }
  return false;
}

}  // namespace tinyc

#endif  // TINYC_COMPILER_IR_ATTR_H_
