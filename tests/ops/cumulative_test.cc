// SPDX-License-Identifier: Apache-2.0
// CumSum, CumProd and Trilu, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;

// 1 2 3
// 4 5 6
Tensor Numbers() { return Tensor::Of<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6}); }

NodeCase Along(absl::string_view name, int64_t axis) {
  NodeCase node(name);
  node.Add(Numbers()).Add(Tensor::Scalar<int64_t>(axis));
  return node;
}

TEST(CumSumTest, AddsUpAlongTheAxis) {
  EXPECT_THAT(Values<int32_t>(Along("cum_sum", -1)),
              ElementsAre(1, 3, 6, 4, 9, 15));
  EXPECT_THAT(Values<int32_t>(Along("cum_sum", 0)),
              ElementsAre(1, 2, 3, 5, 7, 9));
}

TEST(CumSumTest, ExclusiveAndReverse) {
  EXPECT_THAT(Values<int32_t>(Along("cum_sum", 1).Set("exclusive", "true")),
              ElementsAre(0, 1, 3, 0, 4, 9));
  EXPECT_THAT(Values<int32_t>(Along("cum_sum", 1).Set("reverse", "true")),
              ElementsAre(6, 5, 3, 15, 11, 6));
}

TEST(CumSumTest, IntegersWrap) {
  EXPECT_THAT(
      Values<int32_t>(NodeCase("cum_sum")
                          .Add(Tensor::Of<int32_t>({2}, {2147483647, 1}))
                          .Add(Tensor::Scalar<int64_t>(0))),
      ElementsAre(2147483647, -2147483647 - 1));
}

TEST(CumProdTest, MultipliesAlongTheAxis) {
  EXPECT_THAT(Values<int32_t>(Along("cum_prod", 1)),
              ElementsAre(1, 2, 6, 4, 20, 120));
  EXPECT_THAT(
      Values<int32_t>(
          Along("cum_prod", 1).Set("exclusive", "true").Set("reverse", "true")),
      ElementsAre(6, 3, 1, 30, 6, 1));
}

TEST(CumSumTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("cum_sum").Add(Numbers()).Add(Numbers())),
            "the axis is s32[2,3], not one s64");
  EXPECT_EQ(ErrorOf(NodeCase("cum_sum")
                        .Add(Tensor::Scalar(true))
                        .Add(Tensor::Scalar<int64_t>(0))),
            "cum_sum takes no bool[]");
}

TEST(TriluTest, KeepsATriangle) {
  EXPECT_THAT(Values<int32_t>(NodeCase("trilu").Add(Numbers())),
              ElementsAre(1, 2, 3, 0, 5, 6));
  EXPECT_THAT(
      Values<int32_t>(NodeCase("trilu").Set("upper", "false").Add(Numbers())),
      ElementsAre(1, 0, 0, 4, 5, 0));
}

TEST(TriluTest, MovesTheDiagonal) {
  const auto with = [](const char* upper, int64_t k) {
    return Values<int32_t>(NodeCase("trilu")
                               .Set("upper", upper)
                               .Add(Numbers())
                               .Add(Tensor::Scalar<int64_t>(k)));
  };
  EXPECT_THAT(with("true", 1), ElementsAre(0, 2, 3, 0, 0, 6));
  EXPECT_THAT(with("true", -1), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(with("true", 3), ElementsAre(0, 0, 0, 0, 0, 0));
  EXPECT_THAT(with("false", 1), ElementsAre(1, 2, 0, 4, 5, 6));
  EXPECT_THAT(with("false", -2), ElementsAre(0, 0, 0, 0, 0, 0));
}

TEST(TriluTest, ZeroIsTheZeroPoint) {
  EXPECT_THAT(Values<int8_t>(NodeCase("trilu").Add(
                  Quantized<int8_t>({2, 2}, {1, 2, 3, 4}, 0.5f, -7))),
              ElementsAre(1, 2, -7, 4));
}

TEST(TriluTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("trilu").Add(Tensor::Of<float>({1}, {0}))),
            "the operand has rank 1 and is no matrix");
}

}  // namespace
}  // namespace tinyc
