// SPDX-License-Identifier: Apache-2.0
//
// Every softmax kernel against its definition.

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

tc_softmax_shape RandomShape(Random& random) {
  return {random.Int(1, 4), random.Int(1, 40),
          random.Bool() ? 1 : random.Int(1, 5)};
}

int64_t Size(const tc_softmax_shape& s) {
  return int64_t{s.outer} * s.n * s.inner;
}

// The index of element k of the row that `at` lies in.
int64_t InRow(const tc_softmax_shape& s, int64_t at, int32_t k) {
  const int64_t plane = int64_t{s.n} * s.inner;
  return at / plane * plane + int64_t{k} * s.inner + at % s.inner;
}

template <typename T>
void TestFloat(const KernelRow& row, bool log) {
  Random random(41);
  for (int i = 0; i < 200; ++i) {
    const tc_softmax_shape s = RandomShape(random);
    const float scale = random.Float(0.0f, 60.0f);  // far beyond exp's range
    std::vector<T> x = random.Elements<T>(Size(s));
    for (T& v : x) v *= scale;
    Guarded<T> y(Size(s));
    row.As<void(const tc_softmax_shape*, const T*, T*)>()(&s, x.data(),
                                                          y.data());
    for (int64_t at = 0; at < Size(s); ++at) {
      double sum = 0;  // of exp(x[k] - x[at]): 1 / softmax
      for (int32_t k = 0; k < s.n; ++k) {
        sum += std::exp(double{x[InRow(s, at, k)]} - x[at]);
      }
      if (log) {
        ASSERT_NEAR(y[at], -std::log(sum), 1e-6 * (1 + std::log(sum)));
      } else {
        // x - max alone rounds by up to 2^-24 of 120.
        ASSERT_NEAR(y[at], 1 / sum, 1e-5 / sum + 1e-37);
      }
    }
  }
}

TEST(SoftmaxTest, OfFloats) {
  TestFloat<float>(KernelRowsMadeBy("TC_SOFTMAX")[0], /*log=*/false);
  TestFloat<double>(KernelRowsMadeBy("TC_SOFTMAX")[1], /*log=*/false);
  TestFloat<float>(KernelRowsMadeBy("TC_LOG_SOFTMAX")[0], /*log=*/true);
  TestFloat<double>(KernelRowsMadeBy("TC_LOG_SOFTMAX")[1], /*log=*/true);
}

// A plain sum of so many would stay behind.
TEST(SoftmaxTest, OfManyElements) {
  const tc_softmax_shape s = {1, 1 << 20, 1};
  const std::vector<float> x(1 << 20, 3.0f);
  std::vector<float> y(1 << 20);
  tc_softmax_f32(&s, x.data(), y.data());
  EXPECT_EQ(y[0], 1.0f / (1 << 20));
}

void TestS8(const KernelRow& row) {
  Random random(42);
  for (int i = 0; i < 200; ++i) {
    const tc_softmax_shape s = RandomShape(random);
    const std::vector<int8_t> x = random.Elements<int8_t>(Size(s));
    std::vector<uint32_t> table;
    const double beta = random.Float(0.001f, 0.2f);
    for (int k = 0; k < 256; ++k) {
      // 2^26 at most: 40 of them are less than 2^32.
      table.push_back(
          static_cast<uint32_t>(std::ldexp(std::exp(-beta * k), 26)));
    }
    const tc_softmax_quant q = {random.Bool() ? 1u << 24 : 12345678u,
                                random.Int(-128, 20), -128, 127};
    Guarded<int8_t> y(Size(s));
    row.As<tc_softmax_s8_fn>()(&s, &q, x.data(), table.data(), y.data());
    for (int64_t at = 0; at < Size(s); ++at) {
      int32_t max = -128;
      for (int32_t k = 0; k < s.n; ++k) {
        max = std::max<int32_t>(max, x[InRow(s, at, k)]);
      }
      Int128 sum = 0;
      for (int32_t k = 0; k < s.n; ++k) sum += table[max - x[InRow(s, at, k)]];
      const Int128 e = table[max - x[at]];
      // round(e / sum * recip / 2^16), a tie going up.
      const Int128 v = (2 * e * q.recip + sum * 65536) / (2 * sum * 65536);
      ASSERT_EQ(y[at], ClampTo<int8_t>(v + q.out_zero, q.lo, q.hi));
    }
  }
}

void TestS16(const KernelRow& row) {
  Random random(43);
  for (int i = 0; i < 200; ++i) {
    const tc_softmax_shape s = RandomShape(random);
    std::vector<int16_t> x = random.Elements<int16_t>(Size(s));
    if (random.Bool()) x[0] = 32767;
    if (random.Bool()) x.back() = -32768;
    std::vector<uint32_t> table;
    const double beta = random.Float(0.00001f, 0.01f);
    for (const int steps : {256, 1}) {
      for (int k = 0; k < 256; ++k) {
        table.push_back(static_cast<uint32_t>(
            std::nearbyint(std::ldexp(std::exp(-beta * steps * k), 31))));
      }
    }
    // Up to the greatest factor there may be.
    const tc_softmax_quant q = {random.Bool() ? 4294967295u : 1u << 31,
                                random.Int(-100, 100), -32768, 32767};
    Guarded<int16_t> y(Size(s));
    row.As<tc_softmax_s16_fn>()(&s, &q, x.data(), table.data(), y.data());
    for (int64_t at = 0; at < Size(s); ++at) {
      int32_t max = -32768;
      for (int32_t k = 0; k < s.n; ++k) {
        max = std::max<int32_t>(max, x[InRow(s, at, k)]);
      }
      // round(product / 2^31), a tie going up.
      const auto exp = [&](int32_t below) {
        const Int128 product =
            Int128{table[below / 256]} * table[256 + below % 256];
        return (2 * product + (Int128{1} << 31)) / (Int128{1} << 32);
      };
      Int128 sum = 0;
      for (int32_t k = 0; k < s.n; ++k) sum += exp(max - x[InRow(s, at, k)]);
      const Int128 v =
          (2 * exp(max - x[at]) * q.recip + sum * 65536) / (2 * sum * 65536);
      ASSERT_EQ(y[at], ClampTo<int16_t>(v + q.out_zero, q.lo, q.hi));
    }
  }
}

TEST(SoftmaxTest, OfIntegers) {
  for (const KernelRow& row : KernelRows("softmax_")) {
    if (row.family == "softmax_s8") TestS8(row);
    if (row.family == "softmax_s16") TestS16(row);
  }
}

// The greatest sum there may be.
TEST(SoftmaxTest, OfManyIntegersOf16Bits) {
  const tc_softmax_shape s = {1, 1 << 16, 1};
  const tc_softmax_quant q = {1u << 31, 0, -32768, 32767};
  const std::vector<uint32_t> table(512, 1u << 31);
  const std::vector<int16_t> x(1 << 16, 5);
  std::vector<int16_t> y(1 << 16);
  tc_softmax_s16(&s, &q, x.data(), table.data(), y.data());
  EXPECT_EQ(y[0], 1);  // half a step of 2^-15
}

}  // namespace
}  // namespace tinyc
