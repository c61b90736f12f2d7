// SPDX-License-Identifier: Apache-2.0

#include "passes/fitting/second_order.h"

#include "gtest/gtest.h"

namespace tinyc {
namespace {

using Eigen::MatrixXd;

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

TEST(SecondOrderTest, RefitOfExactNumbersChangesNothing) {
  const MatrixXd w = Matrix({{1, -2}, {0.5, 3}});
  const MatrixXd m = Matrix({{2, 1}, {1, 3}});
  EXPECT_TRUE(Refit(w, {.changed = m, .cross = m}, 0.1).isApprox(w));
}

TEST(SecondOrderTest, RefitShrinksWhatIsMostlyNoise) {
  // x' = x + noise, with mean squares of 1 and 1: half of x' is x.
  const Moments moments = {.changed = Matrix({{2}}), .cross = Matrix({{1}})};
  EXPECT_NEAR(Refit(Matrix({{3}}), moments, 1e-9)(0, 0), 1.5, 1e-6);
  // Damping keeps it nearer to what it was: (1 + 2) / (2 + 2) of it.
  EXPECT_NEAR(Refit(Matrix({{4}}), moments, 1)(0, 0), 3, 1e-12);
}

TEST(SecondOrderTest, ErrorIsThatOfTheSums) {
  // x is 2, x' is 3: (1.5 * 3 - 2 * 2)^2 = 0.25, less (2 * 2)^2.
  const Moments moments = {.changed = Matrix({{9}}), .cross = Matrix({{6}})};
  EXPECT_NEAR(FitErrors(Matrix({{1.5}}), Matrix({{2}}), moments)(0), 0.25 - 16,
              1e-12);
}

}  // namespace
}  // namespace tinyc
