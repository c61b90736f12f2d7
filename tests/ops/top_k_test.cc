// SPDX-License-Identifier: Apache-2.0
// TopK, ReverseSequence and n-grams, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;

TEST(TopKTest, NamesTheGreatestInOrder) {
  NodeCase rows("top_k");
  rows.Set("k", "3").Add(Tensor::Of<float>({2, 4}, {1, 3, 2, 3, 7, 7, 7, 8}));
  EXPECT_EQ(TypeOf(rows), "s64[2,3]");
  EXPECT_THAT(Values<int64_t>(rows), ElementsAre(1, 3, 2, 3, 0, 1));
}

TEST(TopKTest, NamesTheLeastAlongAnAxis) {
  NodeCase columns("top_k");
  columns.Set("k", "2").Set("axis", "0").Set("largest", "false");
  columns.Add(Tensor::Of<uint8_t>({3, 2}, {9, 1, 200, 1, 5, 0}));
  EXPECT_THAT(Values<int64_t>(columns), ElementsAre(2, 2, 0, 0));
}

TEST(TopKTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("top_k").Set("k", "3").Add(
                Tensor::Of<float>({2}, {1, 2}))),
            "the axis has 2 elements, not 3");
}

TEST(ReverseSequenceTest, ReversesTheBeginning) {
  const Tensor x = Tensor::Of<int8_t>({3, 2}, {0, 1, 2, 3, 4, 5});
  EXPECT_THAT(Values<int8_t>(NodeCase("reverse_sequence")
                                 .Add(x)
                                 .Add(Tensor::Of<int64_t>({2}, {2, 3}))),
              ElementsAre(2, 5, 0, 3, 4, 1));
  NodeCase rows("reverse_sequence");
  rows.Set("batch_axis", "0").Set("time_axis", "1").Add(x);
  rows.Add(Tensor::Of<int64_t>({3}, {2, 1, 9}));
  EXPECT_THAT(Values<int8_t>(rows), ElementsAre(1, 0, 2, 3, 5, 4));
}

TEST(ReverseSequenceTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("reverse_sequence")
                        .Add(Tensor::Of<int8_t>({1, 2}, {0, 1}))
                        .Add(Tensor::Of<int64_t>({1}, {1}))),
            "the lengths are s64[1], not s64[2]");
}

// The pair (1, 2) in column 1 and the number 2 in column 0.
NodeCase Counts(int64_t max_skip) {
  NodeCase node("ngrams");
  node.Set("grams", "[2,1,1,2,1,0,2]").Set("size", "3");
  node.Set("max_skip", absl::StrCat(max_skip));
  node.Add(Tensor::Of<int32_t>({2, 5}, {1, 2, 1, 1, 2, 1, 0, 2, 0, 0}));
  return node;
}

TEST(NgramsTest, CountsNeighbours) {
  EXPECT_EQ(TypeOf(Counts(0)), "f32[2,3]");
  EXPECT_THAT(Values<float>(Counts(0)), ElementsAre(2, 2, 0, 1, 0, 0));
}

// In the first row 1 . 2 is at 2, 1 . . 2 nowhere; in the second 1 . 2 at 0.
TEST(NgramsTest, LeavesNumbersOut) {
  EXPECT_THAT(Values<float>(Counts(1)), ElementsAre(2, 3, 0, 1, 1, 0));
}

TEST(NgramsTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("ngrams")
                        .Set("grams", "[2,1,1]")
                        .Set("size", "2")
                        .Add(Tensor::Of<int32_t>({1}, {1}))),
            "the n-grams are no list for 2 columns");
}

}  // namespace
}  // namespace tinyc
