// SPDX-License-Identifier: Apache-2.0
#include "compiler/ir/attr.h"

#include <charconv>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/base/text.h"

namespace tinyc {
namespace {

// The items of "[a,b,c]".
bool SplitList(absl::string_view text, std::vector<absl::string_view>* items) {
  if (!absl::ConsumePrefix(&text, "[") || !absl::ConsumeSuffix(&text, "]")) {
    return false;
  }
  items->clear();
  if (absl::StripAsciiWhitespace(text).empty()) return true;
  for (const absl::string_view item : absl::StrSplit(text, ',')) {
    items->push_back(absl::StripAsciiWhitespace(item));
  }
  return true;
}

template <typename T>
bool ParseList(absl::string_view text, std::vector<T>* values) {
  std::vector<absl::string_view> items;
  if (!SplitList(text, &items)) return false;
  values->resize(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    if (!ParseAttr(items[i], &(*values)[i])) return false;
  }
  return true;
}

}  // namespace

std::string AttrText(bool value) { return value ? "true" : "false"; }
std::string AttrText(int64_t value) { return absl::StrCat(value); }
std::string AttrText(float value) { return FloatText(value); }
std::string AttrText(double value) { return DoubleText(value); }
std::string AttrText(DType value) { return std::string(InfoOf(value).text); }
std::string AttrText(const std::string& value) {
  return absl::StrCat("\"", absl::CEscape(value), "\"");
}
std::string AttrText(const std::vector<int64_t>& value) {
  return absl::StrCat("[", absl::StrJoin(value, ","), "]");
}
std::string AttrText(const std::vector<float>& value) {
  return absl::StrCat(
      "[",
      absl::StrJoin(value, ",",
                    [](std::string* out, float v) { *out += FloatText(v); }),
      "]");
}

bool ParseAttr(absl::string_view text, bool* value) {
  *value = text == "true";
  return text == "true" || text == "false";
}
bool ParseAttr(absl::string_view text, int64_t* value) {
  return absl::SimpleAtoi(text, value);
}
bool ParseAttr(absl::string_view text, float* value) {
  return ParseFloatText(text, value);
}
bool ParseAttr(absl::string_view text, double* value) {
  return absl::SimpleAtod(text, value);
}
bool ParseAttr(absl::string_view text, DType* value) {
  const std::optional<DType> dtype = DTypeFromText(text);
  if (dtype) *value = *dtype;
  return dtype.has_value();
}
bool ParseAttr(absl::string_view text, std::string* value) {
  return absl::ConsumePrefix(&text, "\"") && absl::ConsumeSuffix(&text, "\"") &&
         absl::CUnescape(text, value);
}
bool ParseAttr(absl::string_view text, std::vector<int64_t>* value) {
  return ParseList(text, value);
}
bool ParseAttr(absl::string_view text, std::vector<float>* value) {
  return ParseList(text, value);
}

}  // namespace tinyc
