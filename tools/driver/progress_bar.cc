// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/progress_bar.h"

#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_format.h"
#include "compiler/base/progress.h"

namespace tinyc {
namespace {

constexpr size_t kCells = 20;

// What wipes the line that the cursor is in.
constexpr char kWipe[] = "\r\x1b[K";

}  // namespace

std::string ProgressBar(absl::string_view what, size_t done, size_t count) {
  const size_t cells = count == 0 ? kCells : kCells * done / count;
  const size_t percent = count == 0 ? 100 : 100 * done / count;
  return absl::StrFormat("%-17s [%s%s] %3d %%", what, std::string(cells, '#'),
                         std::string(kCells - cells, '-'), percent);
}

void ShowProgress() {
  if (isatty(STDERR_FILENO) == 0) return;
  Progress::SetWatcher([](absl::string_view what, size_t done, size_t count) {
    std::fputs(kWipe, stderr);
    if (done < count) {
      std::fputs(ProgressBar(what, done, count).c_str(), stderr);
    }
    std::fflush(stderr);
  });
}

}  // namespace tinyc
