// SPDX-License-Identifier: Apache-2.0
//
// The kernels of resizing against their definitions, on random tables.

#include <cmath>
#include <cstdint>
#include <numeric>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/types.h"

namespace tinyc {
namespace {

constexpr int kShapes = 200;

TEST(ResizeNearestTest, CopiesPixels) {
  for (const KernelRow& row : KernelRows("resize_")) {
    if (row.family != "resize_nearest") continue;
    Random random(41);
    for (int i = 0; i < kShapes; ++i) {
      const tc_resize_nearest_shape s = {random.Int(1, 3), random.Int(1, 5),
                                         random.Int(1, 5), random.Int(1, 9),
                                         random.Int(1, 9), random.Int(1, 8)};
      const auto x = random.Elements<uint8_t>(int64_t{s.outer} * s.in_h *
                                              s.in_w * s.inner);
      const std::vector<int32_t> rows = random.Ints(s.out_h, 0, s.in_h - 1);
      const std::vector<int32_t> columns = random.Ints(s.out_w, 0, s.in_w - 1);
      const int64_t size = int64_t{s.outer} * s.out_h * s.out_w * s.inner;
      Guarded<uint8_t> y(size);
      row.As<tc_resize_nearest_fn>()(&s, x.data(), rows.data(), columns.data(),
                                     y.data());
      for (int64_t k = 0; k < size; ++k) {
        const int64_t e = k % s.inner;
        const int32_t column =
            columns[static_cast<size_t>(k / s.inner % s.out_w)];
        const int32_t line =
            rows[static_cast<size_t>(k / s.inner / s.out_w % s.out_h)];
        const int64_t n = k / s.inner / s.out_w / s.out_h;
        ASSERT_EQ(y[k],
                  x[static_cast<size_t>(
                      ((n * s.in_h + line) * s.in_w + column) * s.inner + e)]);
      }
    }
  }
}

// A shape and tables for it, weights being of type W.
template <typename W>
struct Tables {
  tc_resize_weighted_shape s;
  std::vector<int32_t> rows;
  std::vector<int32_t> columns;
  std::vector<W> row_weights;
  std::vector<W> column_weights;
};

template <typename W>
Tables<W> RandomTables(Random& random, int32_t least) {
  Tables<W> t;
  t.s = {random.Int(1, 2),
         random.Int(1, 6),
         random.Int(1, 6),
         random.Int(1, 8),
         random.Int(1, 8),
         random.Int(1, 5),
         0,
         0};
  t.s.row_taps = random.Int(1, std::min(t.s.in_h, 4));
  t.s.column_taps = random.Int(1, std::min(t.s.in_w, 4));
  t.rows = random.Ints(t.s.out_h, least, t.s.in_h - t.s.row_taps);
  t.columns = random.Ints(t.s.out_w, least, t.s.in_w - t.s.column_taps);
  for (int32_t i = 0; i < t.s.out_h * t.s.row_taps; ++i) {
    t.row_weights.push_back(static_cast<W>(random.Int(-300, 300)));
  }
  for (int32_t i = 0; i < t.s.out_w * t.s.column_taps; ++i) {
    t.column_weights.push_back(static_cast<W>(random.Int(-300, 300)));
  }
  return t;
}

// The sum of the products of output `k`; sets *outside where there is none.
template <typename T, typename W>
double SumAt(const Tables<W>& t, const std::vector<T>& x, int32_t zero,
             int64_t k, bool* outside) {
  const tc_resize_weighted_shape& s = t.s;
  const int64_t e = k % s.inner;
  const int64_t j = k / s.inner % s.out_w;
  const int64_t i = k / s.inner / s.out_w % s.out_h;
  const int64_t n = k / s.inner / s.out_w / s.out_h;
  const int32_t row = t.rows[static_cast<size_t>(i)];
  const int32_t column = t.columns[static_cast<size_t>(j)];
  *outside = row < 0 || column < 0;
  double sum = 0;
  if (*outside) return sum;
  for (int32_t b = 0; b < s.column_taps; ++b) {
    const double wb =
        t.column_weights[static_cast<size_t>(j * s.column_taps + b)];
    for (int32_t a = 0; a < s.row_taps; ++a) {
      const double wa = t.row_weights[static_cast<size_t>(i * s.row_taps + a)];
      const size_t at = static_cast<size_t>(
          ((n * s.in_h + row + a) * s.in_w + column + b) * s.inner + e);
      sum += wa * wb * (static_cast<double>(x[at]) - zero);
    }
  }
  return sum;
}

int64_t Inputs(const tc_resize_weighted_shape& s) {
  return int64_t{s.outer} * s.in_h * s.in_w * s.inner;
}

int64_t Outputs(const tc_resize_weighted_shape& s) {
  return int64_t{s.outer} * s.out_h * s.out_w * s.inner;
}

class ResizeWeightedTest : public testing::TestWithParam<KernelRow> {};

TEST_P(ResizeWeightedTest, WeighsRowsAndColumns) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_floating_point_v<T>) {
      Random random(42);
      for (int i = 0; i < kShapes; ++i) {
        const Tables<T> t = RandomTables<T>(random, -1);
        const std::vector<T> x = random.Elements<T>(Inputs(t.s));
        Guarded<T> line(int64_t{t.s.in_w} * t.s.inner);
        Guarded<T> y(Outputs(t.s));
        const tc_resize_outside outside = {1};
        GetParam()
            .As<void(const tc_resize_weighted_shape*, const tc_resize_outside*,
                     const T*, const int32_t*, const T*, const int32_t*,
                     const T*, T*, T*)>()(
                &t.s, &outside, x.data(), t.rows.data(), t.row_weights.data(),
                t.columns.data(), t.column_weights.data(), line.data(),
                y.data());
        for (int64_t k = 0; k < Outputs(t.s); ++k) {
          bool is_outside = false;
          const double sum = SumAt(t, x, 0, k, &is_outside);
          ASSERT_NEAR(y[k], is_outside ? 1 : sum, 1e-6 * 300 * 300 * 16);
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(
    Kernels, ResizeWeightedTest,
    testing::ValuesIn(KernelRowsMadeBy("TC_RESIZE_WEIGHTED")), RowName());

class ResizeWeightedQuantTest : public testing::TestWithParam<KernelRow> {};

TEST_P(ResizeWeightedQuantTest, RoundsOnce) {
  Random random(43);
  for (int i = 0; i < kShapes; ++i) {
    const auto t = RandomTables<int16_t>(random, 0);
    const std::vector<int8_t> x = random.Elements<int8_t>(Inputs(t.s));
    const Scale scale = RandomScale<int8_t>(random, 300.0 * 300 * 16 * 255);
    const tc_resize_quant q = {random.Int(-128, 127),
                               random.Int(-128, 127),
                               scale.mult,
                               scale.shift,
                               -128,
                               127};
    Guarded<int32_t> line(int64_t{t.s.in_w} * t.s.inner);
    Guarded<int8_t> y(Outputs(t.s));
    GetParam()
        .As<void(const tc_resize_weighted_shape*, const tc_resize_quant*,
                 const int8_t*, const int32_t*, const int16_t*, const int32_t*,
                 const int16_t*, int32_t*, int8_t*)>()(
            &t.s, &q, x.data(), t.rows.data(), t.row_weights.data(),
            t.columns.data(), t.column_weights.data(), line.data(), y.data());
    for (int64_t k = 0; k < Outputs(t.s); ++k) {
      bool outside = false;
      const auto sum =
          static_cast<int64_t>(SumAt(t, x, q.in_zero, k, &outside));
      ASSERT_EQ(y[k], ClampTo<int8_t>(
                          RoundScaled(sum, q.mult, scale.exponent) + q.out_zero,
                          q.lo, q.hi));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kernels, ResizeWeightedQuantTest,
    testing::ValuesIn(KernelRowsMadeBy("TC_RESIZE_WEIGHTED_QUANT")), RowName());

}  // namespace
}  // namespace tinyc
