// SPDX-License-Identifier: Apache-2.0
// The windows of a stream, and which of them may lie in the same bytes.
//
//   depthwise -> a, 1x1 -> b, depthwise -> c, 1x1 -> d: a row of `a` is read as
//   soon as it is there, and so is one of `c`: a and c share a window
#ifndef TINYC_PASSES_MEMORY_WINDOWS_H_
#define TINYC_PASSES_MEMORY_WINDOWS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "compiler/lowering/row_schedule.h"

namespace tinyc {

// Windows that are never in use at the same time.
struct WindowGroup {
  struct Window {
    const Value* value;
    int64_t rows;
  };
  std::vector<Window> windows;
  int64_t bytes = 0;  // of the largest
};

// The windows of a stream for which each of `schedules`, which have the same
// nodes, serves.
std::vector<WindowGroup> GroupWindows(
    absl::Span<const RowSchedule* const> schedules);

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_WINDOWS_H_
