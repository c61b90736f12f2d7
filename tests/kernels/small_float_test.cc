// SPDX-License-Identifier: Apache-2.0
//
// Conversions between f32 and shorter floats, for all bits of the shorter ones
// and all places where rounding turns; packed integers.

#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/types.h"

namespace tinyc {
namespace {

// n, exponent, mantissa, bias, greatest, infinity, nan, beyond.
constexpr tc_small_float kF16 = {1, 5, 10, 15, 0x7bff, 0x7c00, 0x7e00, 0x7c00};
constexpr tc_small_float kBF16 = {1, 8, 7, 127, 0x7f7f, 0x7f80, 0x7fc0, 0x7f80};
constexpr tc_small_float kE4M3FN = {1, 4, 3, 7, 0x7e, 0, 0x7f, 0x7e};
constexpr tc_small_float kE4M3FNUZ = {1, 4, 3, 8, 0x7f, 0, 0x80, 0x80};
constexpr tc_small_float kE5M2 = {1, 5, 2, 15, 0x7b, 0x7c, 0x7e, 0x7c};
constexpr tc_small_float kE2M1 = {1, 2, 1, 1, 7, 0, 0, 7};

// The number with these bits, by its definition.
double Meaning(const tc_small_float& f, uint32_t bits) {
  const uint32_t sign_bit = 1u << (f.exponent + f.mantissa);
  const uint32_t magnitude = bits % sign_bit;
  const double sign = bits >= sign_bit ? -1 : 1;
  if (f.nan != 0 && bits == static_cast<uint32_t>(f.nan)) return NAN;
  if (magnitude > static_cast<uint32_t>(f.greatest)) {
    return f.infinity == static_cast<int32_t>(magnitude) ? sign * INFINITY
                                                         : NAN;
  }
  const int exponent = static_cast<int>(magnitude >> f.mantissa);
  const double fraction =
      std::ldexp(magnitude % (1u << f.mantissa), -f.mantissa);
  return sign * (exponent == 0 ? std::ldexp(fraction, 1 - f.bias)
                               : std::ldexp(1 + fraction, exponent - f.bias));
}

template <typename In, typename Out>
uint32_t Narrowed(const KernelRow& row, const tc_small_float& f, In a) {
  Guarded<Out> y(1);
  row.As<void(const tc_small_float*, const In*, Out*)>()(&f, &a, y.data());
  return y[0];
}

// The numbers from 0 up: each is hit, so is what is nearer to it than to its
// neighbour, and of two neighbours the even one takes the middle.
template <typename In, typename Out>
void TestNarrow(const KernelRow& row, const tc_small_float& f) {
  const uint32_t sign = 1u << (f.exponent + f.mantissa);
  for (uint32_t bits = 0; bits <= static_cast<uint32_t>(f.greatest); ++bits) {
    const double low = Meaning(f, bits);
    const bool last = bits == static_cast<uint32_t>(f.greatest);
    const double high =
        last ? 2 * low - Meaning(f, bits - 1) : Meaning(f, bits + 1);
    const uint32_t above = last ? static_cast<uint32_t>(f.beyond) : bits + 1;
    const double middle = (low + high) / 2;
    const double step = std::ldexp(high - low, -12);
    const auto expect = [&](double a, uint32_t expected) {
      if (std::is_integral_v<In> && a >= 0x1p31) return;
      const In in = static_cast<In>(a);
      if (static_cast<double>(in) != a) return;
      ASSERT_EQ((Narrowed<In, Out>(row, f, in)), expected) << a;
      if (std::is_signed_v<In> && a != 0 && expected != 0) {
        ASSERT_EQ((Narrowed<In, Out>(row, f, static_cast<In>(-a))),
                  expected | sign)
            << -a;
      }
    };
    expect(low, bits);
    expect(middle - step, bits);
    expect(middle, bits % 2 == 0 ? bits : above);
    expect(middle + step, above);
  }
  if constexpr (std::is_floating_point_v<In>) {
    const auto beyond = static_cast<uint32_t>(f.beyond);
    EXPECT_EQ((Narrowed<In, Out>(row, f, INFINITY)), beyond);
    EXPECT_EQ((Narrowed<In, Out>(row, f, -INFINITY)), beyond | sign);
    EXPECT_EQ((Narrowed<In, Out>(row, f, NAN)), static_cast<uint32_t>(f.nan));
    // FNUZ has one zero.
    EXPECT_EQ((Narrowed<In, Out>(row, f, In{-0.0})),
              static_cast<uint32_t>(f.nan) == sign ? 0 : sign);
  }
}

class NarrowTest : public testing::TestWithParam<KernelRow> {};

TEST_P(NarrowTest, RoundsToNearest) {
  const std::string& family = GetParam().family;
  const std::string_view from = SuffixOf(OperatorOf(family));
  WithType(from, [&](auto type) {
    using In = typename decltype(type)::type;
    if constexpr (std::is_arithmetic_v<In>) {
      if (SuffixOf(family) == "b2") {
        TestNarrow<In, uint16_t>(GetParam(), kF16);
        TestNarrow<In, uint16_t>(GetParam(), kBF16);
      } else {
        TestNarrow<In, uint8_t>(GetParam(), kE4M3FN);
        TestNarrow<In, uint8_t>(GetParam(), kE4M3FNUZ);
        TestNarrow<In, uint8_t>(GetParam(), kE5M2);
        TestNarrow<In, uint8_t>(GetParam(), kE2M1);
      }
    }
  });
}

TEST_P(NarrowTest, RoundsOnce) {
  // A little more than the middle between 1 and the next bf16; the float
  // nearest to it is the middle itself.
  if (GetParam().family == "narrow_f64_b2") {
    EXPECT_EQ(
        (Narrowed<double, uint16_t>(GetParam(), kBF16, 0x1.01p0 + 0x1p-40)),
        0x3f81u);
    EXPECT_EQ((Narrowed<double, uint16_t>(GetParam(), kBF16, 1e300)), 0x7f80u);
    EXPECT_EQ((Narrowed<double, uint16_t>(GetParam(), kBF16, -1e-300)),
              0x8000u);
  }
  if (GetParam().family == "narrow_s64_b2") {
    const int64_t above = (int64_t{0x101} << 40) + 1;
    EXPECT_EQ((Narrowed<int64_t, uint16_t>(GetParam(), kBF16, above)), 0x5781u);
    EXPECT_EQ((Narrowed<int64_t, uint16_t>(GetParam(), kBF16, -above)),
              0xd781u);
  }
}

INSTANTIATE_TEST_SUITE_P(TwoBytes, NarrowTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_NARROW_B2")),
                         RowName());
INSTANTIATE_TEST_SUITE_P(Bytes, NarrowTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_NARROW_B1")),
                         RowName());

class WidenTest : public testing::TestWithParam<KernelRow> {};

TEST_P(WidenTest, IsExact) {
  for (const tc_small_float& f :
       {kF16, kBF16, kE4M3FN, kE4M3FNUZ, kE5M2, kE2M1}) {
    const int32_t width = 1 + f.exponent + f.mantissa;
    if ((GetParam().family == "widen_b2") != (width == 16)) continue;
    for (uint32_t bits = 0; bits < 1u << width; ++bits) {
      const uint16_t x = static_cast<uint16_t>(bits);
      Guarded<float> y(1);
      GetParam().As<void(const tc_small_float*, const void*, float*)>()(
          &f, &x, y.data());
      const double expected = Meaning(f, bits);
      if (std::isnan(expected)) {
        ASSERT_TRUE(std::isnan(y[0])) << bits;
      } else {
        ASSERT_EQ(y[0], expected) << bits;
        ASSERT_EQ(std::signbit(y[0]), std::signbit(expected)) << bits;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, WidenTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_WIDEN")),
                         RowName());

// --- E8M0 -------------------------------------------------------------------

class NarrowE8M0Test : public testing::TestWithParam<KernelRow> {};

TEST_P(NarrowE8M0Test, RoundsAsAsked) {
  const std::string_view from = SuffixOf(OperatorOf(GetParam().family));
  WithType(from, [&](auto type) {
    using In = typename decltype(type)::type;
    if constexpr (std::is_arithmetic_v<In>) {
      const auto convert = [&](int32_t mode, double a) {
        const tc_e8m0_shape s = {1, mode, 10, 11};
        const In x = static_cast<In>(a);
        Guarded<uint8_t> y(1);
        GetParam().As<void(const tc_e8m0_shape*, const In*, uint8_t*)>()(
            &s, &x, y.data());
        return int{y[0]};
      };
      // 8 is 2^(130 - 127).
      const double x[] = {8, 9, 11, 12, 15, 16, 0};
      const int expected[3][7] = {{130, 131, 131, 131, 131, 131, 10},
                                  {130, 130, 130, 130, 130, 131, 10},
                                  {130, 130, 130, 131, 131, 131, 10}};
      for (int mode = 0; mode < 3; ++mode) {
        for (int i = 0; i < 7; ++i) {
          EXPECT_EQ(convert(mode, x[i]), expected[mode][i]) << mode << x[i];
        }
      }
      if constexpr (std::is_floating_point_v<In>) {
        EXPECT_EQ(convert(0, 0x1p-127), 0);
        EXPECT_EQ(convert(0, 0x1.8p-127), 1);
        EXPECT_EQ(convert(1, 0x1.8p-127), 0);
        EXPECT_EQ(convert(0, 0x1p-128), 10);
        EXPECT_EQ(convert(1, 0x1.8p127), 254);
        EXPECT_EQ(convert(0, 0x1.8p127), 11);
        EXPECT_EQ(convert(1, INFINITY), 11);
        EXPECT_EQ(convert(1, NAN), 255);
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, NarrowE8M0Test,
                         testing::ValuesIn(KernelRowsMadeBy("TC_NARROW_E8M0")),
                         RowName());

TEST(WidenE8M0Test, IsAPowerOfTwo) {
  const std::vector<uint8_t> x = {0, 1, 127, 254, 255};
  const tc_unary_shape s = {5};
  Guarded<float> y(5);
  tc_widen_e8m0_f32(&s, x.data(), y.data());
  EXPECT_EQ(y[0], 0x1p-127f);
  EXPECT_EQ(y[1], 0x1p-126f);
  EXPECT_EQ(y[2], 1);
  EXPECT_EQ(y[3], 0x1p127f);
  EXPECT_TRUE(std::isnan(y[4]));
}

// --- packed integers --------------------------------------------------------

TEST(PackTest, LowBitsFirst) {
  ASSERT_EQ(KernelRowsMadeBy("TC_PACK").size(), 1u);
  const std::vector<uint8_t> x = {0xf1, 2, 3, 0x8c, 5};
  const tc_bits_shape nibbles = {5, 4, 0};
  Guarded<uint8_t> y(3);
  tc_pack(&nibbles, x.data(), y.data());
  EXPECT_EQ(y[0], 0x21);
  EXPECT_EQ(y[1], 0xc3);
  EXPECT_EQ(y[2], 0x05);
  const tc_bits_shape pairs = {5, 2, 0};
  Guarded<uint8_t> z(2);
  tc_pack(&pairs, x.data(), z.data());
  EXPECT_EQ(z[0], 0x39);  // 00 11 10 01
  EXPECT_EQ(z[1], 0x01);
}

TEST(UnpackTest, ExtendsTheSign) {
  ASSERT_EQ(KernelRowsMadeBy("TC_UNPACK").size(), 1u);
  const std::vector<uint8_t> x = {0x81, 0x07};
  Guarded<uint8_t> y(3);
  const tc_bits_shape natural = {3, 4, 0};
  tc_unpack(&natural, x.data(), y.data());
  EXPECT_EQ(y[0], 1);
  EXPECT_EQ(y[1], 8);
  EXPECT_EQ(y[2], 7);
  const tc_bits_shape whole = {3, 4, 8};
  tc_unpack(&whole, x.data(), y.data());
  EXPECT_EQ(y[0], 1);
  EXPECT_EQ(y[1], 0xf8);
  EXPECT_EQ(y[2], 7);
}

}  // namespace
}  // namespace tinyc
