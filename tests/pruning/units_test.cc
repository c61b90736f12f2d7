// SPDX-License-Identifier: Apache-2.0

#include "passes/pruning/units.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;

// Two channels at three kernel positions: a row holds c0t0 c0t1 c0t2 c1t0 c1t1
// c1t2, and kernels read c0t0 c1t0 c0t1 c1t1 c0t2 c1t2.
TEST(UnitsTest, NeighboursAreThoseThatKernelsReadAfterEachOther) {
  const Units units = UnitsOf({.keep = 2, .of = 4}, 2, 3);
  EXPECT_THAT(units.weights,
              ElementsAre(ElementsAre(0), ElementsAre(3), ElementsAre(1),
                          ElementsAre(4), ElementsAre(2), ElementsAre(5)));
  EXPECT_THAT(units.segment, ElementsAre(0, 0, 0, 0, 1, 1));
  // The last two may both stay.
  EXPECT_THAT(units.most, ElementsAre(2, 0));
}

// Of twelve weights in groups of eight, four go of the first group and, of the
// four that are left in the last one, none.
TEST(UnitsTest, GroupsMayBeOfEight) {
  EXPECT_THAT(UnitsOf({.keep = 4, .of = 8}, 12, 1).most, ElementsAre(4, 0));
}

TEST(UnitsTest, BlocksGoTogether) {
  const Units units = UnitsOf({.block = 4}, 2, 3);
  EXPECT_THAT(units.weights,
              ElementsAre(ElementsAre(0, 3, 1, 4), ElementsAre(2, 5)));
  EXPECT_THAT(units.segment, ElementsAre(0, 0));
  EXPECT_THAT(units.most, ElementsAre(2));
}

TEST(UnitsTest, AnyWeightMayGo) {
  EXPECT_THAT(UnitsOf({}, 3, 1).most, ElementsAre(3));
}

}  // namespace
}  // namespace tinyc
