// SPDX-License-Identifier: Apache-2.0
//
// Every pooling kernel against its definition.

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

// A random shape, every window of which meets the input.
tc_pool_shape RandomShape(Random& random) {
  tc_pool_shape s = {};
  s.batch = random.Int(1, 2);
  s.channels = random.Int(1, 20);
  s.count_include_pad = random.Int(0, 1);
  const bool volume = random.Int(0, 3) == 0;
  for (int d = 0; d < 3; ++d) {
    s.in[d] = s.out[d] = s.kernel[d] = s.stride[d] = s.dilation[d] = 1;
    if (d == 0 && !volume) continue;
    for (s.out[d] = 0; s.out[d] <= 0;) {
      s.in[d] = random.Int(1, volume ? 6 : 12);
      s.kernel[d] = random.Int(1, 4);
      s.stride[d] = random.Int(1, 3);
      s.dilation[d] = random.Int(0, 3) == 0 ? random.Int(1, 2) : 1;
      // A window whose first tap is in the input or one dilation before it.
      s.pad[d] = s.kernel[d] > 1 ? random.Int(0, s.dilation[d]) : 0;
      s.pad_end[d] = random.Int(0, 1);
      // Up to one window more than fits the padded input, as in ceil mode.
      const int32_t room = s.in[d] + s.pad[d] + s.pad_end[d] -
                           (s.kernel[d] - 1) * s.dilation[d] - 1;
      s.out[d] = room < 0 ? 0 : room / s.stride[d] + 1 + random.Int(0, 1);
      while (s.out[d] > 0 &&
             (s.out[d] - 1) * s.stride[d] >= s.in[d] + s.pad[d]) {
        --s.out[d];
      }
      // A dilated window may still miss a small input.
      if (s.in[d] < s.dilation[d]) s.out[d] = 0;
    }
  }
  return s;
}

// The elements of the window of one output, where they are, and the divisor of
// its average.
template <typename T>
struct Window {
  std::vector<T> elements;
  std::vector<int64_t> row_major;     // with channels first
  std::vector<int64_t> column_major;  // likewise
  int32_t divisor = 0;
};

template <typename T>
Window<T> WindowAt(const tc_pool_shape& s, const std::vector<T>& x,
                   int64_t output) {
  const int64_t c = output % s.channels;
  output /= s.channels;
  const int64_t ox = output % s.out[2];
  output /= s.out[2];
  const int64_t oy = output % s.out[1];
  output /= s.out[1];
  const int64_t oz = output % s.out[0];
  const int64_t n = output / s.out[0];
  const int64_t plane = (n * s.channels + c) * s.in[0] * s.in[1] * s.in[2];
  Window<T> window;
  for (int32_t kz = 0; kz < s.kernel[0]; ++kz) {
    for (int32_t ky = 0; ky < s.kernel[1]; ++ky) {
      for (int32_t kx = 0; kx < s.kernel[2]; ++kx) {
        const int64_t i[3] = {oz * s.stride[0] - s.pad[0] + kz * s.dilation[0],
                              oy * s.stride[1] - s.pad[1] + ky * s.dilation[1],
                              ox * s.stride[2] - s.pad[2] + kx * s.dilation[2]};
        bool inside = true;
        bool padded = true;
        for (int d = 0; d < 3; ++d) {
          inside = inside && i[d] >= 0 && i[d] < s.in[d];
          padded = padded && i[d] < s.in[d] + s.pad_end[d];
        }
        if (inside) {
          window.elements.push_back(
              x[(((n * s.in[0] + i[0]) * s.in[1] + i[1]) * s.in[2] + i[2]) *
                    s.channels +
                c]);
          window.row_major.push_back(plane + (i[0] * s.in[1] + i[1]) * s.in[2] +
                                     i[2]);
          window.column_major.push_back(plane + i[0] +
                                        s.in[0] * (i[1] + s.in[1] * i[2]));
        }
        if (inside || (s.count_include_pad && padded)) ++window.divisor;
      }
    }
  }
  return window;
}

int64_t Inputs(const tc_pool_shape& s) {
  return int64_t{s.batch} * s.in[0] * s.in[1] * s.in[2] * s.channels;
}

int64_t Outputs(const tc_pool_shape& s) {
  return int64_t{s.batch} * s.out[0] * s.out[1] * s.out[2] * s.channels;
}

class MaxPoolTest : public testing::TestWithParam<KernelRow> {};

TEST_P(MaxPoolTest, IsTheGreatestOfTheWindow) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_arithmetic_v<T>) {
      Random random(31);
      for (int i = 0; i < 200; ++i) {
        const tc_pool_shape s = RandomShape(random);
        const std::vector<T> x = random.Elements<T>(Inputs(s));
        Guarded<T> y(Outputs(s));
        GetParam().As<void(const tc_pool_shape*, const T*, T*)>()(&s, x.data(),
                                                                  y.data());
        for (int64_t k = 0; k < Outputs(s); ++k) {
          const auto elements = WindowAt(s, x, k).elements;
          ASSERT_EQ(y[k], *std::max_element(elements.begin(), elements.end()));
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, MaxPoolTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_MAX_POOL")),
                         RowName());

class AvgPoolTest : public testing::TestWithParam<KernelRow> {};

TEST_P(AvgPoolTest, IsTheMeanOfTheWindow) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_floating_point_v<T>) {
      Random random(32);
      for (int i = 0; i < 200; ++i) {
        const tc_pool_shape s = RandomShape(random);
        const std::vector<T> x = random.Elements<T>(Inputs(s));
        Guarded<T> y(Outputs(s));
        GetParam().As<void(const tc_pool_shape*, const T*, T*)>()(&s, x.data(),
                                                                  y.data());
        for (int64_t k = 0; k < Outputs(s); ++k) {
          const Window<T> window = WindowAt(s, x, k);
          long double sum = 0;
          for (const T v : window.elements) sum += v;
          ASSERT_NEAR(y[k], static_cast<double>(sum / window.divisor), 2e-6);
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, AvgPoolTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_AVG_POOL")),
                         RowName());

class AvgPoolQuantTest : public testing::TestWithParam<KernelRow> {};

TEST_P(AvgPoolQuantTest, IsTheRoundedMeanOfTheWindow) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_integral_v<T> && sizeof(T) <= 2) {
      const int32_t least = std::numeric_limits<T>::min();
      const int32_t greatest = std::numeric_limits<T>::max();
      Random random(33);
      for (int i = 0; i < 200; ++i) {
        tc_pool_shape s = RandomShape(random);
        const int32_t area = s.kernel[0] * s.kernel[1] * s.kernel[2];
        s.uniform = random.Int(0, 1);
        const std::vector<T> x = random.Elements<T>(Inputs(s));
        const Scale scale =
            RandomScale<T>(random, area * 2.0 * std::numeric_limits<T>::max());
        const std::vector<int32_t> mult =
            random.Ints(s.uniform ? 1 : area, scale.mult / 2, scale.mult);
        const tc_avg_pool_quant q = {random.Int(least, greatest),
                                     random.Int(least, greatest), scale.shift,
                                     random.Bool() ? least : 0, greatest};
        Guarded<T> y(Outputs(s));
        GetParam()
            .As<void(const tc_pool_shape*, const tc_avg_pool_quant*, const T*,
                     const int32_t*, T*)>()(&s, &q, x.data(), mult.data(),
                                            y.data());
        for (int64_t k = 0; k < Outputs(s); ++k) {
          const Window<T> window = WindowAt(s, x, k);
          int64_t sum = 0;
          for (const T v : window.elements) sum += v - q.in_zero;
          const int32_t m = mult[s.uniform ? 0 : window.divisor - 1];
          ASSERT_EQ(y[k],
                    ClampTo<T>(RoundScaled(sum, m, scale.exponent) + q.out_zero,
                               q.lo, q.hi));
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(
    Kernels, AvgPoolQuantTest,
    testing::ValuesIn(KernelRowsMadeBy("TC_AVG_POOL_QUANT")), RowName());

class ArgMaxPoolTest : public testing::TestWithParam<KernelRow> {};

TEST_P(ArgMaxPoolTest, IsThePositionOfTheFirstMaximum) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_arithmetic_v<T>) {
      Random random(34);
      for (int i = 0; i < 200; ++i) {
        tc_pool_shape s = RandomShape(random);
        s.column_major = random.Int(0, 1);
        // Few values, so that many are equal.
        std::vector<T> x;
        for (int64_t k = 0; k < Inputs(s); ++k) {
          x.push_back(static_cast<T>(random.Int(0, 3)));
        }
        Guarded<int64_t> y(Outputs(s));
        GetParam().As<void(const tc_pool_shape*, const T*, int64_t*)>()(
            &s, x.data(), y.data());
        for (int64_t k = 0; k < Outputs(s); ++k) {
          const Window<T> window = WindowAt(s, x, k);
          const auto& elements = window.elements;
          const auto at = static_cast<size_t>(
              std::max_element(elements.begin(), elements.end()) -
              elements.begin());
          ASSERT_EQ(y[k], s.column_major ? window.column_major[at]
                                         : window.row_major[at]);
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, ArgMaxPoolTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_ARG_MAX_POOL")),
                         RowName());

class LpPoolTest : public testing::TestWithParam<KernelRow> {};

TEST_P(LpPoolTest, IsTheNormOfTheWindow) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_floating_point_v<T>) {
      Random random(35);
      for (int i = 0; i < 200; ++i) {
        tc_pool_shape s = RandomShape(random);
        s.p = random.Int(1, 4);
        const std::vector<T> x = random.Elements<T>(Inputs(s));
        Guarded<T> y(Outputs(s));
        GetParam().As<void(const tc_pool_shape*, const T*, T*)>()(&s, x.data(),
                                                                  y.data());
        for (int64_t k = 0; k < Outputs(s); ++k) {
          double sum = 0;
          for (const T v : WindowAt(s, x, k).elements) {
            sum += std::pow(std::abs(static_cast<double>(v)), s.p);
          }
          ASSERT_NEAR(y[k], std::pow(sum, 1.0 / s.p), 1e-4);
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, LpPoolTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_LP_POOL")),
                         RowName());

template <typename T>
void TestUnpool(const KernelRow& row) {
  const tc_max_unpool_shape s = {4, 3};
  const std::vector<T> x = {1, 2, 3, 4};
  const std::vector<int64_t> index = {2, 0, 3, -1};
  Guarded<T> y(3);
  for (int i = 0; i < 3; ++i) y[i] = 9;
  row.As<void(const tc_max_unpool_shape*, const void*, const int64_t*,
              void*)>()(&s, x.data(), index.data(), y.data());
  EXPECT_EQ(y[0], 2u);
  EXPECT_EQ(y[1], 9u);
  EXPECT_EQ(y[2], 1u);
}

TEST(MaxUnpoolTest, PutsElementsAtTheirPlaces) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_MAX_UNPOOL")) {
    SCOPED_TRACE(row.symbol);
    const std::string_view bytes = SuffixOf(row.family);
    if (bytes == "b1") {
      TestUnpool<uint8_t>(row);
    } else if (bytes == "b2") {
      TestUnpool<uint16_t>(row);
    } else if (bytes == "b4") {
      TestUnpool<uint32_t>(row);
    } else {
      TestUnpool<uint64_t>(row);
    }
  }
}

class AvgPoolPartTest : public testing::TestWithParam<KernelRow> {};

TEST_P(AvgPoolPartTest, IsTheRoundedMeanOfAllParts) {
  Random random(34);
  for (int i = 0; i < 200; ++i) {
    const int32_t channels = random.Int(1, 20);
    const int32_t parts = random.Int(1, 5);
    const Scale scale = RandomScale<int8_t>(random, 8 * parts * 256.0);
    const tc_avg_pool_quant q = {random.Int(-128, 127), random.Int(-128, 127),
                                 scale.shift, random.Bool() ? -128 : 0, 127};
    std::vector<int64_t> acc(static_cast<size_t>(channels));
    Guarded<int32_t> sum(channels);
    Guarded<int8_t> y(channels);
    for (int32_t part = 0; part < parts; ++part) {
      const tc_avg_pool_part_shape s = {random.Int(1, 8), channels, part == 0,
                                        part == parts - 1, 0};
      const std::vector<int8_t> x =
          random.Elements<int8_t>(int64_t{s.pixels} * channels);
      for (size_t k = 0; k < x.size(); ++k) {
        acc[k % acc.size()] += x[k] - q.in_zero;
      }
      GetParam().As<tc_avg_pool_part_s8_fn>()(&s, &q, x.data(), &scale.mult,
                                              sum.data(), y.data());
    }
    for (size_t c = 0; c < acc.size(); ++c) {
      ASSERT_EQ(y[c], ClampTo<int8_t>(
                          RoundScaled(acc[c], scale.mult, scale.exponent) +
                              q.out_zero,
                          q.lo, q.hi));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, AvgPoolPartTest,
                         testing::ValuesIn(KernelRows("avg_pool_part_s8")),
                         RowName());

class AvgPoolPartF32Test : public testing::TestWithParam<KernelRow> {};

TEST_P(AvgPoolPartF32Test, AddsInTheOrderOfTheWhole) {
  Random random(35);
  for (int i = 0; i < 200; ++i) {
    const int32_t channels = random.Int(1, 20);
    const int32_t parts = random.Int(1, 5);
    const int32_t pixels = random.Int(1, 8);
    std::vector<float> acc(static_cast<size_t>(channels), 0.0f);
    Guarded<float> sum(channels);
    Guarded<float> y(channels);
    for (int32_t part = 0; part < parts; ++part) {
      const tc_avg_pool_part_shape s = {pixels, channels, part == 0,
                                        part == parts - 1, parts * pixels};
      const std::vector<float> x =
          random.Elements<float>(int64_t{pixels} * channels);
      for (size_t k = 0; k < x.size(); ++k) acc[k % acc.size()] += x[k];
      GetParam().As<tc_avg_pool_part_f32_fn>()(&s, x.data(), sum.data(),
                                               y.data());
    }
    for (size_t c = 0; c < acc.size(); ++c) {
      ASSERT_EQ(y[c], acc[c] / static_cast<float>(parts * pixels));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, AvgPoolPartF32Test,
                         testing::ValuesIn(KernelRows("avg_pool_part_f32")),
                         RowName());

}  // namespace
}  // namespace tinyc
