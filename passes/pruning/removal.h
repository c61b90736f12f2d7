// SPDX-License-Identifier: Apache-2.0
// The order in which a row loses its weights.
#ifndef TINYC_PASSES_PRUNING_REMOVAL_H_
#define TINYC_PASSES_PRUNING_REMOVAL_H_

#include <vector>

#include "Eigen/Core"
#include "absl/types/span.h"
#include "passes/pruning/units.h"

namespace tinyc {

// Units of one row in the order in which they go, as long as any may go.
struct Removal {
  std::vector<size_t> units;
  std::vector<double> costs;  // of each, given that those before it are gone
};

// [unit]: whether it is gone already, before the order begins.
using Gone = std::vector<bool>;

// The sum of squares of the weights of each unit.
std::vector<double> Squares(const Eigen::VectorXd& row, const Units& units);

// Those with the least squares first.
Removal RemoveSmallest(const Eigen::VectorXd& row, const Units& units,
                       const Gone& gone);

// Optimal Brain Compression (Frantar and Alistarh 2022, section 4 and, for
// blocks, its appendix): the unit first whose loss costs least in the quadratic
// form H around `row` when the weights that are left make up for it,
//   w_B^T (H^-1_BB)^-1 w_B,
// after which row and H^-1 are those without it.  The costs add up to the
// error of the best weights that are left.  `inverse`: H^-1.
Removal RemoveCheapest(const Eigen::VectorXd& row,
                       const Eigen::MatrixXd& inverse, const Units& units,
                       const Gone& gone);

// How many units each row loses when all of them together lose `count`, always
// the next one that costs least.
std::vector<size_t> CheapestOf(absl::Span<const Removal> rows, size_t count);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_REMOVAL_H_
