// SPDX-License-Identifier: Apache-2.0
//
// Every reduction against its definition.

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/types.h"

namespace tinyc {
namespace {

// A reduction of some dimensions of a contiguous tensor.
struct Problem {
  tc_reduce_shape s = {};
  int64_t size = 1;
  int64_t outputs = 1;
  std::vector<int64_t> output_of;  // each element of x
};

Problem RandomProblem(Random& random) {
  Problem p;
  const int32_t rank = random.Int(1, 5);
  int32_t dims[TC_MAX_RANK];
  int32_t stride[TC_MAX_RANK];
  bool reduced[TC_MAX_RANK];
  for (int32_t d = rank - 1; d >= 0; --d) {
    dims[d] = random.Int(1, 6);
    stride[d] = static_cast<int32_t>(p.size);
    p.size *= dims[d];
    reduced[d] = random.Bool();
  }
  reduced[random.Int(0, rank - 1)] = true;
  for (int32_t d = 0; d < rank; ++d) {
    if (reduced[d]) {
      p.s.red_dims[p.s.red_rank] = dims[d];
      p.s.red_stride[p.s.red_rank++] = stride[d];
    } else {
      p.s.out_dims[p.s.out_rank] = dims[d];
      p.s.out_stride[p.s.out_rank++] = stride[d];
      p.outputs *= dims[d];
    }
  }
  for (int64_t k = 0; k < p.size; ++k) {
    int64_t output = 0;
    for (int32_t d = 0; d < rank; ++d) {
      if (!reduced[d]) output = output * dims[d] + k / stride[d] % dims[d];
    }
    p.output_of.push_back(output);
  }
  return p;
}

template <typename T>
std::vector<std::vector<T>> Groups(const Problem& p, const std::vector<T>& x) {
  std::vector<std::vector<T>> groups(static_cast<size_t>(p.outputs));
  for (size_t k = 0; k < x.size(); ++k) groups[p.output_of[k]].push_back(x[k]);
  return groups;
}

template <typename T>
void ExpectFloat(std::string_view op, T actual, const std::vector<T>& group) {
  long double sum = 0;
  long double product = 1;
  long double size = 0;
  long double square = 0;
  long double exponential = 0;
  T max = group[0];
  T min = group[0];
  for (const T v : group) {
    sum += v;
    square += static_cast<long double>(v) * v;
    exponential += std::exp(static_cast<long double>(v));
    size += std::fabs(v);
    product *= v;
    max = std::max(max, v);
    min = std::min(min, v);
  }
  const double ulp = std::numeric_limits<T>::epsilon();
  const double n = static_cast<double>(group.size());
  if (op == "reduce_sum") {
    ASSERT_NEAR(actual, static_cast<double>(sum), ulp * size);
  } else if (op == "reduce_mean") {
    ASSERT_NEAR(actual, static_cast<double>(sum / n), ulp * size);
  } else if (op == "reduce_prod") {
    ASSERT_NEAR(actual, static_cast<double>(product),
                ulp * std::fabs(product) * n + std::numeric_limits<T>::min());
  } else if (op == "reduce_l1") {
    ASSERT_NEAR(actual, static_cast<double>(size), ulp * size);
  } else if (op == "reduce_sum_square") {
    ASSERT_NEAR(actual, static_cast<double>(square), n * ulp * square);
  } else if (op == "reduce_log_sum_exp") {
    const double expected = static_cast<double>(std::log(exponential));
    ASSERT_NEAR(actual, expected, ulp * (n + std::fabs(expected)));
  } else if (op == "reduce_max") {
    ASSERT_EQ(actual, max);
  } else if (op == "reduce_min") {
    ASSERT_EQ(actual, min);
  } else {
    FAIL() << "no meaning of " << op;
  }
}

template <typename T>
void ExpectInteger(std::string_view op, T actual, const std::vector<T>& group) {
  Int128 sum = 0;
  Int128 size = 0;
  uint64_t square = 0;
  uint64_t product = 1;
  T max = group[0];
  T min = group[0];
  for (const T v : group) {
    sum += v;
    size += v < 0 ? -Int128{v} : Int128{v};
    square += static_cast<uint64_t>(v) * static_cast<uint64_t>(v);
    product *= static_cast<uint64_t>(v);
    max = std::max(max, v);
    min = std::min(min, v);
  }
  if (op == "reduce_sum") {
    ASSERT_EQ(actual, static_cast<T>(sum));
  } else if (op == "reduce_mean") {
    ASSERT_EQ(actual, static_cast<T>(sum / static_cast<Int128>(group.size())));
  } else if (op == "reduce_prod") {
    ASSERT_EQ(actual, static_cast<T>(product));
  } else if (op == "reduce_l1") {
    ASSERT_EQ(actual, static_cast<T>(size));
  } else if (op == "reduce_sum_square") {
    ASSERT_EQ(actual, static_cast<T>(square));
  } else if (op == "reduce_max") {
    ASSERT_EQ(actual, max);
  } else if (op == "reduce_min") {
    ASSERT_EQ(actual, min);
  } else {
    FAIL() << "no meaning of " << op;
  }
}

template <typename T>
void TestReduce(const KernelRow& row) {
  const std::string op(OperatorOf(row.family));
  auto* const kernel = row.As<void(const tc_reduce_shape*, const T*, T*)>();
  Random random(81);
  for (int i = 0; i < 200; ++i) {
    const Problem p = RandomProblem(random);
    std::vector<T> x = random.Elements<T>(p.size);
    if (op == "reduce_mean") {
      // The sum of 64-bit integers, at most 6^5 of them, does not overflow.
      for (T& v : x) v /= 8192;
    }
    Guarded<T> y(p.outputs);
    kernel(&p.s, x.data(), y.data());
    const auto groups = Groups(p, x);
    for (int64_t k = 0; k < p.outputs; ++k) {
      if constexpr (std::is_floating_point_v<T>) {
        ExpectFloat<T>(op, y[k], groups[k]);
      } else {
        ExpectInteger<T>(op, y[k], groups[k]);
      }
    }
    if constexpr (std::is_floating_point_v<T>) {
      const int64_t at = random.Int(0, p.size - 1);
      x[at] = std::numeric_limits<T>::quiet_NaN();
      kernel(&p.s, x.data(), y.data());
      ASSERT_TRUE(std::isnan(y[p.output_of[at]])) << op;
    }
  }
}

class ReduceTest : public testing::TestWithParam<KernelRow> {};

TEST_P(ReduceTest, FoldsEveryElement) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_arithmetic_v<T>) TestReduce<T>(GetParam());
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, ReduceTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_REDUCE")),
                         RowName());

// All elements of x, or none, folded into one.
template <typename T>
T FoldAll(void (*kernel)(const tc_reduce_shape*, const T*, T*),
          const std::vector<T>& x) {
  tc_reduce_shape s = {};
  s.red_rank = 1;
  s.red_dims[0] = static_cast<int32_t>(x.size());
  s.red_stride[0] = 1;
  T y = 0;
  kernel(&s, x.data(), &y);
  return y;
}

TEST(ReduceTest, OfNothingIsTheIdentity) {
  EXPECT_EQ(FoldAll<float>(tc_reduce_max_f32, {}), -INFINITY);
  EXPECT_EQ(FoldAll<double>(tc_reduce_min_f64, {}), INFINITY);
  EXPECT_EQ(FoldAll<int8_t>(tc_reduce_max_s8, {}), INT8_MIN);
  EXPECT_EQ(FoldAll<uint64_t>(tc_reduce_min_u64, {}), UINT64_MAX);
  EXPECT_EQ(FoldAll<float>(tc_reduce_sum_f32, {}), 0);
  EXPECT_EQ(FoldAll<int32_t>(tc_reduce_prod_s32, {}), 1);
  EXPECT_EQ(FoldAll<float>(tc_reduce_log_sum_exp_f32, {}), -INFINITY);
  EXPECT_TRUE(std::isnan(FoldAll<float>(tc_reduce_mean_f32, {})));
}

TEST(ReduceTest, OfBooleans) {
  EXPECT_EQ(FoldAll<uint8_t>(tc_reduce_max_bool, {}), 0);
  EXPECT_EQ(FoldAll<uint8_t>(tc_reduce_max_bool, {0, 1, 0}), 1);
  EXPECT_EQ(FoldAll<uint8_t>(tc_reduce_max_bool, {0, 0}), 0);
  EXPECT_EQ(FoldAll<uint8_t>(tc_reduce_min_bool, {}), 1);
  EXPECT_EQ(FoldAll<uint8_t>(tc_reduce_min_bool, {1, 0, 1}), 0);
  EXPECT_EQ(FoldAll<uint8_t>(tc_reduce_min_bool, {1, 1}), 1);
}

TEST(ReduceTest, InfiniteNumbers) {
  const float inf = INFINITY;
  EXPECT_EQ(FoldAll<float>(tc_reduce_sum_f32, {1, inf, 2}), inf);
  EXPECT_EQ(FoldAll<float>(tc_reduce_sum_f32, {3e38f, 3e38f, 1}), inf);
  EXPECT_TRUE(std::isnan(FoldAll<float>(tc_reduce_sum_f32, {inf, -inf, 1})));
  EXPECT_EQ(FoldAll<float>(tc_reduce_log_sum_exp_f32, {-inf, -inf}), -inf);
  EXPECT_EQ(FoldAll<float>(tc_reduce_log_sum_exp_f32, {-inf, 2}), 2);
  EXPECT_EQ(FoldAll<float>(tc_reduce_log_sum_exp_f32, {1, inf, 2}), inf);
  // Of numbers whose exponential is infinite.
  EXPECT_FLOAT_EQ(FoldAll<float>(tc_reduce_log_sum_exp_f32, {500, 500}),
                  500 + std::log(2.0f));
}

TEST(ReduceTest, SumsOfFloatsDoNotLoseSmallTerms) {
  // In float, 2^24 + 1 is 2^24: a plain sum would stay there.
  std::vector<float> x(1000, 1.0f);
  x[0] = 16777216.0f;
  // 2^24 + 999 lies between two floats; the even one is above.
  EXPECT_EQ(FoldAll<float>(tc_reduce_sum_f32, x), 16778216.0f);
}

class ReduceMeanQuantTest : public testing::TestWithParam<KernelRow> {};

TEST_P(ReduceMeanQuantTest, RoundsOnce) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_integral_v<T> && sizeof(T) <= 2) {
      const int32_t least = std::numeric_limits<T>::min();
      const int32_t greatest = std::numeric_limits<T>::max();
      Random random(82);
      for (int i = 0; i < 200; ++i) {
        const Problem p = RandomProblem(random);
        const std::vector<T> x = random.Elements<T>(p.size);
        const auto groups = Groups(p, x);
        const Scale scale =
            RandomScale<T>(random, static_cast<double>(groups[0].size()) * 2 *
                                       (greatest + 1.0));
        const tc_reduce_quant q = {random.Int(least, greatest),
                                   random.Int(least, greatest),
                                   scale.mult,
                                   scale.shift,
                                   random.Bool() ? least : 0,
                                   greatest};
        Guarded<T> y(p.outputs);
        GetParam()
            .As<void(const tc_reduce_shape*, const tc_reduce_quant*, const T*,
                     T*)>()(&p.s, &q, x.data(), y.data());
        for (int64_t k = 0; k < p.outputs; ++k) {
          int64_t sum = 0;
          for (const T v : groups[k]) sum += v - q.in_zero;
          ASSERT_EQ(y[k],
                    ClampTo<T>(RoundScaled(sum, scale.mult, scale.exponent) +
                                   q.out_zero,
                               q.lo, q.hi));
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(
    Kernels, ReduceMeanQuantTest,
    testing::ValuesIn(KernelRowsMadeBy("TC_REDUCE_MEAN_QUANT")), RowName());

}  // namespace
}  // namespace tinyc
