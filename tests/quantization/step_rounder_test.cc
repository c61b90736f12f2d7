// SPDX-License-Identifier: Apache-2.0

#include "passes/quantization/step_rounder.h"

#include "gtest/gtest.h"

namespace tinyc {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd Matrix(std::initializer_list<std::initializer_list<double>> rows) {
  MatrixXd m(static_cast<Eigen::Index>(rows.size()),
             static_cast<Eigen::Index>(rows.begin()->size()));
  Eigen::Index r = 0;
  for (const auto& row : rows) {
    Eigen::Index c = 0;
    for (const double x : row) m(r, c++) = x;
    ++r;
  }
  return m;
}

Mask AllOf(const MatrixXd& weights) {
  return Mask::Constant(weights.rows(), weights.cols(), true);
}

TEST(StepRounderTest, RoundsIndependentNumbersToTheNearest) {
  const MatrixXd w = Matrix({{0.3, -0.8, 200}, {0.26, 0.24, -0.25}});
  VectorXd scale(2);
  scale << 0.5, 0.5;
  const StepRounder rounder(MatrixXd::Identity(3, 3), 0.01);
  const MatrixXd steps = rounder.Round(w, scale, {-127, 127}, AllOf(w));
  // The ties to even: -0.25 is half a step.
  EXPECT_EQ(steps, Matrix({{1, -2, 127}, {1, 0, 0}}));
}

TEST(StepRounderTest, LaterColumnsMakeUpForErrors) {
  // Equal numbers: the sum of the weights is what counts.
  const MatrixXd m = Matrix({{1, 1}, {1, 1}});
  VectorXd scale(1);
  scale << 1;
  const StepRounder rounder(m, 1e-6);
  const MatrixXd w = Matrix({{0.6, 0.6}});
  const MatrixXd steps = rounder.Round(w, scale, {-127, 127}, AllOf(w));
  EXPECT_EQ(steps, Matrix({{1, 0}}));
}

TEST(StepRounderTest, LaterColumnsMakeUpForThoseThatAreNotKept) {
  const MatrixXd m = Matrix({{1, 1}, {1, 1}});
  VectorXd scale(1);
  scale << 1;
  const StepRounder rounder(m, 1e-6);
  const MatrixXd w = Matrix({{1, 2}});
  Mask kept = AllOf(w);
  kept(0, 0) = false;
  EXPECT_EQ(rounder.Round(w, scale, {-127, 127}, kept), Matrix({{0, 3}}));
}

TEST(StepRounderTest, StepsStayWithinTheirRange) {
  VectorXd scale(2);
  scale << 0.5, 1;
  const StepRounder rounder(MatrixXd::Identity(2, 2), 0.01);
  const MatrixXd w = Matrix({{-4.2, 4.2}, {-7.4, 7.6}});
  const MatrixXd steps =
      rounder.Round(w, scale, WeightSteps(DType::kS4), AllOf(w));
  EXPECT_EQ(steps, Matrix({{-8, 7}, {-7, 7}}));
}

}  // namespace
}  // namespace tinyc
