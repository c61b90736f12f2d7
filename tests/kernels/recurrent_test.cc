// SPDX-License-Identifier: Apache-2.0
//
// Every recurrent kernel on layers whose numbers are small integers, so that
// every order of a sum gives the same.  tests/differential has the random ones.

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

constexpr int32_t kSteps = 5;
constexpr int32_t kIn = 3;
constexpr int32_t kHidden = 6;

// h_t = W x_t + R h_(t-1) with activation x, stated once more.
std::vector<float> Linear(const std::vector<float>& w,
                          const std::vector<float>& r,
                          const std::vector<float>& x, bool reverse) {
  std::vector<float> h(kHidden);
  std::vector<float> y(static_cast<size_t>(kSteps * kHidden));
  for (int32_t k = 0; k < kSteps; ++k) {
    const int32_t t = reverse ? kSteps - 1 - k : k;
    const std::vector<float> before = h;
    for (int32_t u = 0; u < kHidden; ++u) {
      float sum = 0;
      for (int32_t i = 0; i < kIn; ++i) {
        sum += w[static_cast<size_t>(u * kIn + i)] *
               x[static_cast<size_t>(t * kIn + i)];
      }
      for (int32_t i = 0; i < kHidden; ++i) {
        sum += r[static_cast<size_t>(u * kHidden + i)] *
               before[static_cast<size_t>(i)];
      }
      h[static_cast<size_t>(u)] = sum;
      y[static_cast<size_t>(t * kHidden + u)] = sum;
    }
  }
  return y;
}

TEST(RecurrentTest, EveryRow) {
  Random random(1);
  for (const KernelRow& row : KernelRows("recurrent_")) {
    SCOPED_TRACE(row.symbol);
    const auto integers = [&](int32_t n) {
      std::vector<float> v;
      for (const int32_t i : random.Ints(n, -2, 2)) {
        v.push_back(static_cast<float>(i));
      }
      return v;
    };
    const std::vector<float> w = integers(kHidden * kIn);
    const std::vector<float> r = integers(kHidden * kHidden);
    const std::vector<float> x = integers(kSteps * kIn);
    const auto packed_w = PackWeights(w, kHidden, 1, kIn, row.weight_block);
    const auto packed_r = PackWeights(r, kHidden, 1, kHidden, row.weight_block);
    for (const int32_t chunk : {1, 2, 3, kSteps}) {
      for (const int32_t reverse : {0, 1}) {
        const tc_recurrent_shape s = {TC_RNN, {TC_ACT_AFFINE, 0, 0},
                                      kSteps, 1,
                                      kIn,    kHidden,
                                      chunk,  kIn,
                                      0,      kHidden,
                                      0,      0};
        const tc_recurrent_direction d = {
            reverse, INFINITY, {1, 0, 0}, {0, 0, 0}};
        Guarded<float> scratch((chunk + 1) * kHidden);
        Guarded<float> y(kSteps * kHidden);
        row.As<tc_recurrent_f32_fn>()(&s, &d, x.data(), packed_w.data(),
                                      packed_r.data(), nullptr, nullptr,
                                      nullptr, nullptr, nullptr, scratch.data(),
                                      y.data(), nullptr, nullptr);
        const std::vector<float> expected = Linear(w, r, x, reverse != 0);
        for (int32_t i = 0; i < kSteps * kHidden; ++i) {
          EXPECT_EQ(y[i], expected[static_cast<size_t>(i)]) << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace tinyc
