// SPDX-License-Identifier: Apache-2.0
// The options of passes that trade time for RAM.
#ifndef TINYC_PASSES_MEMORY_RAM_OPTIONS_H_
#define TINYC_PASSES_MEMORY_RAM_OPTIONS_H_

#include <cstdint>
#include <optional>

#include "compiler/base/status.h"
#include "passes/pass.h"

namespace tinyc {

struct RamOptions {
  // `ram=<bytes>`, or `ram=min`, which is 0; without, nothing is traded.
  std::optional<int64_t> most_bytes;
  // `extra-macs=5%`: the multiply-accumulates that may be added, as a share of
  // the model's; 0 without.
  double extra_macs = 0;
};

// InvalidArgument says which option is none.
absl::StatusOr<RamOptions> ReadRamOptions(const PassOptions& options);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_RAM_OPTIONS_H_
