// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/channel_repair.h"

#include "Eigen/Cholesky"

namespace tinyc {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr double kDampings[] = {1e-4, 1e-3, 1e-2, 0.1, 1};

MatrixXd Fitted(const MatrixXd& weights, const std::vector<Index>& kept,
                const Moments& moments, double damping) {
  const MatrixXd squares = Damped(moments.changed, damping);
  // w' (R + d) = w (C + d) in the columns that are kept.
  const MatrixXd pull = squares - moments.changed;
  const MatrixXd right = weights * (moments.cross + pull);
  const MatrixXd block = squares(kept, kept);
  const MatrixXd wanted = right(Eigen::all, kept);
  MatrixXd fitted = MatrixXd::Zero(weights.rows(), weights.cols());
  fitted(Eigen::all, kept) = block.llt().solve(wanted.transpose()).transpose();
  return fitted;
}

}  // namespace

RepairedRows RepairColumns(const MatrixXd& weights,
                           const std::vector<Index>& kept,
                           const LayerMoments& moments) {
  double best = kDampings[0];
  double least = 0;
  for (const double damping : kDampings) {
    const MatrixXd fitted = Fitted(weights, kept, moments.some, damping);
    const double error = FitErrors(fitted, weights, moments.other).sum();
    if (damping == kDampings[0] || error < least) {
      least = error;
      best = damping;
    }
  }
  RepairedRows rows;
  rows.weights = Fitted(weights, kept, moments.all, best);
  rows.bias = weights * moments.real_mean - rows.weights * moments.changed_mean;
  return rows;
}

}  // namespace tinyc
