// SPDX-License-Identifier: Apache-2.0
// To which range a value is quantized, by what it is on samples.
#ifndef TINYC_PASSES_QUANTIZATION_RANGE_ESTIMATOR_H_
#define TINYC_PASSES_QUANTIZATION_RANGE_ESTIMATOR_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "passes/quantization/calibration.h"
#include "passes/quantization/formats.h"
#include "passes/quantization/histogram.h"

namespace tinyc {

struct RangeEstimator {
  // THE list:
  //   kMinMax      from the least to the greatest number
  //   kPercentile  without the outermost ones (PercentileRange)
  //   kMse         the least squared error of the value (LeastErrorRange)
  enum class Kind { kMinMax, kPercentile, kMse };

  Kind kind = Kind::kMinMax;
  double percentile = 99.99;  // of kPercentile
};
template <>
struct EnumNames<RangeEstimator::Kind> {
  static constexpr absl::string_view kNames[] = {"minmax", "percentile", "mse"};
};

// "minmax", "percentile", "percentile:99.9" or "mse".
absl::StatusOr<RangeEstimator> ParseRangeEstimator(absl::string_view text);

// The range with the least squared error of rounding and clipping, each of its
// ends a whole number of hundredths of the end observed.
Range LeastErrorRange(const Histogram& histogram, Activations activations);

// Replaces `observed`, which are those of `samples`, by what the estimator
// makes of them: one more run over the samples.  Ranges without an end or a
// width stay.
absl::Status EstimateRanges(const Module& module,
                            absl::Span<const Sample> samples,
                            const RangeEstimator& estimator,
                            Activations activations, ObservedRanges* observed);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_RANGE_ESTIMATOR_H_
