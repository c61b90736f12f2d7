// SPDX-License-Identifier: Apache-2.0
// Weights of one layer by the second moments of what it reads: the squared
// error of its sums, as a quadratic form in the weights, is made small.
#ifndef TINYC_PASSES_QUANTIZATION_SECOND_ORDER_H_
#define TINYC_PASSES_QUANTIZATION_SECOND_ORDER_H_

#include <vector>

#include "Eigen/Core"
#include "passes/quantization/scales.h"

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

// Rounds weights column by column, so that the columns that are left make up
// for the error of those that are done (the order of Optimal Brain Quantization
// by descending moments).
class StepRounder {
 public:
  // moments: the mean of x' x'^T; damping as in Refit.
  StepRounder(const Eigen::MatrixXd& moments, double damping);

  // `weights` in steps of `scale` per row, each within `range`.
  Eigen::MatrixXd Round(const Eigen::MatrixXd& weights,
                        const Eigen::VectorXd& scale, StepRange range) const;

 private:
  std::vector<Eigen::Index> order_;
  // Row k, by its diagonal element, says how the columns after k follow an
  // error in column k.
  Eigen::MatrixXd upper_;
};

// Of each row, the mean square of fitted x' - weights x, less what does not
// depend on `fitted`.
Eigen::VectorXd FitErrors(const Eigen::MatrixXd& fitted,
                          const Eigen::MatrixXd& weights,
                          const Moments& moments);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_SECOND_ORDER_H_
