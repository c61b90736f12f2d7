// SPDX-License-Identifier: Apache-2.0
//
// Every general convolution kernel against its definition: every element of
// the input meets every tap and adds to the output where they meet.

#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

constexpr int kShapes = 150;

tc_conv3d_shape RandomShape(Random& random) {
  tc_conv3d_shape s = {};
  s.batch = random.Int(1, 2);
  s.group = random.Int(0, 3) == 0 ? random.Int(1, 3) : 1;
  s.in_c = s.group * random.Int(1, 9);
  s.out_c = s.group * random.Int(1, 11);
  const int first = random.Int(0, 1);
  for (int d = 0; d < 3; ++d) {
    s.in[d] = s.out[d] = s.kernel[d] = s.stride[d] = s.dilation[d] = 1;
    s.spread[d] = s.tap_step[d] = 1;
    if (d < first) continue;
    for (s.out[d] = 0; s.out[d] <= 0;) {
      s.in[d] = random.Int(1, 5);
      s.kernel[d] = random.Int(1, 5);
      s.stride[d] = random.Int(1, 3);
      s.dilation[d] = random.Int(1, 3);
      s.spread[d] = random.Int(1, 4);
      s.pad[d] = random.Int(0, 6);
      s.out[d] = random.Int(1, 9);
      for (s.tap_step[d] = 1;
           s.tap_step[d] * s.dilation[d] % s.spread[d] != 0;) {
        ++s.tap_step[d];
      }
    }
  }
  return s;
}

struct Sums {
  std::vector<double> products;    // of each output
  std::vector<double> magnitudes;  // the products without their signs
};

template <typename X, typename W>
Sums SumsOf(const tc_conv3d_shape& s, const std::vector<X>& x, int32_t x_zero,
            const std::vector<W>& w, const std::vector<int32_t>& w_zero) {
  const int64_t outputs =
      int64_t{s.batch} * s.out[0] * s.out[1] * s.out[2] * s.out_c;
  Sums sums = {std::vector<double>(static_cast<size_t>(outputs)),
               std::vector<double>(static_cast<size_t>(outputs))};
  const int32_t in_c = s.in_c / s.group;
  const int32_t out_c = s.out_c / s.group;
  // The output that element `i` reaches through tap `k`, or -1.
  const auto reached = [&](int d, int32_t i, int32_t k) {
    const int32_t at = i * s.spread[d] + s.pad[d] - k * s.dilation[d];
    const bool is_one =
        at >= 0 && at % s.stride[d] == 0 && at / s.stride[d] < s.out[d];
    return is_one ? at / s.stride[d] : -1;
  };
  size_t xi = 0;
  for (int32_t n = 0; n < s.batch; ++n) {
    for (int32_t z = 0; z < s.in[0]; ++z) {
      for (int32_t i = 0; i < s.in[1]; ++i) {
        for (int32_t j = 0; j < s.in[2]; ++j) {
          for (int32_t ci = 0; ci < s.in_c; ++ci, ++xi) {
            for (int32_t kz = 0; kz < s.kernel[0]; ++kz) {
              for (int32_t ky = 0; ky < s.kernel[1]; ++ky) {
                for (int32_t kx = 0; kx < s.kernel[2]; ++kx) {
                  const int32_t oz = reached(0, z, kz);
                  const int32_t oy = reached(1, i, ky);
                  const int32_t ox = reached(2, j, kx);
                  if (oz < 0 || oy < 0 || ox < 0) continue;
                  for (int32_t co = 0; co < out_c; ++co) {
                    const int32_t o = ci / in_c * out_c + co;
                    const size_t wi = static_cast<size_t>(
                        ((((o * s.kernel[0] + kz) * s.kernel[1] + ky) *
                              s.kernel[2] +
                          kx) *
                         in_c) +
                        ci % in_c);
                    const double product =
                        (static_cast<double>(x[xi]) - x_zero) *
                        (static_cast<double>(w[wi]) -
                         w_zero[static_cast<size_t>(o)]);
                    const size_t yi = static_cast<size_t>(
                        (((n * s.out[0] + oz) * s.out[1] + oy) * s.out[2] +
                         ox) *
                            s.out_c +
                        o);
                    sums.products[yi] += product;
                    sums.magnitudes[yi] += std::abs(product);
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  return sums;
}

int32_t Taps(const tc_conv3d_shape& s) {
  return s.kernel[0] * s.kernel[1] * s.kernel[2] * s.in_c / s.group;
}

int64_t Inputs(const tc_conv3d_shape& s) {
  return int64_t{s.batch} * s.in[0] * s.in[1] * s.in[2] * s.in_c;
}

template <typename T>
void TestFloats(const KernelRow& row, double tolerance) {
  Random random(21);
  for (int i = 0; i < kShapes; ++i) {
    const tc_conv3d_shape s = RandomShape(random);
    const std::vector<T> x = random.Elements<T>(Inputs(s));
    const std::vector<T> w = random.Elements<T>(int64_t{s.out_c} * Taps(s));
    const std::vector<T> bias = random.Elements<T>(s.out_c);
    tc_act_f32 act = {-INFINITY, INFINITY};
    if (random.Bool()) act = {-1.0f, 6.0f};
    const Sums sums =
        SumsOf(s, x, 0, w, std::vector<int32_t>(static_cast<size_t>(s.out_c)));
    const std::vector<T> packed =
        PackWeights(w, s.out_c, s.group, Taps(s), row.weight_block);
    Guarded<T> y(static_cast<int64_t>(sums.products.size()));
    row.As<void(const tc_conv3d_shape*, const tc_act_f32*, const T*, const T*,
                const T*, T*)>()(&s, &act, x.data(), packed.data(), bias.data(),
                                 y.data());
    for (size_t k = 0; k < sums.products.size(); ++k) {
      const double b = static_cast<double>(bias[k % bias.size()]);
      const double expected = std::min<double>(
          std::max<double>(sums.products[k] + b, act.lo), act.hi);
      ASSERT_NEAR(y[static_cast<int64_t>(k)], expected,
                  tolerance * (1 + sums.magnitudes[k] + std::abs(b)))
          << "shape " << i << " output " << k;
    }
  }
}

template <typename T, typename B>
void TestQuantized(const KernelRow& row) {
  constexpr bool kBytes = std::is_same_v<T, int8_t>;
  Random random(22);
  for (int i = 0; i < kShapes; ++i) {
    const tc_conv3d_shape s = RandomShape(random);
    const std::vector<T> x = random.Elements<T>(Inputs(s));
    const std::vector<int8_t> w =
        random.Elements<int8_t>(int64_t{s.out_c} * Taps(s));
    const bool asymmetric = kBytes && random.Int(0, 3) == 0;
    const std::vector<int32_t> w_zero =
        random.Ints(s.out_c, asymmetric ? -128 : 0, asymmetric ? 127 : 0);
    std::vector<B> bias;
    for (const int32_t b : random.Ints(s.out_c, -50000, 50000)) {
      bias.push_back(b);
    }
    const Scale scale = RandomScale<T>(
        random, Taps(s) * (kBytes ? 65536.0 : 8388608.0) + 50000);
    const std::vector<int32_t> mult =
        random.Ints(s.out_c, scale.mult / 2, scale.mult);
    const int32_t most = kBytes ? 127 : 32767;
    const tc_weighted_quant q = {random.Int(-most, most),
                                 random.Int(-most, most), scale.shift,
                                 random.Bool() ? -most - 1 : 0, most};
    const Sums sums = SumsOf(s, x, q.in_zero, w, w_zero);
    const std::vector<int8_t> packed =
        PackWeights(w, s.out_c, s.group, Taps(s), row.weight_block);
    Guarded<T> y(static_cast<int64_t>(sums.products.size()));
    if constexpr (kBytes) {
      row.As<tc_conv3d_s8_fn>()(&s, &q, x.data(), packed.data(), bias.data(),
                                mult.data(),
                                asymmetric ? w_zero.data() : nullptr, y.data());
    } else {
      row.As<tc_conv3d_s16_fn>()(&s, &q, x.data(), packed.data(), bias.data(),
                                 mult.data(), y.data());
    }
    for (size_t k = 0; k < sums.products.size(); ++k) {
      const size_t o = k % bias.size();
      const Int128 v =
          RoundScaled(static_cast<int64_t>(sums.products[k]) + bias[o], mult[o],
                      scale.exponent);
      ASSERT_EQ(y[static_cast<int64_t>(k)],
                ClampTo<T>(v + q.out_zero, q.lo, q.hi))
          << "shape " << i << " output " << k;
    }
  }
}

class Conv3dTest : public testing::TestWithParam<KernelRow> {};

TEST_P(Conv3dTest, SumsWhatMeets) {
  const KernelRow& row = GetParam();
  if (row.family == "conv3d_f32") {
    TestFloats<float>(row, 1e-5);
  } else if (row.family == "conv3d_f64") {
    TestFloats<double>(row, 1e-13);
  } else if (row.family == "conv3d_s8") {
    TestQuantized<int8_t, int32_t>(row);
  } else if (row.family == "conv3d_s16") {
    TestQuantized<int16_t, int64_t>(row);
  } else {
    FAIL() << "no test for the family " << row.family;
  }
}

INSTANTIATE_TEST_SUITE_P(Conv3d, Conv3dTest,
                         testing::ValuesIn(KernelRows("conv3d_")), RowName());

}  // namespace
}  // namespace tinyc
