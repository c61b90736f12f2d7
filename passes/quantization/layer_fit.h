// SPDX-License-Identifier: Apache-2.0
// The integers of one layer's weights, and their scales, by the moments of what
// the layer reads.
#ifndef TINYC_PASSES_QUANTIZATION_LAYER_FIT_H_
#define TINYC_PASSES_QUANTIZATION_LAYER_FIT_H_

#include <vector>

#include "Eigen/Core"
#include "compiler/base/status.h"
#include "passes/fitting/masked_fit.h"
#include "passes/fitting/second_order.h"
#include "passes/quantization/scales.h"

namespace tinyc {

// The rows of the weights that one group of a layer has, the scales at which
// they fit the range of the integers, and the moments of what they are
// multiplied with.
struct FitGroup {
  Eigen::MatrixXd weights;
  Mask kept;  // of pruned weights; those at 0 stay there
  Eigen::VectorXd scale;
  StepRange range = {0, 0};
  Moments some;   // of the samples to fit
  Moments other;  // of those to judge
  Moments all;
};

// The strengths of a fit; 0: none.
struct FitStrengths {
  double refit = 0;
  double round = 0;
  bool clip = false;  // whether a row may have a finer scale
};

// Integers and their scales.
struct LayerFit {
  Eigen::MatrixXd steps;
  Eigen::VectorXd scale;

  Eigen::MatrixXd Weights() const { return scale.asDiagonal() * steps; }
};

// The integers that make the best of `moments`.
LayerFit Fitted(const FitGroup& group, const Moments& moments,
                const FitStrengths& strengths);

// The strengths that, found on `some` of each group, are best on `other`.
absl::StatusOr<FitStrengths> BestStrengths(const std::vector<FitGroup>& groups);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_LAYER_FIT_H_
