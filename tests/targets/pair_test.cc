// SPDX-License-Identifier: Apache-2.0
//
// The words of runtime/include/tc_paired.h, written out by hand.
#include "compiler/targets/pair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace tinyc {
namespace {

using testing::ElementsAre;

using Numbers = std::vector<int64_t>;

Tensor Of(DType dtype, const std::vector<Numbers>& rows) {
  Tensor tensor(TensorType(dtype, {static_cast<int64_t>(rows.size()),
                                   static_cast<int64_t>(rows[0].size())}));
  int64_t i = 0;
  for (const Numbers& row : rows) {
    for (const int64_t value : row) tensor.SetInt(i++, value);
  }
  return tensor;
}

// Nothing: {}.
Numbers Paired(const std::vector<Numbers>& rows, int64_t run,
               const Numbers& bias, const Numbers& mult) {
  const std::optional<Tensor> words =
      PairRows(Of(DType::kS8, rows), run, Of(DType::kS32, {bias}),
               Of(DType::kS32, {mult}));
  if (!words) return {};
  EXPECT_EQ(words->dtype(), DType::kU32);
  return {words->data<uint32_t>().begin(), words->data<uint32_t>().end()};
}

TEST(PairTest, PutsTwoChannelsInAHalfword) {
  EXPECT_THAT(Paired({{1, 2}, {3, -4}, {-1, 0}, {5, 6}}, 2, {7, 8, -9, 10},
                     {11, 12, 13, 14}),
              ElementsAre(7 * 256 + 8, 8, 0xfffff70a, 10,  // start
                          0x01fc0103, 0x0006ff05,          // 2 taps
                          11, 12, 13, 14));
}

TEST(PairTest, FillsUpChannelsAndTaps) {
  EXPECT_THAT(Paired({{3}}, 1, {5}, {9}),
              ElementsAre(5 * 256, 0, 0, 0, 0x0300, 0, 9, 0, 0, 0));
}

TEST(PairTest, TakesGroupsOfFourFirstAndInTheOrderOfWidening) {
  // Two runs of 5; the second words of all pairs are zero.
  EXPECT_THAT(Paired({{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}, 5, {0}, {1}),
              ElementsAre(0, 0, 0, 0,                    //
                          0x02000000, 0, 0x03000100, 0,  // 0 2 1 3
                          0x07000500, 0, 0x08000600, 0,  // 5 7 6 8
                          0x09000400, 0,                 // 4 9
                          1, 0, 0, 0));
}

TEST(PairTest, KnowsWhatAHalfwordHolds) {
  EXPECT_THAT(Paired({{-128}, {0}}, 1, {0, 0}, {0, 0}),
              ElementsAre(0, 0, 0, 0, 0x8000, 0, 0, 0, 0, 0));
  EXPECT_THAT(Paired({{127}, {127}}, 1, {0, 0}, {0, 0}),
              ElementsAre(0, 0, 0, 0, 0x7f7f, 0, 0, 0, 0, 0));
  EXPECT_THAT(Paired({{-128}, {-1}}, 1, {0, 0}, {0, 0}), ElementsAre());
}

TEST(PairTest, KnowsWhatASumHolds) {
  // 127 * 127 + bias < 2^23 for the first channel of two.
  EXPECT_EQ(Paired({{127}}, 1, {(1 << 23) - 127 * 127 - 1}, {0}).size(), 10);
  EXPECT_THAT(Paired({{127}}, 1, {(1 << 23) - 127 * 127}, {0}), ElementsAre());
  EXPECT_EQ(Paired({{127}}, 1, {127 * 128 - (1 << 23)}, {0}).size(), 10);
  EXPECT_THAT(Paired({{127}}, 1, {127 * 128 - (1 << 23) - 1}, {0}),
              ElementsAre());
  EXPECT_EQ(Paired({{0}, {127}}, 1, {0, 1 << 30}, {0, 0}).size(), 10);
}

}  // namespace
}  // namespace tinyc
