// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/second_order.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "Eigen/Cholesky"

namespace tinyc {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd Damped(const MatrixXd& moments, double damping) {
  const double mean = moments.trace() / static_cast<double>(moments.rows());
  MatrixXd damped = moments;
  // Where nothing is read any weights do.
  damped.diagonal().array() += mean > 0 ? damping * mean : 1.0;
  return damped;
}

}  // namespace

MatrixXd Refit(const MatrixXd& weights, const Moments& moments,
               double damping) {
  // w' (R + d) = w (C + d), so that w' = w + w (C - R) (R + d)^-1.
  const Eigen::LLT<MatrixXd> factor(Damped(moments.rounded, damping));
  const MatrixXd right = weights * (moments.cross - moments.rounded);
  return weights + factor.solve(right.transpose()).transpose();
}

MatrixXd RoundToSteps(const MatrixXd& weights, const VectorXd& scale,
                      double limit, const MatrixXd& moments, double damping) {
  const Index size = weights.cols();
  std::vector<Index> order(static_cast<size_t>(size));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return moments(a, a) > moments(b, b);
  });
  MatrixXd left(weights.rows(), size);
  MatrixXd sorted(size, size);
  for (Index i = 0; i < size; ++i) {
    left.col(i) = weights.col(order[static_cast<size_t>(i)]);
    for (Index j = 0; j < size; ++j) {
      sorted(i, j) =
          moments(order[static_cast<size_t>(i)], order[static_cast<size_t>(j)]);
    }
  }
  // With the inverse as U^T U, row k of U says how the columns after k follow
  // an error in column k.
  const MatrixXd inverse = Eigen::LLT<MatrixXd>(Damped(sorted, damping))
                               .solve(MatrixXd::Identity(size, size));
  const MatrixXd upper = Eigen::LLT<MatrixXd>(inverse).matrixU();
  MatrixXd rounded(weights.rows(), size);
  for (Index k = 0; k < size; ++k) {
    VectorXd steps = left.col(k).cwiseQuotient(scale);
    for (double& step : steps) {
      step = std::clamp(std::nearbyint(step), -limit, limit);
    }
    rounded.col(order[static_cast<size_t>(k)]) = steps;
    const Index rest = size - k - 1;
    if (rest == 0) break;
    const VectorXd error =
        (left.col(k) - steps.cwiseProduct(scale)) / upper(k, k);
    left.rightCols(rest).noalias() -= error * upper.row(k).tail(rest);
  }
  return rounded;
}

double FitError(const MatrixXd& fitted, const MatrixXd& weights,
                const Moments& moments) {
  return (fitted * moments.rounded - 2 * weights * moments.cross)
      .cwiseProduct(fitted)
      .sum();
}

}  // namespace tinyc
