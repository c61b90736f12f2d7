// SPDX-License-Identifier: Apache-2.0
//
// The fixed-point arithmetic of the runtime, by hand and against 128 bits.

#include <cstdint>
#include <limits>

#include "gtest/gtest.h"
#include "tc_fixed.h"
#include "tests/kernels/fixture.h"

namespace tinyc {
namespace {

constexpr int32_t kHalf = 1 << 30;  // with shift 1, a scale of one half

TEST(RequantTest, RoundsToNearestAndTiesUp) {
  // acc * 2^shift * mult / 2^32: with mult 2^30 and shift 1, acc / 2.
  EXPECT_EQ(tc_requant(4, kHalf, 1), 2);
  EXPECT_EQ(tc_requant(5, kHalf, 1), 3);
  EXPECT_EQ(tc_requant(-5, kHalf, 1), -2);
  EXPECT_EQ(tc_requant(-6, kHalf, 1), -3);
  EXPECT_EQ(tc_requant(1, kHalf, 1), 1);
  EXPECT_EQ(tc_requant(-1, kHalf, 1), 0);
  // Quarters: 0.25 and 0.75.
  EXPECT_EQ(tc_requant(1, kHalf, 0), 0);
  EXPECT_EQ(tc_requant(3, kHalf, 0), 1);
  EXPECT_EQ(tc_requant(-3, kHalf, 0), -1);
  // Just below one half of 3 is 1.4999...
  EXPECT_EQ(tc_requant(3, kHalf - 1, 1), 1);
}

TEST(RequantTest, TakesTheLargestAccumulators) {
  EXPECT_EQ(tc_requant(std::numeric_limits<int32_t>::max(), kHalf, 0), 1 << 29);
  EXPECT_EQ(tc_requant(std::numeric_limits<int32_t>::min(), kHalf, 0),
            -(1 << 29));
  EXPECT_EQ(tc_requant(-1, kHalf, 31), -(1 << 29));
}

TEST(RequantTest, IsTheRoundedProduct) {
  Random random(1);
  for (int i = 0; i < 20000; ++i) {
    const int32_t shift = random.Int(0, 31);
    const int32_t bound = std::numeric_limits<int32_t>::max() >> shift;
    const int32_t acc = random.Int(-int64_t{bound} - 1, bound);
    const int32_t mult = random.Int(0, std::numeric_limits<int32_t>::max());
    ASSERT_EQ(tc_requant(acc, mult, shift),
              static_cast<int32_t>(
                  RoundScaled(Int128{acc} * (Int128{1} << shift), mult, 32)))
        << acc << " " << mult << " " << shift;
  }
}

TEST(RequantTest, HalvesGiveTheSame) {
  constexpr int32_t kMost = std::numeric_limits<int32_t>::max();
  constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();
  const auto expect = [](int32_t a, int32_t b) {
    ASSERT_EQ(tc_high_by_halves(a, b),
              static_cast<int32_t>(RoundScaled(Int128{a}, b, 32)))
        << a << " " << b;
  };
  const int32_t edges[] = {kLeast, kLeast + 1, -65537, -65536,    -65535,
                           -1,     0,          1,      0x7fff,    0x8000,
                           0xffff, 65536,      65537,  kMost - 1, kMost};
  for (const int32_t a : edges) {
    for (const int32_t b : edges) {
      if (b >= 0) expect(a, b);
    }
  }
  Random random(3);
  for (int i = 0; i < 100000; ++i) {
    expect(random.Int(kLeast, kMost), random.Int(0, kMost));
  }
}

TEST(Requant64Test, RoundsToNearestAndTiesUp) {
  // acc * 2^30 / 2^31: acc / 2.
  EXPECT_EQ(tc_requant64(5, kHalf, 31), 3);
  EXPECT_EQ(tc_requant64(-5, kHalf, 31), -2);
  EXPECT_EQ(tc_requant64(-6, kHalf, 31), -3);
  EXPECT_EQ(tc_requant64(3, kHalf - 1, 31), 1);
  // acc * 2^30 / 2^62.
  EXPECT_EQ(tc_requant64(int64_t{1} << 31, kHalf, 62), 1);
  EXPECT_EQ(tc_requant64((int64_t{1} << 31) - 1, kHalf, 62), 0);
  EXPECT_EQ(tc_requant64(-(int64_t{1} << 31), kHalf, 62), 0);
  EXPECT_EQ(tc_requant64(-(int64_t{1} << 31) - 1, kHalf, 62), -1);
}

TEST(Requant64Test, Saturates) {
  const int64_t large = (int64_t{1} << 47) - 1;
  EXPECT_EQ(tc_requant64(large, kHalf, 17),
            std::numeric_limits<int32_t>::max());
  EXPECT_EQ(tc_requant64(-large, kHalf, 17),
            std::numeric_limits<int32_t>::min());
}

TEST(Requant64Test, IsTheRoundedProduct) {
  Random random(2);
  for (int i = 0; i < 20000; ++i) {
    const int64_t high = random.Int(-(1 << 30) + 1, (1 << 30) - 1);
    const int64_t acc =
        (high * (1 << 17) + random.Int(0, (1 << 17) - 1)) >> random.Int(0, 40);
    const int32_t mult = random.Int(kHalf, std::numeric_limits<int32_t>::max());
    const int32_t shift = random.Int(17, 62);
    ASSERT_EQ(tc_requant64(acc, mult, shift),
              ClampTo<int32_t>(RoundScaled(acc, mult, shift),
                               std::numeric_limits<int32_t>::min(),
                               std::numeric_limits<int32_t>::max()))
        << acc << " " << mult << " " << shift;
  }
}

TEST(ClampOffsetTest, DoesNotOverflow) {
  EXPECT_EQ(tc_clamp_offset(std::numeric_limits<int32_t>::max(), 5, -128, 127),
            127);
  EXPECT_EQ(tc_clamp_offset(std::numeric_limits<int32_t>::min(), -5, -128, 127),
            -128);
  EXPECT_EQ(tc_clamp_offset(100, 27, -128, 127), 127);
  EXPECT_EQ(tc_clamp_offset(100, 26, -128, 127), 126);
  EXPECT_EQ(tc_clamp_offset(-100, 26, -10, 127), -10);
}

}  // namespace
}  // namespace tinyc
