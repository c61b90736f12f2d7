// SPDX-License-Identifier: Apache-2.0
// Least squares of the weights that a pruned layer has kept.
#ifndef TINYC_PASSES_FITTING_MASKED_FIT_H_
#define TINYC_PASSES_FITTING_MASKED_FIT_H_

#include "Eigen/Core"
#include "passes/fitting/second_order.h"

namespace tinyc {

using Mask = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>;  // kept

// Refit (passes/fitting/second_order.h) with the weights that are not kept at
// 0: row by row the normal equations of the others, which pull towards
// `weights` with the strength of the damping.
Eigen::MatrixXd FitKept(const Eigen::MatrixXd& weights, const Mask& kept,
                        const Moments& moments, double damping);

}  // namespace tinyc

#endif  // TINYC_PASSES_FITTING_MASKED_FIT_H_
