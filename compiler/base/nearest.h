// SPDX-License-Identifier: Apache-2.0
// What the user may have meant by a misspelt name.
#ifndef TINYC_COMPILER_BASE_NEAREST_H_
#define TINYC_COMPILER_BASE_NEAREST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tinyc {

// "; did you mean conv?" for the name nearest to `name`, or "" when none is
// near.
std::string DidYouMean(absl::string_view name,
                       absl::Span<const absl::string_view> names);

}  // namespace tinyc

#endif  // TINYC_COMPILER_BASE_NEAREST_H_
