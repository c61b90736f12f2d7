// SPDX-License-Identifier: Apache-2.0
// Numbers and names as reports show them.
#ifndef TINYC_TOOLS_DRIVER_TERMINAL_TEXT_H_
#define TINYC_TOOLS_DRIVER_TERMINAL_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tinyc {

// 1234567 as 1,234,567, or with another separator of thousands.
inline std::string NumberText(int64_t value,
                              absl::string_view separator = ",") {
  const std::string digits = absl::StrCat(value < 0 ? -value : value);
  std::string text = value < 0 ? "-" : "";
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0)
      absl::StrAppend(&text, separator);
    text.push_back(digits[i]);
  }
  return text;
}

// A name for a line of a terminal: one that a converter made of many is cut.
inline std::string ShortName(const std::string& name) {
  constexpr size_t kMost = 72;
  return name.size() <= kMost ? name : name.substr(0, kMost - 3) + "...";
}

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_TERMINAL_TEXT_H_
