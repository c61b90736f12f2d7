// SPDX-License-Identifier: Apache-2.0
// Weights of one layer by the second moments of what it reads: the squared
// error of its sums, as a quadratic form in the weights, is made small.
#ifndef TINYC_PASSES_FITTING_SECOND_ORDER_H_
#define TINYC_PASSES_FITTING_SECOND_ORDER_H_

#include "Eigen/Core"

namespace tinyc {

// Of vectors x that a layer reads in the float model, and x' in the one that is
// rounded or pruned, less their means.
struct Moments {
  Eigen::MatrixXd changed;  // mean of x' x'^T
  Eigen::MatrixXd cross;    // mean of x x'^T
};

// `moments` with a share of the mean square added to each of the squares.
Eigen::MatrixXd Damped(const Eigen::MatrixXd& moments, double damping);

// The weights [row][k] that make w x' closest to `weights` x in the mean of
// squares: what rounding does to x is weighed against what x' has in common
// with it.  `damping` is a share of the mean square of x' that is added to each
// of them; it keeps the weights where there is little evidence.
Eigen::MatrixXd Refit(const Eigen::MatrixXd& weights, const Moments& moments,
                      double damping);

// Of each row, the mean square of fitted x' - weights x, less what does not
// depend on `fitted`.
Eigen::VectorXd FitErrors(const Eigen::MatrixXd& fitted,
                          const Eigen::MatrixXd& weights,
                          const Moments& moments);

}  // namespace tinyc

#endif  // TINYC_PASSES_FITTING_SECOND_ORDER_H_
