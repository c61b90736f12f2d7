// SPDX-License-Identifier: Apache-2.0
//
// Every matrix product against its definition, with broadcast batches.

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

// A shape, and for each batch where its two matrices begin.
struct Problem {
  tc_matmul_shape s = {};
  std::vector<int64_t> a_at = {0};
  std::vector<int64_t> b_at = {0};
  int64_t a_size = 1;
  int64_t b_size = 1;
};

Problem RandomProblem(Random& random) {
  Problem p;
  p.s.rank = random.Int(0, 3);
  p.s.rows = random.Int(1, 9);
  p.s.inner = random.Int(1, 20);
  p.s.cols = random.Int(1, 40);
  p.a_size = p.s.rows * p.s.inner;
  p.b_size = p.s.inner * p.s.cols;
  for (int32_t d = p.s.rank - 1; d >= 0; --d) {
    p.s.batch[d] = random.Int(1, 3);
    if (random.Bool()) {
      p.s.a_stride[d] = static_cast<int32_t>(p.a_size);
      p.a_size *= p.s.batch[d];
    }
    if (random.Bool()) {
      p.s.b_stride[d] = static_cast<int32_t>(p.b_size);
      p.b_size *= p.s.batch[d];
    }
  }
  for (int32_t d = 0; d < p.s.rank; ++d) {
    std::vector<int64_t> a_at;
    std::vector<int64_t> b_at;
    for (size_t k = 0; k < p.a_at.size(); ++k) {
      for (int32_t i = 0; i < p.s.batch[d]; ++i) {
        a_at.push_back(p.a_at[k] + int64_t{i} * p.s.a_stride[d]);
        b_at.push_back(p.b_at[k] + int64_t{i} * p.s.b_stride[d]);
      }
    }
    p.a_at = a_at;
    p.b_at = b_at;
  }
  return p;
}

void TestF32(const KernelRow& row) {
  Random random(21);
  for (int i = 0; i < 200; ++i) {
    const Problem p = RandomProblem(random);
    const std::vector<float> a = random.Elements<float>(p.a_size);
    const std::vector<float> b = random.Elements<float>(p.b_size);
    const int64_t plane = int64_t{p.s.rows} * p.s.cols;
    Guarded<float> y(plane * static_cast<int64_t>(p.a_at.size()));
    row.As<tc_matmul_f32_fn>()(&p.s, a.data(), b.data(), y.data());
    for (size_t n = 0; n < p.a_at.size(); ++n) {
      for (int32_t r = 0; r < p.s.rows; ++r) {
        for (int32_t c = 0; c < p.s.cols; ++c) {
          double sum = 0;
          for (int32_t k = 0; k < p.s.inner; ++k) {
            sum += double{a[p.a_at[n] + r * p.s.inner + k]} *
                   b[p.b_at[n] + k * p.s.cols + c];
          }
          ASSERT_NEAR(y[static_cast<int64_t>(n) * plane + r * p.s.cols + c],
                      sum, 1e-5 * p.s.inner * 4);
        }
      }
    }
  }
}

void TestS8(const KernelRow& row) {
  Random random(22);
  for (int i = 0; i < 200; ++i) {
    const Problem p = RandomProblem(random);
    const std::vector<int8_t> a = random.Elements<int8_t>(p.a_size);
    const std::vector<int8_t> b = random.Elements<int8_t>(p.b_size);
    const Scale scale = RandomScale<int8_t>(random, p.s.inner * 65536.0);
    const tc_matmul_quant q = {random.Int(-128, 127), random.Int(-128, 127),
                               random.Int(-128, 127), scale.mult,
                               scale.shift,           -128,
                               random.Int(0, 127)};
    const int64_t plane = int64_t{p.s.rows} * p.s.cols;
    Guarded<int8_t> y(plane * static_cast<int64_t>(p.a_at.size()));
    row.As<tc_matmul_s8_fn>()(&p.s, &q, a.data(), b.data(), y.data());
    for (size_t n = 0; n < p.a_at.size(); ++n) {
      for (int32_t r = 0; r < p.s.rows; ++r) {
        for (int32_t c = 0; c < p.s.cols; ++c) {
          int64_t sum = 0;
          for (int32_t k = 0; k < p.s.inner; ++k) {
            sum += int64_t{a[p.a_at[n] + r * p.s.inner + k] - q.a_zero} *
                   (b[p.b_at[n] + k * p.s.cols + c] - q.b_zero);
          }
          ASSERT_EQ(
              y[static_cast<int64_t>(n) * plane + r * p.s.cols + c],
              ClampTo<int8_t>(
                  RoundScaled(sum, scale.mult, scale.exponent) + q.out_zero,
                  q.lo, q.hi));
        }
      }
    }
  }
}

class MatmulTest : public testing::TestWithParam<KernelRow> {};

TEST_P(MatmulTest, IsTheMatrixProduct) {
  if (GetParam().family == "matmul_f32") {
    TestF32(GetParam());
  } else if (GetParam().family == "matmul_s8") {
    TestS8(GetParam());
  } else {
    FAIL() << "no test for the family " << GetParam().family;
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, MatmulTest,
                         testing::ValuesIn(KernelRows("matmul_")), RowName());

}  // namespace
}  // namespace tinyc
