// SPDX-License-Identifier: Apache-2.0
// Weights of one layer by the second moments of what it reads: the squared
// error of its sums, as a quadratic form in the weights, is made small.
#ifndef TINYC_PASSES_QUANTIZATION_SECOND_ORDER_H_
#define TINYC_PASSES_QUANTIZATION_SECOND_ORDER_H_

#include "Eigen/Core"

namespace tinyc {

// Of vectors x that a layer reads in the float model, and x' in the rounded
// one, less their means.
struct Moments {
  Eigen::MatrixXd rounded;  // mean of x' x'^T
  Eigen::MatrixXd cross;    // mean of x x'^T
};

// The weights [row][k] that make w x' closest to `weights` x in the mean of
// squares: what rounding does to x is weighed against what x' has in common
// with it.  `damping` is a share of the mean square of x' that is added to each
// of them; it keeps the weights where there is little evidence.
Eigen::MatrixXd Refit(const Eigen::MatrixXd& weights, const Moments& moments,
                      double damping);

// `weights` in steps of `scale` per row, each from -limit to limit: column by
// column, and the columns that are left make up for the error of those that
// are done (the order of Optimal Brain Quantization by descending moments).
Eigen::MatrixXd RoundToSteps(const Eigen::MatrixXd& weights,
                             const Eigen::VectorXd& scale, double limit,
                             const Eigen::MatrixXd& moments, double damping);

// The mean square of fitted x' - weights x summed over rows, less what does not
// depend on `fitted`.
double FitError(const Eigen::MatrixXd& fitted, const Eigen::MatrixXd& weights,
                const Moments& moments);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_SECOND_ORDER_H_
