// SPDX-License-Identifier: Apache-2.0
//
// The bytes of runtime/include/tc_compressed.h, written out by hand.
#include "compiler/targets/compress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

using Numbers = std::vector<int>;

// One channel with these weights.
Tensor Row(const Numbers& weights) {
  Tensor row(TensorType(DType::kS8, {1, static_cast<int64_t>(weights.size())}));
  for (int64_t i = 0; i < row.size(); ++i) {
    row.SetInt(i, weights[static_cast<size_t>(i)]);
  }
  return row;
}

// `zeros` zeros, then `value`.
Numbers After(int zeros, int value) {
  Numbers numbers(static_cast<size_t>(zeros), 0);
  numbers.push_back(value);
  return numbers;
}

Numbers Compressed(const Numbers& weights, const WeightRuns& runs,
                   WeightFormat format) {
  const std::optional<Tensor> bytes = CompressRows(Row(weights), runs, format);
  if (!bytes) return {};
  EXPECT_EQ(bytes->dtype(), DType::kU8);
  return {bytes->data<uint8_t>().begin(), bytes->data<uint8_t>().end()};
}

Numbers OneRun(const Numbers& weights, WeightFormat format) {
  const auto taps = static_cast<int64_t>(weights.size());
  return Compressed(weights, {taps, taps}, format);
}

TEST(CompressTest, SkipsInPairs) {
  // Taps 1 and 4, then 5 and nothing.
  EXPECT_THAT(OneRun({0, 7, 0, 0, -1, 3}, WeightFormat::kSkip),
              ElementsAre(2, 1 | 3 << 4, 7, 255, 1, 3, 0));
}

TEST(CompressTest, SkipsNothingInARunOfZeros) {
  EXPECT_THAT(OneRun({0, 0, 0, 0}, WeightFormat::kSkip), ElementsAre(0));
}

TEST(CompressTest, SkipsFifteenAtMost) {
  EXPECT_THAT(OneRun(After(15, 9), WeightFormat::kSkip),
              ElementsAre(1, 15, 9, 0));
  EXPECT_THAT(OneRun(After(16, 9), WeightFormat::kSkip),
              ElementsAre(1, 15 | 1 << 4, 0, 9));
  EXPECT_THAT(OneRun(After(31, 9), WeightFormat::kSkip),
              ElementsAre(2, 15 | 15 << 4, 0, 0, 1, 9, 0));
}

TEST(CompressTest, CountsToTwoHundredAndFiftyFive) {
  // 510 weights are 255 full pairs: the first at skips 0 and 1, later ones at
  // 1 and 1.  Another count says that there are no more.
  Numbers expected = {255, 1 << 4, 1, 1};
  for (int i = 1; i < 255; ++i) {
    expected.insert(expected.end(), {1 | 1 << 4, 1, 1});
  }
  expected.push_back(0);
  EXPECT_THAT(OneRun(Numbers(510, 1), WeightFormat::kSkip),
              ElementsAreArray(expected));
  expected.back() = 1;
  expected.insert(expected.end(), {1, 1, 0});
  EXPECT_THAT(OneRun(Numbers(511, 1), WeightFormat::kSkip),
              ElementsAreArray(expected));
}

TEST(CompressTest, CountsEachRun) {
  EXPECT_THAT(Compressed({0, 5, 0, 6, 0, 0}, {2, 2}, WeightFormat::kSkip),
              ElementsAre(1, 1, 5, 0, 1, 1, 6, 0, 0));
}

TEST(CompressTest, MasksEightTaps) {
  EXPECT_THAT(OneRun({0, 7, 0, 0, -1, 0, 0, 2}, WeightFormat::kMask),
              ElementsAre(0x92, 7, 255, 2));
}

TEST(CompressTest, MasksFewerAtTheEndOfADenseLayer) {
  EXPECT_THAT(OneRun({1, 0, 0, 0, 0, 0, 0, 0, 0, 4}, WeightFormat::kMask),
              ElementsAre(0x01, 1, 0x02, 4));
}

TEST(CompressTest, MasksNoTapsOfTwoPixels) {
  const Numbers weights(12, 1);
  EXPECT_TRUE(Compressed(weights, {12, 4}, WeightFormat::kMask).empty());
  EXPECT_FALSE(Compressed(weights, {12, 12}, WeightFormat::kMask).empty());
}

TEST(CompressTest, KeepsTwoOfFour) {
  EXPECT_THAT(OneRun({0, 5, 0, 6, 7, 8, 0, 0}, WeightFormat::kTwoOfFour),
              ElementsAre(1 | 3 << 2 | 0 << 4 | 1 << 6, 5, 6, 7, 8));
  // The first zeros fill a group up.
  EXPECT_THAT(OneRun({0, 0, 9, 0, 0, 0, 0, 0}, WeightFormat::kTwoOfFour),
              ElementsAre(0 | 2 << 2 | 0 << 4 | 1 << 6, 0, 9, 0, 0));
}

TEST(CompressTest, KeepsOneOfFour) {
  EXPECT_THAT(OneRun({0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 7, 0, 0, 0},
                     WeightFormat::kOneOfFour),
              ElementsAre(1 | 0 << 2 | 3 << 4 | 0 << 6, 5, 0, 6, 7));
}

TEST(CompressTest, KeepsNoMore) {
  Numbers weights(16, 0);
  weights[4] = weights[7] = 1;
  EXPECT_FALSE(OneRun(weights, WeightFormat::kTwoOfFour).empty());
  EXPECT_TRUE(OneRun(weights, WeightFormat::kOneOfFour).empty());
  weights[5] = 1;
  EXPECT_TRUE(OneRun(weights, WeightFormat::kTwoOfFour).empty());
  // Bytes are of whole groups.
  EXPECT_TRUE(OneRun(Numbers(12, 0), WeightFormat::kTwoOfFour).empty());
  EXPECT_TRUE(OneRun(Numbers(24, 0), WeightFormat::kOneOfFour).empty());
}

TEST(CompressTest, CodesIndexATable) {
  EXPECT_THAT(OneRun({3, -2, 0, 3}, WeightFormat::kCodes),
              ElementsAre(254, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                          2 | 0 << 4, 1 | 2 << 4));
}

TEST(CompressTest, CodesAreOfSixteenValues) {
  Numbers weights;
  for (int i = 0; i < 16; ++i) weights.push_back(i);
  EXPECT_EQ(OneRun(weights, WeightFormat::kCodes).size(), 16 + 8);
  weights.insert(weights.end(), {0, 16});
  EXPECT_TRUE(OneRun(weights, WeightFormat::kCodes).empty());
}

}  // namespace
}  // namespace tinyc
