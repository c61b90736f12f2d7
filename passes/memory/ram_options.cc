// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/ram_options.h"

#include <string>

#include "absl/strings/numbers.h"
#include "compiler/base/text.h"

namespace tinyc {

absl::StatusOr<RamOptions> ReadRamOptions(const PassOptions& options) {
  RamOptions ram;
  if (options.Has("ram")) {
    const std::string text = options.Get("ram", "");
    int64_t bytes = 0;
    if (text != "min" && (!absl::SimpleAtoi(text, &bytes) || bytes < 0)) {
      return Invalid("ram=", text, " is neither `min` nor a number of bytes");
    }
    ram.most_bytes = bytes;
  }
  const std::string text = options.Get("extra-macs", "0%");
  const std::optional<double> share = ParsePercent(text);
  if (!share) {
    return Invalid("extra-macs=", text, " is no share from 0% to 1000%");
  }
  ram.extra_macs = *share;
  return ram;
}

}  // namespace tinyc
