// SPDX-License-Identifier: Apache-2.0
//
// Every matrix product against its definition, with broadcast batches.

#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/types.h"

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

// Calls check(at, a_at, b_at) for every element `at` of y, the product of the
// row of a that begins at a_at and the column of b that begins at b_at.
template <typename Check>
void ForEachResult(const Problem& p, Check check) {
  int64_t at = 0;
  for (size_t n = 0; n < p.a_at.size(); ++n) {
    for (int32_t r = 0; r < p.s.rows; ++r) {
      for (int32_t c = 0; c < p.s.cols; ++c) {
        check(at++, p.a_at[n] + r * p.s.inner, p.b_at[n] + c);
      }
    }
  }
}

template <typename T>
void TestPlain(const KernelRow& row) {
  using Fn = void(const tc_matmul_shape*, const T*, const T*, T*);
  Random random(21);
  for (int i = 0; i < 200; ++i) {
    const Problem p = RandomProblem(random);
    const std::vector<T> a = random.Elements<T>(p.a_size);
    const std::vector<T> b = random.Elements<T>(p.b_size);
    Guarded<T> y(int64_t{p.s.rows} * p.s.cols *
                 static_cast<int64_t>(p.a_at.size()));
    row.As<Fn>()(&p.s, a.data(), b.data(), y.data());
    ForEachResult(p, [&](int64_t at, int64_t a_at, int64_t b_at) {
      if constexpr (std::is_floating_point_v<T>) {
        double sum = 0;
        for (int32_t k = 0; k < p.s.inner; ++k) {
          sum += double{a[a_at + k]} * double{b[b_at + k * p.s.cols]};
        }
        const double epsilon = double{std::numeric_limits<T>::epsilon()};
        ASSERT_NEAR(y[at], sum, 40 * epsilon * p.s.inner);
      } else {
        Int128 sum = 0;
        for (int32_t k = 0; k < p.s.inner; ++k) {
          sum += Int128{a[a_at + k]} * b[b_at + k * p.s.cols];
        }
        ASSERT_EQ(y[at], static_cast<T>(sum));
      }
    });
  }
}

template <typename T, typename Fn>
void TestQuantized(const KernelRow& row) {
  constexpr int32_t kLo = std::numeric_limits<T>::min();
  constexpr int32_t kHi = std::numeric_limits<T>::max();
  constexpr double kNumbers = kHi - kLo + 1;
  Random random(22);
  for (int i = 0; i < 200; ++i) {
    const Problem p = RandomProblem(random);
    const std::vector<T> a = random.Elements<T>(p.a_size);
    const std::vector<T> b = random.Elements<T>(p.b_size);
    const Scale scale = RandomScale<T>(random, p.s.inner * kNumbers * kNumbers);
    const tc_matmul_quant q = {random.Int(kLo, kHi), random.Int(kLo, kHi),
                               random.Int(kLo, kHi), scale.mult,
                               scale.shift,          kLo,
                               random.Int(0, kHi)};
    Guarded<T> y(int64_t{p.s.rows} * p.s.cols *
                 static_cast<int64_t>(p.a_at.size()));
    row.As<Fn>()(&p.s, &q, a.data(), b.data(), y.data());
    ForEachResult(p, [&](int64_t at, int64_t a_at, int64_t b_at) {
      int64_t sum = 0;
      for (int32_t k = 0; k < p.s.inner; ++k) {
        sum += int64_t{a[a_at + k] - q.a_zero} *
               (b[b_at + k * p.s.cols] - q.b_zero);
      }
      ASSERT_EQ(y[at], ClampTo<T>(RoundScaled(sum, scale.mult, scale.exponent) +
                                      q.out_zero,
                                  q.lo, q.hi));
    });
  }
}

class MatmulTest : public testing::TestWithParam<KernelRow> {};

TEST_P(MatmulTest, IsTheMatrixProduct) {
  if (GetParam().family == "matmul_s8") {
    return TestQuantized<int8_t, tc_matmul_s8_fn>(GetParam());
  }
  if (GetParam().family == "matmul_s16") {
    return TestQuantized<int16_t, tc_matmul_s16_fn>(GetParam());
  }
  WithType(SuffixOf(GetParam().family), [&](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_arithmetic_v<T>) TestPlain<T>(GetParam());
  });
}

std::vector<KernelRow> Rows() {
  std::vector<KernelRow> rows = KernelRowsMadeBy("TC_MATMUL");
  for (const KernelRow& row : KernelRows("matmul_")) {
    if (row.macro.empty()) rows.push_back(row);
  }
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Kernels, MatmulTest, testing::ValuesIn(Rows()),
                         RowName());

}  // namespace
}  // namespace tinyc
