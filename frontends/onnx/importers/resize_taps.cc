// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/importers/resize_taps.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace tinyc {
namespace {

// No table has more entries.
constexpr double kMaxEntries = 1 << 22;

// The coordinate in the operand of output `i`.
absl::StatusOr<double> Coordinate(const std::string& coordinates,
                                  const ResizeDim& dim, int64_t i) {
  const double x = static_cast<double>(i);
  const double in = static_cast<double>(dim.in);
  // The size before it was rounded.
  const double out = dim.scale * in;
  const double half_pixel = (x + 0.5) / dim.scale - 0.5;
  if (coordinates == "half_pixel") return half_pixel;
  if (coordinates == "pytorch_half_pixel") return dim.out > 1 ? half_pixel : 0;
  if (coordinates == "half_pixel_symmetric") {
    return in / 2 * (1 - static_cast<double>(dim.out) / out) + half_pixel;
  }
  if (coordinates == "asymmetric") return x / dim.scale;
  if (coordinates == "align_corners") {
    return out == 1 ? 0 : x * (in - 1) / (out - 1);
  }
  if (coordinates == "tf_crop_and_resize") {
    const double size = dim.roi_end - dim.roi_begin;
    return (in - 1) *
           (dim.out == 1
                ? (dim.roi_begin + dim.roi_end) / 2
                : dim.roi_begin + x * size / static_cast<double>(dim.out - 1));
  }
  return Unimplemented("coordinate_transformation_mode \"", coordinates,
                       "\" is not supported");
}

absl::StatusOr<double> Nearest(const std::string& nearest, double x) {
  const double down = std::floor(x);
  if (nearest == "floor") return down;
  if (nearest == "ceil") return std::ceil(x);
  if (nearest == "round_prefer_floor") return x - down <= 0.5 ? down : down + 1;
  if (nearest == "round_prefer_ceil") return x - down < 0.5 ? down : down + 1;
  return Unimplemented("nearest_mode \"", nearest, "\" is not supported");
}

// The weight of an element at the distance `t`.
double Filter(const ResizeMode& mode, double t) {
  t = std::fabs(t);
  if (mode.mode == "linear") return std::max(1 - t, 0.0);
  const double a = mode.cubic_a;
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

// The weights of one output by element; those of elements before the first and
// after the last one go to these, or nowhere.
absl::StatusOr<std::map<int64_t, double>> WeightsAt(const ResizeMode& mode,
                                                    const ResizeDim& dim,
                                                    double x) {
  std::map<int64_t, double> weights;
  if (mode.mode == "nearest") {
    TINYC_ASSIGN_OR_RETURN(const double at, Nearest(mode.nearest, x));
    const double last = static_cast<double>(dim.in - 1);
    weights[static_cast<int64_t>(std::clamp(at, 0.0, last))] = 1;
    return weights;
  }
  // A filter against aliases is as much wider as the result is smaller.
  const double step = mode.antialias ? std::min(dim.scale, 1.0) : 1;
  const double reach = (mode.mode == "linear" ? 1 : 2) / step;
  double sum = 0;
  double inside_sum = 0;
  for (double i = std::floor(x - reach); i <= std::ceil(x + reach); ++i) {
    const double weight = Filter(mode, (i - x) * step);
    const double element = std::clamp(i, 0.0, static_cast<double>(dim.in - 1));
    sum += weight;
    if (element == i) inside_sum += weight;
    if (weight == 0 || (mode.exclude_outside && element != i)) continue;
    weights[static_cast<int64_t>(element)] += weight;
  }
  const double total = mode.exclude_outside ? inside_sum : sum;
  for (auto& [element, weight] : weights) {
    if (total != 0) weight /= total;
  }
  return weights;
}

}  // namespace

bool ResizeTaps::reads_outside() const {
  return std::any_of(first.begin(), first.end(),
                     [](int64_t i) { return i < 0; });
}

absl::StatusOr<ResizeTaps> TapsOf(const ResizeMode& mode,
                                  const ResizeDim& dim) {
  if (mode.mode != "nearest" && mode.mode != "linear" && mode.mode != "cubic") {
    return Unimplemented("mode \"", mode.mode, "\" is not supported");
  }
  // An upper bound of what an output reads.
  const double reads = 6 + (mode.antialias ? 4 / std::min(dim.scale, 1.0) : 0);
  if (static_cast<double>(dim.out) *
          std::min(reads, static_cast<double>(dim.in)) >
      kMaxEntries) {
    return Unimplemented("a resize to ", dim.out, " elements is too large");
  }
  if (dim.in == 0) return Invalid("a dimension of 0 elements is resized");
  std::vector<std::map<int64_t, double>> rows;
  int64_t taps = 1;
  for (int64_t i = 0; i < dim.out; ++i) {
    TINYC_ASSIGN_OR_RETURN(const double x,
                           Coordinate(mode.coordinates, dim, i));
    rows.emplace_back();
    if (mode.coordinates == "tf_crop_and_resize" &&
        (x < 0 || x > static_cast<double>(dim.in - 1))) {
      continue;
    }
    TINYC_ASSIGN_OR_RETURN(rows.back(), WeightsAt(mode, dim, x));
    if (rows.back().empty()) {
      return Unimplemented("output ", i, " of a resize reads nothing");
    }
    taps = std::max(
        taps, rows.back().rbegin()->first - rows.back().begin()->first + 1);
  }
  ResizeTaps table;
  table.weights.resize(rows.size() * static_cast<size_t>(taps), 0);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].empty()) {
      table.first.push_back(-1);
      continue;
    }
    table.first.push_back(std::min(rows[i].begin()->first, dim.in - taps));
    for (const auto& [element, weight] : rows[i]) {
      const size_t k = static_cast<size_t>(element - table.first.back());
      table.weights[i * static_cast<size_t>(taps) + k] =
          static_cast<float>(weight);
    }
  }
  return table;
}

}  // namespace tinyc
