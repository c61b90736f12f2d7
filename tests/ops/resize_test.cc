// SPDX-License-Identifier: Apache-2.0
// ResizeNearest and ResizeWeighted, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

TEST(ResizeNearestTest, OfTwoDimensions) {
  NodeCase image("resize_nearest");
  image.Set("rows", "[1,0,0]").Set("columns", "[0,1,1,0]");
  image.Add(Quantized<int8_t>({2, 2}, {1, 2, 3, 4}, 0.5f, 3));
  EXPECT_EQ(TypeOf(image), "s8[3,4] q(0.5, 3)");
  EXPECT_THAT(Values<int8_t>(image),
              ElementsAre(3, 4, 4, 3, 1, 2, 2, 1, 1, 2, 2, 1));
}

TEST(ResizeNearestTest, OfOneDimensionAmongOthers) {
  NodeCase line("resize_nearest");
  line.Set("axis", "1").Set("rows", "[2,0]");
  line.Add(Tensor::Of<int64_t>({1, 3, 2}, {1, 2, 3, 4, 5, 6}));
  EXPECT_THAT(Values<int64_t>(line), ElementsAre(5, 6, 1, 2));
  EXPECT_EQ(ErrorOf(line.Set("rows", "[3]")),
            "a table of dimension 1 has the entry 3");
  EXPECT_EQ(ErrorOf(line.Set("axis", "3")), "there is no dimension 3");
}

TEST(ResizeWeightedTest, WeighsNeighbours) {
  NodeCase image("resize_weighted");
  image.Set("rows", "[0,0]").Set("row_weights", "[1,0,0.5,0.5]");
  image.Set("columns", "[0,-1,1]").Set("column_weights", "[1,2,0,0,3,4]");
  image.Set("outside", "7");
  image.Add(Tensor::Of<float>({2, 3}, {1, 2, 3, 5, 6, 7}));
  EXPECT_EQ(TypeOf(image), "f32[2,3]");
  EXPECT_THAT(Values<float>(image), ElementsAre(1 + 2 * 2, 7, 3 * 2 + 4 * 3,
                                                3 + 2 * 4, 7, 3 * 4 + 4 * 5));
  EXPECT_EQ(ErrorOf(image.Set("row_weights", "[1,2,3]")),
            "the weights are not as many for every output");
}

TEST(ResizeWeightedTest, RoundsOnce) {
  // 1.5 and -1, of which a quarter and three quarters are -0.375.
  NodeCase line("resize_weighted");
  line.Set("rows", "[0]").Set("row_weights", "[0.25,0.75]");
  line.Add(Quantized<int8_t>({2}, {6, 1}, 0.5f, 3));
  line.Want(DType::kS8, Quant::PerTensor(0.1f, 10));
  EXPECT_THAT(Values<int8_t>(line), ElementsAre(10 - 4));
}

}  // namespace
}  // namespace tinyc
