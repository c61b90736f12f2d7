// SPDX-License-Identifier: Apache-2.0
// Normalize, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;

NodeCase Plain(const char* axes) {
  NodeCase c("normalize");
  c.Set("axes", axes).Set("epsilon", "0");
  return c;
}

TEST(NormalizeTest, TakesMeanAndDeviationOverAxes) {
  // Rows: mean 2, deviation 1; mean 6, deviation 2.  Columns: (1, 4), (3, 8).
  const Tensor x = Tensor::Of<float>({2, 2}, {1, 3, 4, 8});
  EXPECT_THAT(Values<float>(Plain("[1]").Add(x)), ElementsAre(-1, 1, -1, 1));
  EXPECT_THAT(Values<float>(Plain("[0]").Add(x)), ElementsAre(-1, -1, 1, 1));
  // Mean 4, squares of the differences 9 + 1 + 0 + 16, less than their mean 6.5
  // by nothing: with epsilon 2.5 the divisor is 3.
  EXPECT_THAT(Values<float>(NodeCase("normalize").Set("epsilon", "2.5").Add(x)),
              ElementsAre(-1, -1 / 3.f, 0, 4 / 3.f));
}

TEST(NormalizeTest, OfNumbersThatAreNotCentered) {
  // The mean of the squares is 25.
  EXPECT_THAT(Values<float>(Plain("[0]")
                                .Set("centered", "false")
                                .Add(Tensor::Of<float>({2}, {1, 7}))),
              ElementsAre(1 / 5.f, 7 / 5.f));
}

TEST(NormalizeTest, ScalesAlongAxes) {
  const Tensor x = Tensor::Of<float>({2, 1, 2}, {1, 3, 4, 8});
  const auto scaled = [&](const char* axes, const Tensor& scale,
                          const Tensor& bias) {
    return Values<float>(
        Plain("[2]").Set("scale_axes", axes).Add(x).Add(scale).Add(bias));
  };
  const Tensor scale = Tensor::Of<float>({2}, {10, 20});
  const Tensor bias = Tensor::Of<float>({2}, {5, 6});
  EXPECT_THAT(scaled("[2]", scale, bias), ElementsAre(-5, 26, -5, 26));
  EXPECT_THAT(scaled("[0]", scale, bias), ElementsAre(-5, 15, -14, 26));
  // The last axis of x is the first of scale.
  EXPECT_THAT(scaled("[-1,0]", Tensor::Of<float>({2, 2}, {1, 2, 3, 4}),
                     Tensor(TensorType(DType::kF32, {2, 2}))),
              ElementsAre(-1, 3, -2, 4));
}

TEST(NormalizeTest, Errors) {
  const Tensor x = Tensor::Of<float>({1, 2}, {1, 2});
  EXPECT_EQ(ErrorOf(Plain("[0]").Add(Tensor::Of<int32_t>({1}, {1}))),
            "normalize takes plain floats");
  EXPECT_EQ(ErrorOf(Plain("[2]").Add(x)), "axis 2 is outside the rank 2");
  EXPECT_EQ(ErrorOf(Plain("[1]").Set("scale_axes", "[1]").Add(x)),
            "there is nothing along scale_axes");
  EXPECT_EQ(ErrorOf(Plain("[1]").Set("scale_axes", "[1,-1]").Add(x).Add(x)),
            "axis 1 is named twice");
  EXPECT_EQ(ErrorOf(Plain("[1]").Set("scale_axes", "[1]").Add(x).Add(x)),
            "operand 1 has the type f32[1,2], not f32[2]");
}

}  // namespace
}  // namespace tinyc
