// SPDX-License-Identifier: Apache-2.0
#include "passes/fitting/masked_fit.h"

#include <vector>

#include "Eigen/Cholesky"

namespace tinyc {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

MatrixXd FitKept(const MatrixXd& weights, const Mask& kept,
                 const Moments& moments, double damping) {
  const MatrixXd squares = Damped(moments.changed, damping);
  // w' (R + d) = w (C + d) in the columns that are kept.
  const MatrixXd right = weights * (moments.cross + squares - moments.changed);
  MatrixXd fitted = MatrixXd::Zero(weights.rows(), weights.cols());
  for (Index r = 0; r < weights.rows(); ++r) {
    std::vector<Index> columns;
    for (Index k = 0; k < weights.cols(); ++k) {
      if (kept(r, k)) columns.push_back(k);
    }
    if (columns.empty()) continue;
    const MatrixXd block = squares(columns, columns);
    const VectorXd wanted = right.row(r)(columns).transpose();
    fitted.row(r)(columns) = block.llt().solve(wanted).transpose();
  }
  return fitted;
}

}  // namespace tinyc
