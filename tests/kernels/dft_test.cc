// SPDX-License-Identifier: Apache-2.0
//
// Every kernel of Fourier transforms on a transform of 4, and of determinants.
// tests/differential has the random ones.

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

TEST(DftTest, EveryRow) {
  const std::vector<float> roots = {1, 0, 0, -1, -1, 0, 0, 1};
  const std::vector<float> x = {1, 2, 3, 5};
  const std::vector<float> expected = {11, 0, -2, 3, -3, 0};
  for (const KernelRow& row : KernelRows("dft_")) {
    SCOPED_TRACE(row.symbol);
    const tc_dft_shape s = {1, 4, 1, 1, 0, 4, 4, 3, 1, 2, 0, 1.0f};
    Guarded<float> scratch(16);
    Guarded<float> y(6);
    row.As<tc_dft_f32_fn>()(&s, x.data(), nullptr, roots.data(), scratch.data(),
                            y.data());
    for (int64_t i = 0; i < 6; ++i) {
      EXPECT_EQ(y[i], expected[static_cast<size_t>(i)]) << i;
    }
  }
}

template <typename T>
void TestDet(const KernelRow& row) {
  const tc_det_shape s = {2, 2};
  const std::vector<T> x = {0, 2, 3, 5, 2, 4, 1, 2};
  Guarded<T> scratch(4);
  Guarded<T> y(2);
  row.As<void(const tc_det_shape*, const T*, T*, T*)>()(
      &s, x.data(), scratch.data(), y.data());
  EXPECT_EQ(y[0], -6);
  EXPECT_EQ(y[1], 0);
}

TEST(DetTest, EveryRow) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_DET")) {
    SCOPED_TRACE(row.symbol);
    if (row.family == "det_f32") {
      TestDet<float>(row);
    } else {
      TestDet<double>(row);
    }
  }
}

}  // namespace
}  // namespace tinyc
