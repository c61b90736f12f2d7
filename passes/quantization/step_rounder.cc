// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/step_rounder.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "Eigen/Cholesky"
#include "passes/fitting/second_order.h"

namespace tinyc {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

StepRounder::StepRounder(const MatrixXd& moments, double damping)
    : order_(static_cast<size_t>(moments.rows())) {
  const Index size = moments.rows();
  std::iota(order_.begin(), order_.end(), Index{0});
  std::stable_sort(order_.begin(), order_.end(), [&](Index a, Index b) {
    return moments(a, a) > moments(b, b);
  });
  MatrixXd sorted(size, size);
  for (Index i = 0; i < size; ++i) {
    for (Index j = 0; j < size; ++j) {
      sorted(i, j) = moments(order_[static_cast<size_t>(i)],
                             order_[static_cast<size_t>(j)]);
    }
  }
  // The inverse as U^T U.
  const MatrixXd inverse = Eigen::LLT<MatrixXd>(Damped(sorted, damping))
                               .solve(MatrixXd::Identity(size, size));
  upper_ = Eigen::LLT<MatrixXd>(inverse).matrixU();
}

MatrixXd StepRounder::Round(const MatrixXd& weights, const VectorXd& scale,
                            StepRange range, const Mask& kept) const {
  const Index size = weights.cols();
  MatrixXd left(weights.rows(), size);
  for (Index i = 0; i < size; ++i) {
    left.col(i) = weights.col(order_[static_cast<size_t>(i)]);
  }
  MatrixXd rounded(weights.rows(), size);
  for (Index k = 0; k < size; ++k) {
    VectorXd steps = left.col(k).cwiseQuotient(scale);
    for (double& step : steps) {
      step = std::clamp(std::nearbyint(step), range.least, range.greatest);
    }
    const Index column = order_[static_cast<size_t>(k)];
    steps = kept.col(column).select(steps, 0.0);
    rounded.col(column) = steps;
    const Index rest = size - k - 1;
    if (rest == 0) break;
    const VectorXd error =
        (left.col(k) - steps.cwiseProduct(scale)) / upper_(k, k);
    left.rightCols(rest).noalias() -= error * upper_.row(k).tail(rest);
  }
  return rounded;
}

}  // namespace tinyc
