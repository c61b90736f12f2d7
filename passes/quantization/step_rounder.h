// SPDX-License-Identifier: Apache-2.0
// The integers of weights, chosen one column after the other.
#ifndef TINYC_PASSES_QUANTIZATION_STEP_ROUNDER_H_
#define TINYC_PASSES_QUANTIZATION_STEP_ROUNDER_H_

#include <vector>

#include "Eigen/Core"
#include "passes/fitting/masked_fit.h"
#include "passes/quantization/scales.h"

namespace tinyc {

// Rounds weights column by column, so that the columns that are left make up
// for the error of those that are done (the order of Optimal Brain Quantization
// by descending moments).
class StepRounder {
 public:
  // moments: the mean of x' x'^T; damping as in Refit.
  StepRounder(const Eigen::MatrixXd& moments, double damping);

  // `weights` in steps of `scale` per row, each within `range`; those that are
  // not kept become 0.
  Eigen::MatrixXd Round(const Eigen::MatrixXd& weights,
                        const Eigen::VectorXd& scale, StepRange range,
                        const Mask& kept) const;

 private:
  std::vector<Eigen::Index> order_;
  // Row k, by its diagonal element, says how the columns after k follow an
  // error in column k.
  Eigen::MatrixXd upper_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_STEP_ROUNDER_H_
