// SPDX-License-Identifier: Apache-2.0

#include "passes/pruning/allocation.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "passes/pruning/options.h"

namespace tinyc {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

TEST(AllocationTest, LampIsTheShareOfWhatIsNotLess) {
  // Of 9, 4 and 1: 9/9, 4/13, 1/14.
  EXPECT_THAT(LampScores({4, 1, 9}),
              ElementsAre(DoubleEq(4.0 / 13), DoubleEq(1.0 / 14), 1));
  EXPECT_THAT(LampScores({0, 0}), ElementsAre(0, 0));
}

// By magnitude the layer of small weights is lost, by LAMP it keeps both: 1/3
// and 1 are more than 1/14 and 4/13.
TEST(AllocationTest, LampSparesLayersOfSmallWeights) {
  const std::vector<double> large = {1, 4, 9};
  const std::vector<double> small = {0.01, 0.02};
  EXPECT_THAT(LeastOf({large, small}, 2), ElementsAre(0, 2));
  EXPECT_THAT(LeastOf({LampScores(large), LampScores(small)}, 2),
              ElementsAre(2, 0));
}

TEST(AllocationTest, SharesAreRounded) {
  const std::vector<std::vector<double>> layers = {{1, 2, 3, 4}, {1, 2, 3}, {}};
  EXPECT_THAT(ShareOfEach(layers, 0.5), ElementsAre(2, 2, 0));
}

TEST(AllocationTest, RoundsTakeLessAndLess) {
  PruneOptions options;
  options.sparsity = 0.8;
  options.rounds = 2;
  // Half of the way leaves an eighth of what is to be done.
  EXPECT_DOUBLE_EQ(ShareAfter(options, 1), 0.7);
  EXPECT_DOUBLE_EQ(ShareAfter(options, 2), 0.8);
}

}  // namespace
}  // namespace tinyc
