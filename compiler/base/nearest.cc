// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tinyc {
namespace {

// Levenshtein's distance: insertions, deletions and replacements of characters.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::string DidYouMean(absl::string_view name,
                       absl::Span<const absl::string_view> names) {
  absl::string_view best;
  // A third of the characters may differ, and two in a short name.
  size_t best_distance = std::max<size_t>(name.size() / 3, 2) + 1;
  for (const absl::string_view candidate : names) {
    const size_t distance = EditDistance(name, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best.empty() ? "" : absl::StrCat("; did you mean ", best, "?");
}

}  // namespace tinyc
