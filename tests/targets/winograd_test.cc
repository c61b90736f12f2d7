// SPDX-License-Identifier: Apache-2.0
//
// The words of runtime/include/tc_winograd.h, written out by hand.

#include "compiler/targets/winograd.h"

#include <cstdint>
#include <map>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::Pair;

// One output channel of 3x3 windows over four channels, of which only one has
// weights.
Tensor Weights(int64_t channel, const std::vector<int64_t>& taps) {
  Tensor rows(TensorType(DType::kS8, {1, 3, 3, 4}));
  for (int64_t tap = 0; tap < 9; ++tap) {
    rows.SetInt(4 * tap + channel, taps[static_cast<size_t>(tap)]);
  }
  return rows;
}

// The words that are not 0, by their index; `first` is the bias.
std::map<int64_t, int64_t> WordsOf(const Tensor& rows, int64_t shift,
                                   int64_t first = 5) {
  Tensor bias(TensorType(DType::kS32, {1}));
  Tensor mult(TensorType(DType::kS32, {1}));
  bias.SetInt(0, first);
  mult.SetInt(0, 7);
  const std::optional<Tensor> words = WinogradRows(rows, bias, mult, shift);
  std::map<int64_t, int64_t> found;
  if (!words) return found;
  // 16 positions of 2 pairs for each of 4 channels, 4 biases, 4 multipliers.
  EXPECT_EQ(words->size(), 16 * 2 * 4 + 8);
  for (int64_t i = 0; i < words->size(); ++i) {
    if (words->IntAt(i) != 0) found[i] = words->IntAt(i);
  }
  return found;
}

TEST(WinogradRowsTest, TheMiddleTap) {
  // 2 G (0, 1, 0) = (0, 1, -1, 0), in both directions, times 2^3: positions 5,
  // 6, 9 and 10, 8 words each.  The bias is 4 * 5 * 2^3.
  EXPECT_THAT(WordsOf(Weights(0, {0, 0, 0, 0, 1, 0, 0, 0, 0}), 3),
              ElementsAre(Pair(40, 8), Pair(48, 0xfff8), Pair(72, 0xfff8),
                          Pair(80, 8), Pair(128, 160), Pair(132, 7)));
}

TEST(WinogradRowsTest, TheFirstTapOfTheLastChannel) {
  // 2 G (1, 0, 0) = (2, 1, 1, 0).  Channel 3 is the high half of the second
  // pair, 4 words after the first one.
  EXPECT_THAT(WordsOf(Weights(3, {-1, 0, 0, 0, 0, 0, 0, 0, 0}), 0),
              ElementsAre(Pair(4, 0xfffc0000), Pair(12, 0xfffe0000),
                          Pair(20, 0xfffe0000), Pair(36, 0xfffe0000),
                          Pair(44, 0xffff0000), Pair(52, 0xffff0000),
                          Pair(68, 0xfffe0000), Pair(76, 0xffff0000),
                          Pair(84, 0xffff0000), Pair(128, 20), Pair(132, 7)));
}

TEST(WinogradRowsTest, HalfwordsHoldNoMore) {
  // The greatest word is 9 * 127 * 2^shift.
  const std::vector<int64_t> taps(9, 127);
  EXPECT_FALSE(WordsOf(Weights(0, taps), 4).empty());
  EXPECT_TRUE(WordsOf(Weights(0, taps), 5).empty());
}

TEST(WinogradRowsTest, SumsFitWords) {
  // 4 * 2^28 * 2^shift and what a weight of 1 adds.
  const Tensor rows = Weights(0, {0, 0, 0, 0, 1, 0, 0, 0, 0});
  EXPECT_FALSE(WordsOf(rows, 0, 1 << 28).empty());
  EXPECT_TRUE(WordsOf(rows, 1, 1 << 28).empty());
}

TEST(WinogradBytesTest, RowsOfBytesAndWhatFollows) {
  Tensor rows(TensorType(DType::kS8, {5, 3, 3, 4}));
  rows.SetInt(0, -1);                  // channel 0, tap 0, input channel 0
  rows.SetInt(36 + 4 * 8 + 3, 127);    // channel 1, tap 8, input channel 3
  rows.SetInt(4 * 36 + 4 * 1 + 1, 2);  // channel 4, tap 1, input channel 1
  Tensor bias(TensorType(DType::kS32, {5}));
  Tensor mult(TensorType(DType::kS32, {5}));
  for (int64_t o = 0; o < 5; ++o) {
    bias.SetInt(o, o - 1);
    mult.SetInt(o, 10 + o);
  }
  const std::optional<Tensor> words = WinogradBytes(rows, bias, mult, 3);
  ASSERT_TRUE(words);
  // The strips, and two blocks of 4 x 9 words of weights and 8 more.
  ASSERT_EQ(words->size(), 1 + 2 * (36 + 8));
  std::map<int64_t, int64_t> found;
  for (int64_t i = 0; i < words->size(); ++i) {
    if (words->IntAt(i) != 0) found[i] = words->IntAt(i);
  }
  EXPECT_THAT(
      found, ElementsAre(Pair(0, 3), Pair(1, 0xff), Pair(1 + 9 + 8, 0x7f000000),
                         Pair(37, 0xfffffffc), Pair(39, 4), Pair(40, 8),
                         Pair(41, 10), Pair(42, 11), Pair(43, 12), Pair(44, 13),
                         Pair(46, 0x200), Pair(81, 12), Pair(85, 14)));
}

TEST(WinogradBytesTest, SumsFitWords) {
  Tensor bias(TensorType(DType::kS32, {1}));
  Tensor mult(TensorType(DType::kS32, {1}));
  const Tensor rows = Weights(0, {0, 0, 0, 0, 1, 0, 0, 0, 0});
  bias.SetInt(0, 1 << 28);
  EXPECT_TRUE(WinogradBytes(rows, bias, mult, 1));
  bias.SetInt(0, 1 << 29);
  EXPECT_FALSE(WinogradBytes(rows, bias, mult, 1));
}

}  // namespace
}  // namespace tinyc
