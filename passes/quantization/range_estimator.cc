// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/range_estimator.h"

#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "compiler/base/parallel.h"
#include "compiler/base/progress.h"
#include "compiler/engine/kernels_engine.h"

namespace tinyc {
namespace {

using Kind = RangeEstimator::Kind;

// Both ends of a range are tried at so many parts of what was observed.
constexpr int kParts = 100;

// The numbers of one value on all samples.
struct Tally {
  explicit Tally(Range range) : histogram(range) {}

  std::mutex mutex;
  Histogram histogram;
};
using Tallies = absl::flat_hash_map<std::string, std::unique_ptr<Tally>>;

bool HasWidth(const Range& range) {
  const double width = double{range.max} - double{range.min};
  return std::isfinite(width) && width > 0;
}

void AddTo(Tallies& tallies, const Value& value, const Tensor& tensor) {
  const auto found = tallies.find(value.name());
  if (found == tallies.end() || tensor.dtype() != DType::kF32) return;
  const std::lock_guard<std::mutex> lock(found->second->mutex);
  found->second->histogram.Add(tensor.data<float>());
}

}  // namespace

absl::StatusOr<RangeEstimator> ParseRangeEstimator(absl::string_view text) {
  RangeEstimator estimator;
  if (ParseAttr(text, &estimator.kind)) return estimator;
  estimator.kind = Kind::kPercentile;
  absl::string_view number = text;
  if (absl::ConsumePrefix(&number, "percentile:") &&
      absl::SimpleAtod(number, &estimator.percentile) &&
      estimator.percentile >= 50 && estimator.percentile <= 100) {
    return estimator;
  }
  return Invalid(
      "the range is minmax, mse or percentile:99.99 (50 to 100), not \"", text,
      "\"");
}

Range LeastErrorRange(const Histogram& histogram, Activations activations) {
  const StorageError error(histogram);
  const Range observed = histogram.range();
  Range best = observed;
  double least = std::numeric_limits<double>::infinity();
  // From the whole range on, so that a narrower one has to win.
  for (int low = kParts; low > 0; --low) {
    for (int high = kParts; high > 0; --high) {
      const Range range = {observed.min * (static_cast<float>(low) / kParts),
                           observed.max * (static_cast<float>(high) / kParts)};
      const double trial = error.Of(ActivationElem(activations, range));
      if (trial < least) {
        least = trial;
        best = range;
      }
      if (observed.max <= 0) break;  // 0 is the end
    }
    if (observed.min >= 0) break;
  }
  return best;
}

absl::Status EstimateRanges(const Module& module,
                            absl::Span<const Sample> samples,
                            const RangeEstimator& estimator,
                            Activations activations, ObservedRanges* observed) {
  if (estimator.kind == Kind::kMinMax) return absl::OkStatus();
  Tallies tallies;
  for (const auto& [name, range] : observed->ranges) {
    if (HasWidth(range)) tallies[name] = std::make_unique<Tally>(range);
  }
  TINYC_ASSIGN_OR_RETURN(const Module planned, PlanForHost(*module.graph));
  Progress runs("estimate", samples.size());
  TINYC_RETURN_IF_ERROR(ParallelFor(samples.size(), [&](size_t i) {
    const absl::Span<Value* const> inputs = planned.graph->inputs();
    for (size_t n = 0; n < inputs.size(); ++n) {
      AddTo(tallies, *inputs[n], samples[i][n]);
    }
    const auto observe = [&](const Value& value, const Tensor& tensor) {
      AddTo(tallies, value, tensor);
    };
    TINYC_RETURN_IF_ERROR(
        RunKernels(planned, samples[i], {.observe = observe}).status());
    runs.Add();
    return absl::OkStatus();
  }));
  std::vector<std::pair<const Histogram*, Range*>> values;
  for (auto& [name, range] : observed->ranges) {
    const auto tally = tallies.find(name);
    if (tally == tallies.end()) continue;
    values.push_back({&tally->second->histogram, &range});
  }
  return ParallelFor(values.size(), [&](size_t i) {
    const auto& [histogram, range] = values[i];
    *range = estimator.kind == Kind::kMse
                 ? LeastErrorRange(*histogram, activations)
                 : PercentileRange(*histogram, estimator.percentile);
    return absl::OkStatus();
  });
}

}  // namespace tinyc
