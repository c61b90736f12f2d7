// SPDX-License-Identifier: Apache-2.0
#include "passes/fitting/second_order.h"

#include "Eigen/Cholesky"

namespace tinyc {

using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd Damped(const MatrixXd& moments, double damping) {
  const double mean = moments.trace() / static_cast<double>(moments.rows());
  MatrixXd damped = moments;
  // Where nothing is read any weights do.
  damped.diagonal().array() += mean > 0 ? damping * mean : 1.0;
  return damped;
}

MatrixXd Refit(const MatrixXd& weights, const Moments& moments,
               double damping) {
  // w' (R + d) = w (C + d), so that w' = w + w (C - R) (R + d)^-1.
  const Eigen::LLT<MatrixXd> factor(Damped(moments.changed, damping));
  const MatrixXd right = weights * (moments.cross - moments.changed);
  return weights + factor.solve(right.transpose()).transpose();
}

VectorXd FitErrors(const MatrixXd& fitted, const MatrixXd& weights,
                   const Moments& moments) {
  return (fitted * moments.changed - 2 * weights * moments.cross)
      .cwiseProduct(fitted)
      .rowwise()
      .sum();
}

}  // namespace tinyc
