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

// A random shape, every window of which meets the image.
tc_pool2d_shape RandomShape(Random& random) {
  tc_pool2d_shape s = {};
  while (s.out_h <= 0 || s.out_w <= 0) {
    s.batch = random.Int(1, 2);
    s.in_h = random.Int(1, 12);
    s.in_w = random.Int(1, 12);
    s.channels = random.Int(1, 20);
    s.kernel_h = random.Int(1, 4);
    s.kernel_w = random.Int(1, 4);
    s.stride_h = random.Int(1, 3);
    s.stride_w = random.Int(1, 3);
    s.dilation_h = s.dilation_w = 1;
    if (random.Int(0, 3) == 0) {
      s.dilation_h = random.Int(1, 2);
      s.dilation_w = random.Int(1, 2);
    }
    // A window whose first tap is in the image or one dilation before it.
    s.pad_top = s.kernel_h > 1 ? random.Int(0, s.dilation_h) : 0;
    s.pad_left = s.kernel_w > 1 ? random.Int(0, s.dilation_w) : 0;
    s.pad_bottom = random.Int(0, 1);
    s.pad_right = random.Int(0, 1);
    s.count_include_pad = random.Int(0, 1);
    // Up to one window more than fits the padded image, as in ceil mode.
    const int32_t h =
        s.in_h + s.pad_top + s.pad_bottom - (s.kernel_h - 1) * s.dilation_h - 1;
    const int32_t w =
        s.in_w + s.pad_left + s.pad_right - (s.kernel_w - 1) * s.dilation_w - 1;
    s.out_h = h < 0 ? 0 : h / s.stride_h + 1 + random.Int(0, 1);
    s.out_w = w < 0 ? 0 : w / s.stride_w + 1 + random.Int(0, 1);
    while (s.out_h > 0 && (s.out_h - 1) * s.stride_h >= s.in_h + s.pad_top) {
      --s.out_h;
    }
    while (s.out_w > 0 && (s.out_w - 1) * s.stride_w >= s.in_w + s.pad_left) {
      --s.out_w;
    }
    // A dilated window may still miss a small image.
    if (s.in_h < s.dilation_h || s.in_w < s.dilation_w) s.out_h = 0;
  }
  return s;
}

// The elements of the window of one output, and the divisor of its average.
template <typename T>
struct Window {
  std::vector<T> elements;
  int32_t divisor = 0;
};

template <typename T>
Window<T> WindowAt(const tc_pool2d_shape& s, const std::vector<T>& x,
                   int64_t output) {
  const int64_t c = output % s.channels;
  const int64_t ox = output / s.channels % s.out_w;
  const int64_t oy = output / s.channels / s.out_w % s.out_h;
  const int64_t n = output / s.channels / s.out_w / s.out_h;
  Window<T> window;
  for (int32_t ky = 0; ky < s.kernel_h; ++ky) {
    for (int32_t kx = 0; kx < s.kernel_w; ++kx) {
      const int64_t iy = oy * s.stride_h - s.pad_top + ky * s.dilation_h;
      const int64_t ix = ox * s.stride_w - s.pad_left + kx * s.dilation_w;
      if (iy >= 0 && iy < s.in_h && ix >= 0 && ix < s.in_w) {
        window.elements.push_back(
            x[((n * s.in_h + iy) * s.in_w + ix) * s.channels + c]);
        ++window.divisor;
      } else if (s.count_include_pad && iy < s.in_h + s.pad_bottom &&
                 ix < s.in_w + s.pad_right) {
        ++window.divisor;
      }
    }
  }
  return window;
}

int64_t Outputs(const tc_pool2d_shape& s) {
  return int64_t{s.batch} * s.out_h * s.out_w * s.channels;
}

class MaxPool2dTest : public testing::TestWithParam<KernelRow> {};

TEST_P(MaxPool2dTest, IsTheGreatestOfTheWindow) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_arithmetic_v<T>) {
      Random random(31);
      for (int i = 0; i < 200; ++i) {
        const tc_pool2d_shape s = RandomShape(random);
        const std::vector<T> x =
            random.Elements<T>(int64_t{s.batch} * s.in_h * s.in_w * s.channels);
        Guarded<T> y(Outputs(s));
        GetParam().As<void(const tc_pool2d_shape*, const T*, T*)>()(
            &s, x.data(), y.data());
        for (int64_t k = 0; k < Outputs(s); ++k) {
          const auto elements = WindowAt(s, x, k).elements;
          ASSERT_EQ(y[k], *std::max_element(elements.begin(), elements.end()));
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, MaxPool2dTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_MAX_POOL2D")),
                         RowName());

class AvgPool2dTest : public testing::TestWithParam<KernelRow> {};

TEST_P(AvgPool2dTest, IsTheMeanOfTheWindow) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_floating_point_v<T>) {
      Random random(32);
      for (int i = 0; i < 200; ++i) {
        const tc_pool2d_shape s = RandomShape(random);
        const std::vector<T> x =
            random.Elements<T>(int64_t{s.batch} * s.in_h * s.in_w * s.channels);
        Guarded<T> y(Outputs(s));
        GetParam().As<void(const tc_pool2d_shape*, const T*, T*)>()(
            &s, x.data(), y.data());
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

INSTANTIATE_TEST_SUITE_P(Kernels, AvgPool2dTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_AVG_POOL2D")),
                         RowName());

class AvgPool2dQuantTest : public testing::TestWithParam<KernelRow> {};

TEST_P(AvgPool2dQuantTest, IsTheRoundedMeanOfTheWindow) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_integral_v<T> && sizeof(T) <= 2) {
      const int32_t least = std::numeric_limits<T>::min();
      const int32_t greatest = std::numeric_limits<T>::max();
      Random random(33);
      for (int i = 0; i < 200; ++i) {
        tc_pool2d_shape s = RandomShape(random);
        const int32_t area = s.kernel_h * s.kernel_w;
        s.uniform = random.Int(0, 1);
        const std::vector<T> x =
            random.Elements<T>(int64_t{s.batch} * s.in_h * s.in_w * s.channels);
        const Scale scale =
            RandomScale<T>(random, area * 2.0 * std::numeric_limits<T>::max());
        const std::vector<int32_t> mult =
            random.Ints(s.uniform ? 1 : area, scale.mult / 2, scale.mult);
        const tc_avg_pool2d_quant q = {random.Int(least, greatest),
                                       random.Int(least, greatest), scale.shift,
                                       random.Bool() ? least : 0, greatest};
        Guarded<T> y(Outputs(s));
        GetParam()
            .As<void(const tc_pool2d_shape*, const tc_avg_pool2d_quant*,
                     const T*, const int32_t*, T*)>()(&s, &q, x.data(),
                                                      mult.data(), y.data());
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
    Kernels, AvgPool2dQuantTest,
    testing::ValuesIn(KernelRowsMadeBy("TC_AVG_POOL2D_QUANT")), RowName());

}  // namespace
}  // namespace tinyc
