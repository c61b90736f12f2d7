// SPDX-License-Identifier: Apache-2.0
//
// What the instructions of tc_dsp.h give in C, by hand.  That the instructions
// give the same is for the emulator to say.

#include <cstdint>

#include "gtest/gtest.h"
#include "tc_dsp.h"

namespace tinyc {
namespace {

TEST(DspTest, TakesPairsApart) {
  EXPECT_EQ(tc_low(0x8000ffffu), -1);
  EXPECT_EQ(tc_high(0x8000ffffu), -32768);
  EXPECT_EQ(tc_pair(-2, 3), 0x0003fffeu);
  EXPECT_EQ(tc_lows(0x11112222u, 0x33334444u), 0x44442222u);
  EXPECT_EQ(tc_highs(0x11112222u, 0x33334444u), 0x33331111u);
}

TEST(DspTest, WidensBytes) {
  const uint8_t bytes[] = {0x00, 0x01, 0x80, 0x7f, 0xff};
  EXPECT_EQ(tc_load4(bytes + 1), 0xff7f8001u);
  EXPECT_EQ(tc_even_bytes(0xff7f8001u), 0x007f0001u);
  EXPECT_EQ(tc_odd_bytes(0xff7f8001u), 0xffffff80u);
}

TEST(DspTest, ZipsBytes) {
  uint32_t pairs[4];
  tc_zip4(0xff7f8001u, 0x04fd02feu, pairs);
  EXPECT_EQ(pairs[0], 0xfffe0001u);
  EXPECT_EQ(pairs[1], 0x0002ff80u);
  EXPECT_EQ(pairs[2], 0xfffd007fu);
  EXPECT_EQ(pairs[3], 0x0004ffffu);
}

TEST(DspTest, AddsOneProduct) {
  EXPECT_EQ(tc_mac_low_high(tc_pair(3, -5), tc_pair(7, 11), 1000), 1000 + 33);
  EXPECT_EQ(tc_mac_low_high(0x00008000u, 0x80000000u, INT32_MAX),
            INT32_MIN + ((1 << 30) - 1));
}

TEST(DspTest, Saturates) {
  EXPECT_EQ(tc_saturate8(127), 127);
  EXPECT_EQ(tc_saturate8(128), 127);
  EXPECT_EQ(tc_saturate8(INT32_MAX), 127);
  EXPECT_EQ(tc_saturate8(-128), -128);
  EXPECT_EQ(tc_saturate8(-129), -128);
}

TEST(DspTest, RequantizesOntoAZeroPoint) {
  // 1.25, and the ties 2.5 and -2.5, which go up.
  EXPECT_EQ(tc_requant_add(5, 1 << 30, 100), 101);
  EXPECT_EQ(tc_requant_add(10, 1 << 30, 100), 103);
  EXPECT_EQ(tc_requant_add(-10, 1 << 30, 100), 98);
}

TEST(DspTest, AddsTwoProducts) {
  EXPECT_EQ(tc_mac2(tc_pair(3, -5), tc_pair(7, 11), 1000), 1000 + 21 - 55);
  // 2 * 2^30 + (2^31 - 1) wraps around, as the instruction does.
  EXPECT_EQ(tc_mac2(0x80008000u, 0x80008000u, INT32_MAX), -1);
}

}  // namespace
}  // namespace tinyc
