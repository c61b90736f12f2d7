// SPDX-License-Identifier: Apache-2.0
// Long work as a bar on the terminal.
#ifndef TINYC_TOOLS_DRIVER_PROGRESS_BAR_H_
#define TINYC_TOOLS_DRIVER_PROGRESS_BAR_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace tinyc {

// "calibrate  [#####---------------]  25 %".
std::string ProgressBar(absl::string_view what, size_t done, size_t count);

// Draws a bar on stderr, if that is a terminal, for every work that goes on
// from now on, and wipes it when the work ends.
void ShowProgress();

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_PROGRESS_BAR_H_
