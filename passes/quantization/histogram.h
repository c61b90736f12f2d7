// SPDX-License-Identifier: Apache-2.0
// How the numbers of a value are spread over its range.
#ifndef TINYC_PASSES_QUANTIZATION_HISTOGRAM_H_
#define TINYC_PASSES_QUANTIZATION_HISTOGRAM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "compiler/ir/type.h"
#include "passes/quantization/scales.h"

namespace tinyc {

// Counts in bins of equal width.  What is found by them is exact to a bin: 32
// of them make a step of 8 bits.
class Histogram {
 public:
  static constexpr size_t kBins = 8192;

  // Of numbers between the ends of `range`, which are finite and differ.
  explicit Histogram(Range range);

  // NaN is passed over.
  void Add(absl::Span<const float> numbers);

  const Range& range() const { return range_; }
  double width() const { return width_; }  // of a bin
  // The number in the middle of a bin, for which all of it are taken.
  double MiddleOf(size_t bin) const {
    return double{range_.min} + (static_cast<double>(bin) + 0.5) * width_;
  }
  const std::vector<uint64_t>& counts() const { return counts_; }

 private:
  Range range_;
  double width_;
  std::vector<uint64_t> counts_;
};

// What remains between the ends when of all numbers a share of
// (100 - percentile) / 200 is cut off at each of them.
Range PercentileRange(const Histogram& histogram, double percentile);

// The squared errors that storing numbers makes, by rounding and by clipping.
class StorageError {
 public:
  explicit StorageError(const Histogram& histogram);
  // Of all numbers together, as integers of a type of one scale.
  double Of(const ElemType& elem) const;

 private:
  // Number, sum and sum of squares of the numbers in bins [0, end).
  struct Sums {
    double count = 0;
    double sum = 0;
    double squares = 0;
  };

  size_t BinsBelow(double number) const;
  // Of the bins [first, last) when all of them become `stored`.
  double Between(size_t first, size_t last, double stored) const;

  const Range range_;
  const double width_;
  std::vector<Sums> sums_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_HISTOGRAM_H_
