// SPDX-License-Identifier: Apache-2.0
//
// Quantize, dequantize and requantize against ONNX's formulas.

#include <cmath>
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

// round(v), a tie to even.
double HalfToEven(double v) {
  const double low = std::floor(v);
  if (v - low < 0.5) return low;
  if (v - low > 0.5) return low + 1;
  return std::fmod(low, 2.0) == 0 ? low : low + 1;
}

// A shape with scales and zero points that fit T.
template <typename T>
struct Problem {
  tc_quantize_shape s;
  std::vector<float> scale;
  std::vector<int32_t> zero;

  explicit Problem(Random& random)
      : s{random.Int(1, 3), random.Bool() ? 1 : random.Int(1, 9),
          random.Int(1, 30), 0} {
    if (random.Bool()) s.block = random.Int(1, 4);
    for (int64_t k = 0; k < Scales(); ++k) {
      // Often a power of two, so that there are ties.
      scale.push_back(random.Bool() ? 0.25f : random.Float(0.001f, 2.0f));
      zero.push_back(
          sizeof(T) > 2
              ? 0
              : random.Int(
                    std::numeric_limits<T>::min(),
                    std::min<int64_t>(std::numeric_limits<T>::max(), 65535)));
    }
  }
  int64_t size() const { return int64_t{s.outer} * s.channels * s.inner; }
  int64_t Blocks() const { return (s.channels + s.block - 1) / s.block; }
  int64_t Scales() const {
    return s.block == 0 ? s.channels : s.outer * Blocks() * s.inner;
  }
  // The place of the scale of an element.
  int64_t ScaleOf(int64_t at) const {
    const int64_t channel = at / s.inner % s.channels;
    if (s.block == 0) return channel;
    const int64_t outer = at / s.inner / s.channels;
    return (outer * Blocks() + channel / s.block) * s.inner + at % s.inner;
  }
};

class QuantizeTest : public testing::TestWithParam<KernelRow> {};

TEST_P(QuantizeTest, RoundsHalfToEvenAndSaturates) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_integral_v<T> && sizeof(T) <= 2) {
      Random random(91);
      for (int i = 0; i < 100; ++i) {
        const Problem<T> p(random);
        std::vector<float> x(static_cast<size_t>(p.size()));
        for (float& v : x) {
          const float range = random.Bool() ? 8.0f : 40000.0f;
          v = random.Bool() ? random.Float(-range, range)
                            : static_cast<float>(random.Int(-200, 200)) / 8;
          if (random.Int(0, 30) == 0) v = INFINITY;
          if (random.Int(0, 30) == 0) v = -INFINITY;
          if (random.Int(0, 30) == 0) v = NAN;
        }
        // Ties but for the last bits, which the rounding of x / scale decides.
        for (int64_t k = 0; k < p.size(); ++k) {
          if (random.Int(0, 3) != 0) continue;
          x[k] = (static_cast<float>(random.Int(-200, 200)) + 0.5f) *
                 p.scale[p.ScaleOf(k)];
          if (random.Bool()) x[k] = std::nextafter(x[k], -INFINITY);
        }
        Guarded<T> y(p.size());
        GetParam()
            .As<void(const tc_quantize_shape*, const float*, const float*,
                     const int32_t*, T*)>()(&p.s, x.data(), p.scale.data(),
                                            p.zero.data(), y.data());
        for (int64_t k = 0; k < p.size(); ++k) {
          const int64_t c = p.ScaleOf(k);
          const double least = std::numeric_limits<T>::min();
          const double greatest = std::numeric_limits<T>::max();
          const float quotient = x[k] / p.scale[c];
          double expected = HalfToEven(quotient) + p.zero[c];
          if (std::isnan(quotient)) expected = least;
          expected = std::min(std::max(expected, least), greatest);
          ASSERT_EQ(y[k], static_cast<T>(expected)) << x[k];
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(OfFour, QuantizeTest,
                         testing::Values(KernelRows("quantize_s8")[1]),
                         RowName());
INSTANTIATE_TEST_SUITE_P(Kernels, QuantizeTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_QUANTIZE")),
                         RowName());

class DequantizeTest : public testing::TestWithParam<KernelRow> {};

TEST_P(DequantizeTest, ScalesTheDifference) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_integral_v<T>) {
      Random random(92);
      for (int i = 0; i < 100; ++i) {
        const Problem<T> p(random);
        const std::vector<T> x = random.Elements<T>(p.size());
        Guarded<float> y(p.size());
        GetParam()
            .As<void(const tc_quantize_shape*, const T*, const float*,
                     const int32_t*, float*)>()(&p.s, x.data(), p.scale.data(),
                                                p.zero.data(), y.data());
        for (int64_t k = 0; k < p.size(); ++k) {
          const int64_t c = p.ScaleOf(k);
          const float difference =
              static_cast<float>(static_cast<double>(x[k]) - p.zero[c]);
          ASSERT_EQ(y[k], difference * p.scale[c]);
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, DequantizeTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_DEQUANTIZE")),
                         RowName());

template <typename From, typename To>
void TestRequantize(const KernelRow& row) {
  Random random(93);
  for (int i = 0; i < 100; ++i) {
    const tc_unary_shape s = {random.Int(1, 200)};
    const std::vector<From> x = random.Elements<From>(s.n);
    const int32_t least = std::numeric_limits<To>::min();
    const int32_t greatest = std::numeric_limits<To>::max();
    const Scale scale =
        RandomScale<To>(random, 2.0 * (std::numeric_limits<From>::max() + 1));
    const tc_requantize_quant q = {
        random.Int(std::numeric_limits<From>::min(),
                   std::numeric_limits<From>::max()),
        random.Int(least, greatest),
        scale.mult,
        scale.shift,
        random.Bool() ? least : (least + greatest) / 2,
        greatest};
    Guarded<To> y(s.n);
    row.As<void(const tc_unary_shape*, const tc_requantize_quant*, const From*,
                To*)>()(&s, &q, x.data(), y.data());
    for (int32_t k = 0; k < s.n; ++k) {
      const Int128 v =
          RoundScaled(Int128{x[k]} - q.in_zero, scale.mult, scale.exponent);
      ASSERT_EQ(y[k], ClampTo<To>(v + q.out_zero, q.lo, q.hi));
    }
  }
}

class RequantizeTest : public testing::TestWithParam<KernelRow> {};

TEST_P(RequantizeTest, RoundsOnce) {
  const KernelRow& row = GetParam();
  WithType(SuffixOf(OperatorOf(row.family)), [&](auto from_type) {
    WithType(SuffixOf(row.family), [&](auto to_type) {
      using From = typename decltype(from_type)::type;
      using To = typename decltype(to_type)::type;
      if constexpr (std::is_integral_v<From> && std::is_integral_v<To> &&
                    sizeof(From) <= 2 && sizeof(To) <= 2) {
        TestRequantize<From, To>(row);
      }
    });
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, RequantizeTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_REQUANTIZE")),
                         RowName());

}  // namespace
}  // namespace tinyc
