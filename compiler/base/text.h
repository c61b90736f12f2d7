// SPDX-License-Identifier: Apache-2.0
// Small text helpers shared by the printers.
#ifndef TINYC_COMPILER_BASE_TEXT_H_
#define TINYC_COMPILER_BASE_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"

namespace tinyc {

// The shortest decimal text that reads back to the same value; `inf`, `-inf`
// and `nan` for those.
std::string FloatText(float value);
std::string DoubleText(double value);
// Reads what FloatText writes; false when `text` is no number.
bool ParseFloatText(absl::string_view text, float* value);

// "5%" as a share, 0.05: from 0% to 1000%; nothing when `text` is none.
std::optional<double> ParsePercent(absl::string_view text);

// The bytes that "65536", "64K" or "1M" says; K is 1,024.
absl::StatusOr<int64_t> ParseBytes(absl::string_view text);

// `name` made a C identifier: other characters become '_', a leading digit or
// a C keyword gets a leading '_'.  Never empty.
std::string CIdentifier(absl::string_view name);

}  // namespace tinyc

#endif  // TINYC_COMPILER_BASE_TEXT_H_
