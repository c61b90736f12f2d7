// SPDX-License-Identifier: Apache-2.0
#include "passes/channels/weighted_sums.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>

#include "compiler/ops/conv.h"
#include "compiler/ops/dense.h"
#include "compiler/ops/weighted.h"
#include "passes/channels/ranges.h"

namespace tinyc {
namespace {

using Mask = std::vector<bool>;  // of taps, whether they lie inside

// The sets of taps that lie inside at some place of the result.  Empty: too
// many to tell them apart, any set may occur.
std::vector<Mask> InsideMasks(const Conv& conv, const Node& node) {
  constexpr size_t kMost = 256;
  if (!conv.spread.empty()) return {};
  const Window window = conv.WindowOf(node.input(1)->type().shape);
  const SpatialDims in = SplitDims(node.input(0)->type().shape, conv.layout);
  const SpatialDims out = SplitDims(node.output()->type().shape, conv.layout);
  std::vector<Mask> masks = {{true}};
  for (size_t d = 0; d < in.space.size(); ++d) {
    std::set<Mask> along;
    for (int64_t p = 0; p < out.space[d]; ++p) {
      Mask mask;
      for (int64_t k = 0; k < window.kernel[d]; ++k) {
        const int64_t at =
            p * window.stride(d) + k * window.dilation(d) - window.pad_begin(d);
        mask.push_back(at >= 0 && at < in.space[d]);
      }
      along.insert(mask);
    }
    if (masks.size() * along.size() > kMost) return {};
    std::vector<Mask> product;
    for (const Mask& before : masks) {
      for (const Mask& here : along) {
        Mask joined;
        for (const bool a : before) {
          for (const bool b : here) joined.push_back(a && b);
        }
        product.push_back(std::move(joined));
      }
    }
    masks = std::move(product);
  }
  return masks;
}

// The hull of 0 and `range`.
Range WithZero(Range range) {
  range.Include({0, 0});
  return range;
}

struct Limits {
  float least;
  float greatest;
};

Limits LimitsOf(const Node& node) {
  if (const Conv* conv = node.As<Conv>()) {
    return {conv->act_min, conv->act_max};
  }
  const Dense* dense = node.As<Dense>();
  return {dense->act_min, dense->act_max};
}

}  // namespace

std::vector<Range> SumRanges(const Node& node,
                             absl::Span<const Range> columns) {
  const Tensor& w = *node.input(1)->constant();
  const Tensor* bias =
      node.input(2) == nullptr ? nullptr : node.input(2)->constant().get();
  const bool quantized = w.type().quantized();
  const double x_zero =
      quantized ? node.input(0)->type().quant->zero_point[0] : 0;
  const Conv* conv = node.As<Conv>();
  const int64_t rows = w.shape()[0];
  const int64_t per_row = w.shape()[1];
  const int64_t taps = rows * per_row == 0 ? 0 : w.size() / (rows * per_row);
  const int64_t group_rows = rows / (conv == nullptr ? 1 : conv->group);
  std::vector<Mask> masks = {Mask(static_cast<size_t>(taps), true)};
  if (conv != nullptr) masks = InsideMasks(*conv, node);

  std::vector<Range> sums;
  std::vector<Range> tap_ranges(static_cast<size_t>(taps));
  for (int64_t o = 0; o < rows; ++o) {
    const double w_zero =
        quantized
            ? w.type()
                  .quant->zero_point[QuantIndex(w.type(), o * per_row * taps)]
            : 0;
    std::fill(tap_ranges.begin(), tap_ranges.end(), Range{0, 0});
    double magnitude = bias == nullptr ? 0 : std::fabs(bias->At(o));
    for (int64_t c = 0; c < per_row; ++c) {
      const Range& x =
          columns[static_cast<size_t>(o / group_rows * per_row + c)];
      for (int64_t tap = 0; tap < taps; ++tap) {
        const double weight = w.At((o * per_row + c) * taps + tap) - w_zero;
        if (weight == 0) continue;
        const double a = weight * (x.least - x_zero);
        const double b = weight * (x.greatest - x_zero);
        Range& range = tap_ranges[static_cast<size_t>(tap)];
        range.least += std::min(a, b);
        range.greatest += std::max(a, b);
        magnitude += std::max(std::fabs(a), std::fabs(b));
      }
    }
    const double first = bias == nullptr ? 0 : bias->At(o);
    Range sum = {first, first};
    if (masks.empty()) {
      for (const Range& tap : tap_ranges) {
        const Range either = WithZero(tap);
        sum.least += either.least;
        sum.greatest += either.greatest;
      }
    }
    for (size_t m = 0; m < masks.size(); ++m) {
      Range inside = {first, first};
      for (size_t tap = 0; tap < tap_ranges.size(); ++tap) {
        if (!masks[m][tap]) continue;
        inside.least += tap_ranges[tap].least;
        inside.greatest += tap_ranges[tap].greatest;
      }
      if (m == 0) sum = inside;
      sum.Include(inside);
    }
    if (!quantized && magnitude > 0) {
      // Each of the additions and products rounds by at most 2^-24 of what the
      // sum has come to (Higham, Accuracy and Stability of Numerical
      // Algorithms, 4.2); twice that allows for the rounding of this bound.
      const double slack =
          magnitude * static_cast<double>(per_row * taps + 2) * 0x1p-23;
      const bool exact = sum.IsConstant() && magnitude == std::fabs(first);
      sum.least -= exact ? 0 : slack;
      sum.greatest += exact ? 0 : slack;
    }
    sums.push_back(sum);
  }
  return sums;
}

absl::StatusOr<std::vector<Range>> ResultRanges(const Node& node,
                                                absl::Span<const Range> sums) {
  const TensorType& x = node.input(0)->type();
  const TensorType& y = node.output()->type();
  const Limits limits = LimitsOf(node);
  std::vector<Range> results;
  if (!y.quantized()) {
    const double low = limits.least;
    const double high = limits.greatest;
    for (const Range& sum : sums) {
      results.push_back({std::min(std::max(sum.least, low), high),
                         std::min(std::max(sum.greatest, low), high)});
    }
    return results;
  }
  TINYC_ASSIGN_OR_RETURN(
      const FixedScale scale,
      RenderScale(WeightedRatios(x, node.input(1)->type(), y), y.dtype, 0));
  const IntRange clamp = QuantizedClamp(y, limits.least, limits.greatest);
  const auto stored = [&](double sum, size_t o) {
    const int64_t value =
        int64_t{Rescale(static_cast<int64_t>(sum), scale, o)} +
        y.quant->zero_point[0];
    return static_cast<double>(std::clamp<int64_t>(value, clamp.lo, clamp.hi));
  };
  for (size_t o = 0; o < sums.size(); ++o) {
    results.push_back({stored(sums[o].least, o), stored(sums[o].greatest, o)});
  }
  return results;
}

}  // namespace tinyc
