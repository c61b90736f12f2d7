// SPDX-License-Identifier: Apache-2.0
// ArgMax and ArgMin, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;

Tensor Scores() { return Tensor::Of<float>({2, 3}, {1, 5, 5, -2, -7, -2}); }

TEST(ArgMaxTest, TakesTheFirstOfEqualElements) {
  EXPECT_EQ(TypeOf(NodeCase("arg_max").Set("axis", "1").Add(Scores())),
            "s64[2,1]");
  EXPECT_THAT(
      Values<int64_t>(NodeCase("arg_max").Set("axis", "-1").Add(Scores())),
      ElementsAre(1, 0));
}

TEST(ArgMaxTest, TakesTheLastOnRequest) {
  EXPECT_THAT(Values<int64_t>(NodeCase("arg_max")
                                  .Set("axis", "1")
                                  .Set("select_last_index", "1")
                                  .Add(Scores())),
              ElementsAre(2, 2));
}

TEST(ArgMinTest, TakesTheLeast) {
  EXPECT_THAT(
      Values<int64_t>(NodeCase("arg_min").Set("axis", "0").Add(Scores())),
      ElementsAre(1, 1, 1));
  NodeCase last("arg_min");
  last.Set("axis", "1").Set("select_last_index", "1");
  last.Add(Tensor::Of<uint64_t>({1, 3}, {~0ull - 1, ~0ull, ~0ull - 1}));
  EXPECT_THAT(Values<int64_t>(last), ElementsAre(2));
}

TEST(ArgMaxTest, DropsTheDimensionOnRequest) {
  NodeCase columns("arg_max");
  columns.Set("keepdims", "0").Add(Scores());
  EXPECT_EQ(TypeOf(columns), "s64[3]");
  EXPECT_THAT(Values<int64_t>(columns), ElementsAre(0, 0, 0));
}

TEST(ArgMaxTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("arg_max").Add(Tensor::Of<float>({0, 2}, {}))),
            "the axis 0 has no elements");
}

}  // namespace
}  // namespace tinyc
