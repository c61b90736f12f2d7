// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace tinyc {
namespace {

template <typename T>
std::string ShortestText(T value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[64];
  const std::to_chars_result r =
      std::to_chars(buffer, buffer + sizeof(buffer), value);
  return std::string(buffer, r.ptr);
}

// C99, C++17 and the names that the emitted text itself uses.
constexpr absl::string_view kReserved[] = {"auto",        "break",
                                           "case",        "char",
                                           "const",       "continue",
                                           "default",     "do",
                                           "double",      "else",
                                           "enum",        "extern",
                                           "float",       "for",
                                           "goto",        "if",
                                           "inline",      "int",
                                           "long",        "register",
                                           "restrict",    "return",
                                           "short",       "signed",
                                           "sizeof",      "static",
                                           "struct",      "switch",
                                           "typedef",     "union",
                                           "unsigned",    "void",
                                           "volatile",    "while",
                                           "asm",         "bool",
                                           "catch",       "class",
                                           "delete",      "explicit",
                                           "export",      "false",
                                           "friend",      "mutable",
                                           "namespace",   "new",
                                           "operator",    "private",
                                           "protected",   "public",
                                           "template",    "this",
                                           "throw",       "true",
                                           "try",         "typeid",
                                           "typename",    "using",
                                           "virtual",     "wchar_t",
                                           "and",         "or",
                                           "not",         "xor",
                                           "main",        "alignas",
                                           "alignof",     "nullptr",
                                           "noexcept",    "constexpr",
                                           "decltype",    "linux",
                                           "unix",        "NULL",
                                           "INFINITY",    "NAN",
                                           "compl",       "bitand",
                                           "bitor",       "and_eq",
                                           "or_eq",       "xor_eq",
                                           "not_eq",      "char16_t",
                                           "char32_t",    "static_assert",
                                           "static_cast", "dynamic_cast",
                                           "const_cast",  "reinterpret_cast",
                                           "thread_local"};

}  // namespace

std::string FloatText(float value) { return ShortestText(value); }
std::string DoubleText(double value) { return ShortestText(value); }

bool ParseFloatText(absl::string_view text, float* value) {
  if (text == "nan") return *value = std::nanf(""), true;
  if (text == "inf") return *value = INFINITY, true;
  if (text == "-inf") return *value = -INFINITY, true;
  const std::from_chars_result r =
      std::from_chars(text.data(), text.data() + text.size(), *value);
  return r.ec == std::errc() && r.ptr == text.data() + text.size();
}

std::optional<double> ParsePercent(absl::string_view text) {
  double percent = 0;
  if (!absl::ConsumeSuffix(&text, "%") || !absl::SimpleAtod(text, &percent) ||
      !(percent >= 0) || !(percent <= 1000)) {
    return std::nullopt;
  }
  return percent / 100;
}

absl::StatusOr<int64_t> ParseBytes(absl::string_view text) {
  int64_t unit = 1;
  absl::string_view digits = text;
  if (!digits.empty() && absl::ascii_isalpha(digits.back())) {
    const char suffix = absl::ascii_toupper(digits.back());
    unit = suffix == 'K' ? 1024 : suffix == 'M' ? 1024 * 1024 : 0;
    digits.remove_suffix(1);
  }
  int64_t count;
  if (unit == 0 || digits.empty() ||
      !std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(digits, &count) ||
      count > std::numeric_limits<int64_t>::max() / unit) {
    return Invalid("a number of bytes like 65536, 64K or 1M, not \"", text,
                   "\"");
  }
  return count * unit;
}

std::string CIdentifier(absl::string_view name) {
  std::string id;
  for (const char c : name) {
    id += absl::ascii_isalnum(static_cast<unsigned char>(c)) ? c : '_';
  }
  bool reserved = id.empty() || absl::ascii_isdigit(id[0]);
  for (const absl::string_view word : kReserved) reserved |= id == word;
  return reserved ? "_" + id : id;
}

}  // namespace tinyc
