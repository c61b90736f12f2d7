// SPDX-License-Identifier: Apache-2.0

#include "passes/fitting/masked_fit.h"

#include <random>
#include <vector>

#include "Eigen/QR"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd RandomMatrix(Index rows, Index columns, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  MatrixXd m(rows, columns);
  for (double& number : m.reshaped()) number = normal(random);
  return m;
}

// The weights that are kept are those of the least squares of the float model's
// sums by the numbers of the changed one.
TEST(MaskedFitTest, IsLeastSquaresOfWhatIsKept) {
  const MatrixXd x = RandomMatrix(30, 4, 1);  // a sample in each row
  const MatrixXd changed = x + 0.3 * RandomMatrix(30, 4, 2);
  const MatrixXd weights = RandomMatrix(2, 4, 3);
  Mask kept = Mask::Constant(2, 4, true);
  kept(0, 1) = kept(1, 0) = kept(1, 3) = false;
  const Moments moments = {.changed = changed.transpose() * changed / 30,
                           .cross = x.transpose() * changed / 30};
  const MatrixXd fitted = FitKept(weights, kept, moments, 1e-13);
  const std::vector<std::vector<Index>> columns = {{0, 2, 3}, {1, 2}};
  for (Index r = 0; r < 2; ++r) {
    const std::vector<Index>& of_row = columns[static_cast<size_t>(r)];
    const MatrixXd some = changed(Eigen::all, of_row);
    const VectorXd sums = x * weights.row(r).transpose();
    const VectorXd best = some.householderQr().solve(sums);
    VectorXd expected = VectorXd::Zero(4);
    expected(of_row) = best;
    EXPECT_TRUE(fitted.row(r).transpose().isApprox(expected, 1e-8))
        << fitted.row(r) << "\n"
        << expected.transpose();
  }
}

TEST(MaskedFitTest, WithAllWeightsItIsRefit) {
  const MatrixXd x = RandomMatrix(9, 3, 4);
  const MatrixXd changed = x + RandomMatrix(9, 3, 5);
  const MatrixXd weights = RandomMatrix(2, 3, 6);
  const Moments moments = {.changed = changed.transpose() * changed,
                           .cross = x.transpose() * changed};
  EXPECT_TRUE(FitKept(weights, Mask::Constant(2, 3, true), moments, 0.1)
                  .isApprox(Refit(weights, moments, 0.1), 1e-12));
}

// Independent numbers of squares 1 and 4, so that damping by 1 adds 2.5 to
// each: what is kept stays, and takes nothing over.
TEST(MaskedFitTest, DampingHoldsWeightsWhereTheyWere) {
  const MatrixXd squares = VectorXd{{1.0, 4.0}}.asDiagonal();
  const MatrixXd weights = MatrixXd::Constant(1, 2, 3);
  Mask kept = Mask::Constant(1, 2, true);
  kept(0, 1) = false;
  const MatrixXd fitted =
      FitKept(weights, kept, {.changed = squares, .cross = squares}, 1);
  EXPECT_NEAR(fitted(0, 0), 3, 1e-12);
  EXPECT_EQ(fitted(0, 1), 0);
  // A float model that reads twice as much pulls to 6: (6 + 3 * 2.5) / 3.5.
  EXPECT_NEAR(FitKept(weights, kept, {.changed = squares, .cross = 2 * squares},
                      1)(0, 0),
              13.5 / 3.5, 1e-12);
}

TEST(MaskedFitTest, RowsMayLoseAll) {
  const MatrixXd squares = MatrixXd::Identity(2, 2);
  EXPECT_EQ(FitKept(MatrixXd::Ones(1, 2), Mask::Constant(1, 2, false),
                    {.changed = squares, .cross = squares}, 0.1),
            MatrixXd::Zero(1, 2));
}

}  // namespace
}  // namespace tinyc
