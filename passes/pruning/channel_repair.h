// SPDX-License-Identifier: Apache-2.0
// The weights of a layer after it has lost columns.
#ifndef TINYC_PASSES_PRUNING_CHANNEL_REPAIR_H_
#define TINYC_PASSES_PRUNING_CHANNEL_REPAIR_H_

#include <vector>

#include "Eigen/Core"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "passes/fitting/layer_moments.h"

namespace tinyc {

// Weights of the rows of one group, with what is to be added to the bias.
struct RepairedRows {
  Eigen::MatrixXd weights;
  Eigen::VectorXd bias;
};

// The weights that make the sums of `weights` from the columns in `kept`, by
// least squares (passes/fitting/second_order.h), held to what they were as
// strongly as is best on samples left out; the other columns become 0.
RepairedRows RepairColumns(const Eigen::MatrixXd& weights,
                           const std::vector<Eigen::Index>& kept,
                           const LayerMoments& moments);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_CHANNEL_REPAIR_H_
