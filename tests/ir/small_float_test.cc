// SPDX-License-Identifier: Apache-2.0
//
// Bits worked out by hand from the definitions of the formats.

#include "compiler/ir/small_float.h"

#include <cmath>
#include <cstdint>

#include "gtest/gtest.h"

namespace tinyc {
namespace {

TEST(SmallFloatTest, F16) {
  const auto bits = [](double v) { return DoubleToSmallFloat(DType::kF16, v); };
  EXPECT_EQ(bits(1), 0x3c00u);
  EXPECT_EQ(bits(-2), 0xc000u);
  EXPECT_EQ(bits(-0.0), 0x8000u);
  EXPECT_EQ(bits(65504), 0x7bffu);
  EXPECT_EQ(bits(65519), 0x7bffu);
  EXPECT_EQ(bits(65520), 0x7c00u);  // a tie, to infinity
  EXPECT_EQ(bits(-INFINITY), 0xfc00u);
  EXPECT_EQ(bits(1 + 0x1p-11), 0x3c00u);  // ties to even
  EXPECT_EQ(bits(1 + 3 * 0x1p-11), 0x3c02u);
  EXPECT_EQ(bits(0x1p-24), 0x0001u);  // the least subnormal
  EXPECT_EQ(bits(0x1p-25), 0x0000u);
  EXPECT_EQ(bits(0x1.8p-24), 0x0002u);
  EXPECT_EQ(bits(0x1p-14), 0x0400u);  // the least normal
}

TEST(SmallFloatTest, BF16) {
  const auto bits = [](double v) {
    return DoubleToSmallFloat(DType::kBF16, v);
  };
  EXPECT_EQ(bits(1), 0x3f80u);
  EXPECT_EQ(bits(1 + 0x1p-8), 0x3f80u);
  EXPECT_EQ(bits(1 + 3 * 0x1p-8), 0x3f82u);
  EXPECT_EQ(bits(0x1.fep127), 0x7f7fu);
  EXPECT_EQ(bits(0x1.ffp127), 0x7f80u);  // a tie, to infinity
  // Rounded once: a float in between would round this down to 1 first.
  EXPECT_EQ(bits(1 + 0x1p-8 + 0x1p-40), 0x3f81u);
}

TEST(SmallFloatTest, F8) {
  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E4M3FN, 1), 0x38u);
  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E4M3FN, 448), 0x7eu);
  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E4M3FN, 1000), 0x7eu);
  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E4M3FN, -0x1p-9), 0x81u);
  EXPECT_TRUE(std::isnan(SmallFloatToDouble(DType::kF8E4M3FN, 0x7f)));

  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E5M2, 1), 0x3cu);
  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E5M2, 57344), 0x7bu);
  EXPECT_EQ(SmallFloatToDouble(DType::kF8E5M2, 0x7c), INFINITY);

  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E4M3FNUZ, 1), 0x40u);
  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E4M3FNUZ, 240), 0x7fu);
  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E4M3FNUZ, -0.0), 0x00u);
  EXPECT_TRUE(std::isnan(SmallFloatToDouble(DType::kF8E4M3FNUZ, 0x80)));

  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E5M2FNUZ, 1), 0x40u);
  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E5M2FNUZ, 57344), 0x7fu);
}

TEST(SmallFloatTest, F4) {
  const double values[] = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
  for (uint32_t i = 0; i < 8; ++i) {
    EXPECT_EQ(SmallFloatToDouble(DType::kF4E2M1, i), values[i]);
    EXPECT_EQ(DoubleToSmallFloat(DType::kF4E2M1, -values[i]), i | 8);
  }
  EXPECT_EQ(DoubleToSmallFloat(DType::kF4E2M1, 2.5), 4u);  // ties to even
  EXPECT_EQ(DoubleToSmallFloat(DType::kF4E2M1, 3.5), 6u);
  EXPECT_EQ(DoubleToSmallFloat(DType::kF4E2M1, 100), 7u);
}

TEST(SmallFloatTest, F8E8M0) {
  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E8M0, 1), 127u);
  EXPECT_EQ(DoubleToSmallFloat(DType::kF8E8M0, 0.25), 125u);
  EXPECT_EQ(SmallFloatToDouble(DType::kF8E8M0, 0), 0x1p-127);
  EXPECT_EQ(SmallFloatToDouble(DType::kF8E8M0, 254), 0x1p127);
  EXPECT_TRUE(std::isnan(SmallFloatToDouble(DType::kF8E8M0, 255)));
}

// The tables of ONNX's Cast.
TEST(SmallFloatTest, F8Saturates) {
  const auto bits = [](DType dtype, double value, bool saturate) {
    return DoubleToFloat8(dtype, value, saturate, RoundMode::kUp);
  };
  for (const double much : {1e6, double{INFINITY}}) {
    EXPECT_EQ(bits(DType::kF8E4M3FN, much, true), 0x7eu);
    EXPECT_EQ(bits(DType::kF8E4M3FN, -much, false), 0xffu);
    EXPECT_EQ(bits(DType::kF8E4M3FNUZ, much, true), 0x7fu);
    EXPECT_EQ(bits(DType::kF8E4M3FNUZ, -much, false), 0x80u);
    EXPECT_EQ(bits(DType::kF8E5M2, -much, true), 0xfbu);
    EXPECT_EQ(bits(DType::kF8E5M2, -much, false), 0xfcu);
    EXPECT_EQ(bits(DType::kF8E5M2FNUZ, much, true), 0x7fu);
    EXPECT_EQ(bits(DType::kF8E5M2FNUZ, much, false), 0x80u);
    EXPECT_EQ(bits(DType::kF8E8M0, INFINITY, true), 254u);
    EXPECT_EQ(bits(DType::kF8E8M0, INFINITY, false), 255u);
  }
  EXPECT_EQ(bits(DType::kF8E8M0, 0, true), 0u);
  EXPECT_EQ(bits(DType::kF8E8M0, 0, false), 255u);
}

TEST(SmallFloatTest, E8M0RoundsAsAsked) {
  const auto bits = [](double value, RoundMode mode) {
    return DoubleToFloat8(DType::kF8E8M0, value, true, mode);
  };
  EXPECT_EQ(bits(1.25, RoundMode::kUp), 128u);
  EXPECT_EQ(bits(1.75, RoundMode::kDown), 127u);
  EXPECT_EQ(bits(1.25, RoundMode::kNearest), 127u);
  EXPECT_EQ(bits(1.5, RoundMode::kNearest), 128u);
  EXPECT_EQ(bits(0x1.8p127, RoundMode::kUp), 254u);
}

TEST(SmallFloatTest, EveryNumberKeepsItsBits) {
  for (const DType dtype :
       {DType::kF16, DType::kBF16, DType::kF8E4M3FN, DType::kF8E4M3FNUZ,
        DType::kF8E5M2, DType::kF8E5M2FNUZ, DType::kF4E2M1, DType::kF8E8M0}) {
    for (uint32_t bits = 0; bits < 1u << InfoOf(dtype).bits; ++bits) {
      const double value = SmallFloatToDouble(dtype, bits);
      if (std::isnan(value)) continue;
      ASSERT_EQ(DoubleToSmallFloat(dtype, value), bits)
          << InfoOf(dtype).text << " " << value;
    }
  }
}

}  // namespace
}  // namespace tinyc
