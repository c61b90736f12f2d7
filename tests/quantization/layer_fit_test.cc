// SPDX-License-Identifier: Apache-2.0

#include "passes/quantization/layer_fit.h"

#include "gtest/gtest.h"

namespace tinyc {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

// Two rows of three weights.  The first number of the layer is seldom far from
// 0, so that its great weights count little.
FitGroup GroupOf(DType dtype) {
  FitGroup group;
  group.weights.resize(2, 3);
  group.weights << 7, 0.45, 0.45, 1, 2, 3;
  group.kept = Mask::Constant(2, 3, true);
  group.scale = VectorXd::Ones(2);
  group.range = WeightSteps(dtype);
  const VectorXd squares = (VectorXd(3) << 1e-6, 1, 1).finished();
  const MatrixXd moments = squares.asDiagonal();
  group.some = group.other = group.all = {.changed = moments, .cross = moments};
  return group;
}

TEST(LayerFitTest, TakesTheScaleThatFitsAllWithoutClipping) {
  const FitGroup group = GroupOf(DType::kS4);
  const LayerFit fit = Fitted(group, group.all, FitStrengths());
  EXPECT_EQ(fit.scale, group.scale);
  EXPECT_EQ(fit.steps, (MatrixXd(2, 3) << 7, 0, 0, 1, 2, 3).finished());
}

// 0.45 is one step of 0.45, at which 7 becomes 3.15.  The other row is exact as
// it is.
TEST(LayerFitTest, ClipsRowsThatGain) {
  const FitGroup group = GroupOf(DType::kS4);
  const LayerFit fit = Fitted(group, group.all, {.clip = true});
  EXPECT_EQ(fit.scale, (VectorXd(2) << 0.45, 1).finished());
  EXPECT_EQ(fit.steps, (MatrixXd(2, 3) << 7, 1, 1, 1, 2, 3).finished());
}

TEST(LayerFitTest, ClippingIsForFourBits) {
  EXPECT_TRUE(BestStrengths({GroupOf(DType::kS4)})->clip);
  EXPECT_FALSE(BestStrengths({GroupOf(DType::kS8)})->clip);
}

// On what was left out the great weight counts as much as the others.
TEST(LayerFitTest, ClippingHasToWinOnSamplesLeftOut) {
  FitGroup group = GroupOf(DType::kS4);
  const MatrixXd equal = MatrixXd::Identity(3, 3);
  group.other = {.changed = equal, .cross = equal};
  EXPECT_FALSE(BestStrengths({group})->clip);
}

// The first number is nearly the second one, and its weight could take over
// what rounding 0.6 to 1 leaves.
TEST(LayerFitTest, WeightsAtZeroStay) {
  FitGroup group;
  group.weights = (MatrixXd(1, 3) << 0, 0.6, 2).finished();
  group.kept = group.weights.array() != 0;
  group.scale = VectorXd::Ones(1);
  group.range = WeightSteps(DType::kS8);
  MatrixXd moments = MatrixXd::Identity(3, 3);
  moments(0, 1) = moments(1, 0) = 0.999;
  group.all = {.changed = moments, .cross = 2 * moments};
  for (const double refit : {0.0, 1e-3}) {
    for (const double round : {0.0, 1e-3}) {
      const LayerFit fit =
          Fitted(group, group.all, {.refit = refit, .round = round});
      // With twice the numbers for the float model, twice the weights.
      const double twice = refit == 0 ? 1 : 2;
      EXPECT_EQ(fit.steps, (MatrixXd(1, 3) << 0, 1, 2 * twice).finished())
          << refit << " " << round;
    }
  }
}

}  // namespace
}  // namespace tinyc
