// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/range_estimator.h"

#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

constexpr float kWidth = Histogram::kBins;  // bins of width 1

// The numbers 0.5, 1.5, ... 8191.5 are those in the middle of a bin.
Histogram Of(const std::vector<float>& numbers) {
  Histogram histogram({0, kWidth});
  histogram.Add(numbers);
  return histogram;
}

ElemType S8(float scale, int32_t zero) {
  return {DType::kS8, Quant::PerTensor(scale, zero)};
}

TEST(HistogramTest, CutsOffTheSameShareAtBothEnds) {
  std::vector<float> numbers;
  for (int i = 0; i < 10000; ++i) numbers.push_back(static_cast<float>(i));
  Histogram histogram({0, 9999});
  histogram.Add(numbers);
  const float bin = 9999.0f / Histogram::kBins;
  // 0 to 49 and 9950 to 9999 are 1 %.
  const Range range = PercentileRange(histogram, 99);
  EXPECT_NEAR(range.min, 50, bin);
  EXPECT_NEAR(range.max, 9949, bin);
  // Less than one number.
  EXPECT_EQ(PercentileRange(histogram, 99.99), (Range{0, 9999}));
  EXPECT_EQ(PercentileRange(histogram, 100), (Range{0, 9999}));
}

TEST(HistogramTest, TakesTheMedianWhenHalfIsCutOffTwice) {
  // Of five numbers the quarter at each end is one.
  const Range range =
      PercentileRange(Of({7000.5f, 0, 10.5f, 20.5f, kWidth}), 50);
  EXPECT_EQ(range, (Range{10, 7001}));
}

TEST(HistogramTest, KeepsTheBulkOfEqualNumbers) {
  std::vector<float> numbers(9990, 0.0f);  // as after a relu
  for (int i = 1; i <= 10; ++i) {
    numbers.push_back(static_cast<float>(i) * 800 + 0.5f);
  }
  // Five numbers at each end: 6 to 10 times 800, and zeros.
  EXPECT_EQ(PercentileRange(Of(numbers), 99.9), (Range{0, 4001}));
}

TEST(HistogramTest, PassesOverNaN) {
  const Histogram histogram =
      Of({1.5f, std::numeric_limits<float>::quiet_NaN()});
  uint64_t all = 0;
  for (const uint64_t count : histogram.counts()) all += count;
  EXPECT_EQ(all, 1u);
}

TEST(StorageErrorTest, IsThatOfRoundingAndClipping) {
  const StorageError error(Of({0.5f, 100.5f, 5000.5f}));
  // Steps of 64: 0, 128 and 4992.
  EXPECT_NEAR(error.Of(S8(64, -128)), 0.5 * 0.5 + 27.5 * 27.5 + 8.5 * 8.5,
              1e-3);
  // Steps of 16 up to 255 of them: 0, 96 and 4080.
  EXPECT_NEAR(error.Of(S8(16, -128)), 0.5 * 0.5 + 4.5 * 4.5 + 920.5 * 920.5,
              1e-3);
  // From 2 steps of 64 below 0 up to 253 above it; the same numbers.
  EXPECT_NEAR(error.Of(S8(64, -126)), 0.5 * 0.5 + 27.5 * 27.5 + 8.5 * 8.5,
              1e-3);
  // No number above 0.
  EXPECT_NEAR(error.Of(S8(64, 127)),
              0.5 * 0.5 + 100.5 * 100.5 + 5000.5 * 5000.5, 1e-3);
}

TEST(StorageErrorTest, TakesNumbersToLieEvenlyInStepsFinerThanTwoBins) {
  const StorageError error(Of({0.5f, 100.5f, 5000.5f}));
  // Two within steps of 1.5 up to 382.5.
  EXPECT_NEAR(error.Of(S8(1.5f, -128)), 2 * 1.5 * 1.5 / 12 + 4618.0 * 4618.0,
              1e-3);
}

// 95 numbers in each bin of the lower half, and one at the end.
Histogram WithOutlier(float sign) {
  Histogram histogram(sign > 0 ? Range{0, 2} : Range{-2, 0});
  std::vector<float> numbers = {2 * sign};
  for (size_t bin = 0; bin < Histogram::kBins / 2; ++bin) {
    const float x = (static_cast<float>(bin) + 0.5f) * 2 / Histogram::kBins;
    numbers.insert(numbers.end(), 95, sign * x);
  }
  histogram.Add(numbers);
  return histogram;
}

TEST(LeastErrorRangeTest, ClipsWhatCostsMoreStepsThanItIsWorth) {
  // Up to m, n = 389120 numbers have steps of m / 255 and the last one is
  // 2 - m off: n / 12 (m / 255)^2 + (2 - m)^2 is least at m = 2 / (1 + n /
  // 780300) = 1.335.
  const Range high = LeastErrorRange(WithOutlier(1), Activations::kInt8);
  EXPECT_EQ(high.min, 0);
  EXPECT_NEAR(high.max, 1.335, 0.06);
  const Range low = LeastErrorRange(WithOutlier(-1), Activations::kInt8);
  EXPECT_EQ(low.max, 0);
  EXPECT_NEAR(low.min, -1.335, 0.06);
}

TEST(LeastErrorRangeTest, SixteenBitsHaveStepsEnough) {
  EXPECT_EQ(LeastErrorRange(WithOutlier(1), Activations::kInt16),
            (Range{0, 2}));
}

TEST(LeastErrorRangeTest, MovesEachEndByItself) {
  // Many numbers between -1 and 1, a few at 2, of which none may be clipped,
  // and one at -2.
  Histogram histogram({-2, 2});
  std::vector<float> numbers(20000, 2.0f);
  numbers.push_back(-2);
  for (size_t bin = 0; bin < Histogram::kBins / 2; ++bin) {
    const float x = (static_cast<float>(bin) + 0.5f) * 4 / Histogram::kBins - 1;
    numbers.insert(numbers.end(), 400, x);
  }
  histogram.Add(numbers);
  const Range range = LeastErrorRange(histogram, Activations::kInt8);
  EXPECT_NEAR(range.max, 2, 0.05);
  EXPECT_NEAR(range.min, -1, 0.1);
}

TEST(RangeEstimatorTest, IsReadFromText) {
  using Kind = RangeEstimator::Kind;
  EXPECT_EQ(ParseRangeEstimator("minmax")->kind, Kind::kMinMax);
  EXPECT_EQ(ParseRangeEstimator("mse")->kind, Kind::kMse);
  EXPECT_EQ(ParseRangeEstimator("percentile")->kind, Kind::kPercentile);
  EXPECT_EQ(ParseRangeEstimator("percentile")->percentile, 99.99);
  EXPECT_EQ(ParseRangeEstimator("percentile:99.5")->kind, Kind::kPercentile);
  EXPECT_EQ(ParseRangeEstimator("percentile:99.5")->percentile, 99.5);
}

TEST(RangeEstimatorTest, RefusesOtherTexts) {
  for (const char* text :
       {"", "max", "percentile:", "percentile:49", "percentile:101",
        "percentile:nan", "mse:8", "99.9"}) {
    EXPECT_EQ(ParseRangeEstimator(text).status().message(),
              absl::StrCat("the range is minmax, mse or percentile:99.99 (50 "
                           "to 100), not \"",
                           text, "\""));
  }
}

}  // namespace
}  // namespace tinyc
