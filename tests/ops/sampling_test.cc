// SPDX-License-Identifier: Apache-2.0
// GridSample, RoiAlign and DeformConv, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

Tensor Floats(Shape shape, const std::vector<float>& values) {
  return Tensor::Of<float>(std::move(shape), values);
}

// One row of four: 10, 20, 30, 40.  With edges at -1 and 1 the centres are at
// -0.75, -0.25, 0.25 and 0.75.
NodeCase Row(const char* mode, const char* padding) {
  NodeCase row("grid_sample");
  row.Set("mode", mode).Set("padding", padding);
  row.Add(Floats({1, 1, 1, 4}, {10, 20, 30, 40}));
  row.Add(Floats({1, 1, 4, 2}, {-0.25f, 0, 0, 0, 0.25f + 0.125f, 0, 1.25f, 0}));
  return row;
}

TEST(GridSampleTest, ReadsBetweenElements) {
  EXPECT_EQ(TypeOf(Row("linear", "zeros")), "f32[1,1,1,4]");
  EXPECT_THAT(Values<float>(Row("linear", "zeros")),
              ElementsAre(20, 25, 32.5f, 0));
  EXPECT_THAT(Values<float>(Row("nearest", "border")),
              ElementsAre(20, 30, 30, 40));
  // 1.25 is half an element beyond the edge.
  EXPECT_THAT(Values<float>(Row("linear", "reflection")),
              ElementsAre(20, 25, 32.5f, 40));
  // Halfway: (-3 * 10 + 19 * 20 + 19 * 30 - 3 * 40) / 32.
  EXPECT_THAT(Values<float>(Row("cubic", "zeros"))[1], FloatEq(25));
}

TEST(GridSampleTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("grid_sample")
                        .Add(Floats({1, 1, 1}, {1}))
                        .Add(Floats({1, 1, 1}, {0}))),
            "a grid of shape [1,1,1] has no coordinates of an input of shape "
            "[1,1,1]");
}

TEST(RoiAlignTest, OfOneCell) {
  NodeCase region("roi_align");
  region.Set("samples", "1").Add(Floats({1, 1, 2, 2}, {0, 4, 8, 12}));
  region.Add(Floats({1, 4}, {0, 0, 1, 2}));
  region.Add(Tensor::Of<int64_t>({1}, {0}));
  // The sample is at row 0.5, column 0.
  EXPECT_THAT(Values<float>(region), ElementsAre(4));
  region.Set("maximum", "true");
  EXPECT_THAT(Values<float>(region), ElementsAre(4));  // half of 8
  region.Set("half_pixel", "false");
  // At row 1, column 0.5: half of 12.
  EXPECT_THAT(Values<float>(region), ElementsAre(6));
}

TEST(DeformConvTest, OfOneTap) {
  NodeCase conv("deform_conv");
  conv.Add(Floats({1, 1, 1, 3}, {1, 2, 4})).Add(Floats({1, 1, 1, 1}, {10}));
  conv.Add(Floats({1, 2, 1, 3}, {0, 0, 0.5f, 0, 0.5f, -3}));
  EXPECT_THAT(Values<float>(conv), ElementsAre(10, 30, 0));
  EXPECT_EQ(ErrorOf(conv.Set("offset_group", "2")),
            "weight has 1 input channels in each of 1 groups, input has 1 in 2 "
            "groups of offsets");
}

}  // namespace
}  // namespace tinyc
