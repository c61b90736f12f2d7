// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "compiler/base/check.h"

namespace tinyc {

Histogram::Histogram(Range range)
    : range_(range),
      width_((double{range.max} - double{range.min}) / kBins),
      counts_(kBins) {
  TINYC_CHECK(std::isfinite(width_) && width_ > 0);
}

void Histogram::Add(absl::Span<const float> numbers) {
  const double least = range_.min;
  const double per_bin = 1 / width_;
  for (const float x : numbers) {
    if (std::isnan(x)) continue;
    const double at = (double{x} - least) * per_bin;
    ++counts_[static_cast<size_t>(std::clamp(at, 0.0, kBins - 1.0))];
  }
}

Range PercentileRange(const Histogram& histogram, double percentile) {
  const std::vector<uint64_t>& counts = histogram.counts();
  const uint64_t all =
      std::accumulate(counts.begin(), counts.end(), uint64_t{0});
  // 100 - 99.9 is a little less than 0.1.
  constexpr double kSlack = 1e-6;
  const auto cut = static_cast<uint64_t>(
      std::floor(static_cast<double>(all) * (100 - percentile) / 200 + kSlack));
  Range range = histogram.range();
  if (cut == 0) return range;
  // The bins that hold the first and the last number that remain.
  uint64_t seen = 0;
  size_t first = 0;
  while ((seen += counts[first]) <= cut) ++first;
  seen = 0;
  size_t last = counts.size() - 1;
  while ((seen += counts[last]) <= cut) --last;
  const double half = histogram.width() / 2;
  range.min = static_cast<float>(histogram.MiddleOf(first) - half);
  range.max = static_cast<float>(histogram.MiddleOf(last) + half);
  return range;
}

StorageError::StorageError(const Histogram& histogram)
    : range_(histogram.range()), width_(histogram.width()) {
  Sums sums;
  sums_.push_back(sums);
  for (size_t bin = 0; bin < histogram.counts().size(); ++bin) {
    const double count = static_cast<double>(histogram.counts()[bin]);
    const double x = histogram.MiddleOf(bin);
    sums.count += count;
    sums.sum += count * x;
    sums.squares += count * x * x;
    sums_.push_back(sums);
  }
}

size_t StorageError::BinsBelow(double number) const {
  const double bins = std::ceil((number - double{range_.min}) / width_ - 0.5);
  return static_cast<size_t>(
      std::clamp(bins, 0.0, static_cast<double>(sums_.size() - 1)));
}

double StorageError::Between(size_t first, size_t last, double stored) const {
  const Sums& a = sums_[first];
  const Sums& b = sums_[last];
  return (b.squares - a.squares) - 2 * stored * (b.sum - a.sum) +
         stored * stored * (b.count - a.count);
}

double StorageError::Of(const ElemType& elem) const {
  const double scale = elem.quant->scale[0];
  const double zero = elem.quant->zero_point[0];
  const double least = static_cast<double>(MinOf(elem.dtype)) - zero;
  const double greatest = static_cast<double>(MaxOf(elem.dtype)) - zero;
  if (scale < 2 * width_) {
    // The bins are too coarse to be rounded: within a step numbers are taken to
    // lie evenly.
    const size_t first = BinsBelow(least * scale);
    const size_t last = std::max(first, BinsBelow(greatest * scale));
    return Between(0, first, least * scale) +
           (sums_[last].count - sums_[first].count) * scale * scale / 12 +
           Between(last, sums_.size() - 1, greatest * scale);
  }
  const double from =
      std::clamp(std::floor(double{range_.min} / scale), least, greatest);
  const double to =
      std::clamp(std::ceil(double{range_.max} / scale), least, greatest);
  double error = 0;
  size_t first = 0;
  for (double step = from; step < to; ++step) {
    const size_t last = BinsBelow((step + 0.5) * scale);
    error += Between(first, last, step * scale);
    first = last;
  }
  return error + Between(first, sums_.size() - 1, to * scale);
}

}  // namespace tinyc
