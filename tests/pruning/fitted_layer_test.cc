// SPDX-License-Identifier: Apache-2.0

#include "passes/pruning/fitted_layer.h"

#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

FittedLayer LayerOf(DType dtype, Quant quant) {
  FittedLayer layer;
  layer.stored =
      TensorType(dtype, {2, 2}, std::make_shared<Quant>(std::move(quant)));
  return layer;
}

TEST(FittedLayerTest, WeightsTakeTheNearestStep) {
  FittedLayer layer = LayerOf(DType::kS8, {{0.5, 0.25}, {0, 0}, 0});
  layer.fitted = Eigen::MatrixXd{{1.3, 0}, {-0.3, 0.1}};
  RoundToStored(&layer);
  EXPECT_EQ(layer.fitted, (Eigen::MatrixXd{{1.5, 0}, {-0.25, 0}}));
  EXPECT_THAT(layer.stored->quant->scale, ElementsAre(0.5F, 0.25F));
}

// 127 steps of 0.5 end at 63.5; those of the other row need not grow.
TEST(FittedLayerTest, ScalesGrowWithTheirWeights) {
  FittedLayer layer = LayerOf(DType::kS8, {{0.5, 0.5}, {0, 0}, 0});
  layer.fitted = Eigen::MatrixXd{{127, -3.2}, {63.5, -64}};
  RoundToStored(&layer);
  EXPECT_EQ(layer.fitted, (Eigen::MatrixXd{{127, -3}, {63.5, -64}}));
  EXPECT_THAT(layer.stored->quant->scale, ElementsAre(1.F, 0.5F));
}

// Steps from 28 below the zero point to 227 above it.
TEST(FittedLayerTest, AZeroPointLeavesLessOnOneSide) {
  FittedLayer layer = LayerOf(DType::kU8, {{1}, {28}});
  layer.fitted = Eigen::MatrixXd{{-56, 227}, {0, 3}};
  RoundToStored(&layer);
  EXPECT_THAT(layer.stored->quant->scale, ElementsAre(FloatEq(2)));
  EXPECT_EQ(layer.fitted.col(0), (Eigen::VectorXd{{-56, 0}}));
}

TEST(FittedLayerTest, FloatsStay) {
  FittedLayer layer;
  layer.fitted = Eigen::MatrixXd{{1.3}};
  RoundToStored(&layer);
  EXPECT_EQ(layer.fitted(0, 0), 1.3);
}

}  // namespace
}  // namespace tinyc
