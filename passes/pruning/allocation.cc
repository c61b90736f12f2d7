// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/allocation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace tinyc {

std::vector<double> LampScores(const std::vector<double>& squares) {
  std::vector<size_t> order(squares.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return squares[a] > squares[b]; });
  std::vector<double> scores(squares.size(), 0);
  double sum = 0;
  for (const size_t i : order) {
    sum += squares[i];
    scores[i] = sum > 0 ? squares[i] / sum : 0;
  }
  return scores;
}

std::vector<size_t> LeastOf(absl::Span<const std::vector<double>> layers,
                            size_t count) {
  std::vector<std::pair<double, size_t>> all;  // score, layer
  for (size_t l = 0; l < layers.size(); ++l) {
    for (const double score : layers[l]) all.push_back({score, l});
  }
  count = std::min(count, all.size());
  std::nth_element(all.begin(), all.begin() + static_cast<ptrdiff_t>(count),
                   all.end());
  std::vector<size_t> counts(layers.size(), 0);
  for (size_t i = 0; i < count; ++i) ++counts[all[i].second];
  return counts;
}

std::vector<size_t> ShareOfEach(absl::Span<const std::vector<double>> layers,
                                double share) {
  std::vector<size_t> counts;
  for (const std::vector<double>& scores : layers) {
    counts.push_back(static_cast<size_t>(
        std::lround(share * static_cast<double>(scores.size()))));
  }
  return counts;
}

}  // namespace tinyc
