// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/option_values.h"

#include "absl/strings/numbers.h"

namespace tinyc {

absl::Status ReadCount(const PassOptions& options, absl::string_view key,
                       CountLimits limits, size_t* count) {
  if (!options.Has(key)) return absl::OkStatus();
  const std::string text = options.Get(key, "");
  if (absl::SimpleAtoi(text, count) && *count >= limits.least &&
      *count <= limits.most) {
    return absl::OkStatus();
  }
  return Invalid(key, " is a whole number from ", limits.least, " to ",
                 limits.most, ", not \"", text, "\"");
}

}  // namespace tinyc
