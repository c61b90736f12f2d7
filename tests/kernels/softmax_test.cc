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

void TestF32(const KernelRow& row, bool log) {
  Random random(41);
  for (int i = 0; i < 200; ++i) {
    const tc_softmax_shape s = RandomShape(random);
    const float scale = random.Float(0.0f, 60.0f);  // far beyond exp's range
    std::vector<float> x = random.Elements<float>(Size(s));
    for (float& v : x) v *= scale;
    Guarded<float> y(Size(s));
    row.As<tc_softmax_f32_fn>()(&s, x.data(), y.data());
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

class SoftmaxTest : public testing::TestWithParam<KernelRow> {};

TEST_P(SoftmaxTest, IsTheNormalizedExponential) {
  const KernelRow& row = GetParam();
  if (row.family == "softmax_f32") {
    TestF32(row, /*log=*/false);
  } else if (row.family == "log_softmax_f32") {
    TestF32(row, /*log=*/true);
  } else if (row.family == "softmax_s8") {
    TestS8(row);
  } else {
    FAIL() << "no test for the family " << row.family;
  }
}

INSTANTIATE_TEST_SUITE_P(Softmax, SoftmaxTest,
                         testing::ValuesIn(KernelRows("softmax_")), RowName());
INSTANTIATE_TEST_SUITE_P(LogSoftmax, SoftmaxTest,
                         testing::ValuesIn(KernelRows("log_softmax_")),
                         RowName());

}  // namespace
}  // namespace tinyc
