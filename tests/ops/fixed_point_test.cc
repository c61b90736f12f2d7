// SPDX-License-Identifier: Apache-2.0
// The rendering of ratios as multipliers and a shift, by hand.
#include "compiler/ops/fixed_point.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(RenderScaleTest, TheShiftIsTheLeastThatDoes) {
  const FixedScale one = *RenderScale({0.25, 0.125}, DType::kS8, 1000);
  EXPECT_EQ(one.shift, 0);
  EXPECT_THAT(one.mult, ElementsAre(1 << 30, 1 << 29));
  const FixedScale eight = *RenderScale({8}, DType::kS8, 1000);
  EXPECT_EQ(eight.shift, 5);
  EXPECT_THAT(eight.mult, ElementsAre(1 << 30));
}

TEST(RenderScaleTest, AllThatSaturateAreAlike) {
  const FixedScale scale = *RenderScale({1e30, 16384, 0.5}, DType::kS8, 32767);
  EXPECT_EQ(scale.shift, 16);
  EXPECT_THAT(scale.mult, ElementsAre(1 << 30, 1 << 30, 1 << 15));
  EXPECT_EQ(Rescale(-1, scale, 0), -16384);
  EXPECT_EQ(Rescale(0, scale, 0), 0);
}

TEST(RenderScaleTest, WhatIsNoRatioIsRefused) {
  for (const double ratio :
       {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(RenderScale({1, ratio}, DType::kS8, 1).status().message(),
                HasSubstr("not a positive number"));
  }
  EXPECT_THAT(RenderScale({16384}, DType::kS8, 32768).status().message(),
              HasSubstr("outside the range of the integer arithmetic"));
}

// The weights times 2^shift would be more than a halfword.
TEST(RenderScaleTest, PairsHoldWhatSaturates) {
  const absl::StatusOr<Module> module = RunPasses(R"(
graph(%x: s8[1,6,6,2] q(1000000, 0)) -> (%y) {
  %w = const [64,0,0,0,0,0,0,0,0,0,0,0,0,-64,0,0,0,0] : s8[2,1,3,3] q(1, 0)
  %y = conv(%x, %w) {pads=[1,1,1,1], group=2, layout=nhwc} : s8[?] q(20, 0)
  return %y
})",
                                                  "backend", "cortex-m4");
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(DifferenceOfKernels(*module), "");
}

}  // namespace
}  // namespace tinyc
