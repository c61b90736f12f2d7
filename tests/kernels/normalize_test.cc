// SPDX-License-Identifier: Apache-2.0
//
// Normalization of rows against its formula, and what floats lose of it.

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/types.h"

namespace tinyc {
namespace {

// Rows of n elements, with a scale for each element of a row.
tc_normalize_shape RowsOf(int32_t rows, int32_t n, float epsilon) {
  tc_normalize_shape s = {};
  s.out_rank = s.red_rank = 1;
  s.out_dims[0] = rows;
  s.out_stride[0] = n;
  s.red_dims[0] = n;
  s.red_stride[0] = 1;
  s.red_scale[0] = 1;
  s.centered = 1;
  s.epsilon = epsilon;
  return s;
}

class NormalizeTest : public testing::TestWithParam<KernelRow> {};

TEST_P(NormalizeTest, RowsOfAnyMean) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_floating_point_v<T>) {
      Random random(71);
      for (int i = 0; i < 50; ++i) {
        const int32_t n = random.Int(2, 3000);
        const int32_t rows = random.Int(1, 3);
        const tc_normalize_shape s = RowsOf(rows, n, 1e-5f);
        const float mean = random.Bool() ? 0.0f : 1000.0f;
        std::vector<T> x = random.Elements<T>(int64_t{rows} * n);
        for (T& v : x) v += mean;
        const std::vector<T> scale = random.Elements<T>(n);
        const std::vector<T> bias = random.Elements<T>(n);
        Guarded<T> y(int64_t{rows} * n);
        GetParam()
            .As<void(const tc_normalize_shape*, const T*, const T*, const T*,
                     T*)>()(&s, x.data(), scale.data(), bias.data(), y.data());
        for (int32_t r = 0; r < rows; ++r) {
          const T* const row = x.data() + int64_t{r} * n;
          double sum = 0;
          double squares = 0;
          for (int32_t k = 0; k < n; ++k) sum += row[k];
          for (int32_t k = 0; k < n; ++k) {
            squares += (row[k] - sum / n) * (row[k] - sum / n);
          }
          const double deviation = std::sqrt(squares / n + 1e-5f);
          for (int32_t k = 0; k < n; ++k) {
            const double v = (row[k] - sum / n) / deviation;
            // A float near 1000 has steps of 6e-5.
            ASSERT_NEAR(y[int64_t{r} * n + k], v * scale[k] + bias[k], 3e-4);
          }
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, NormalizeTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_NORMALIZE")),
                         RowName());

TEST(NormalizeTest, EqualElementsGiveNoNan) {
  const tc_normalize_shape s = RowsOf(1, 1000, 1e-18f);
  const std::vector<float> x(1000, 1000.1f);
  std::vector<float> y(1000);
  tc_normalize_f32(&s, x.data(), nullptr, nullptr, y.data());
  for (const float v : y) ASSERT_FALSE(std::isnan(v));
}

}  // namespace
}  // namespace tinyc
