// SPDX-License-Identifier: Apache-2.0
// The moments of what a layer reads, from runs of two forms of a model.
#ifndef TINYC_PASSES_FITTING_LAYER_MOMENTS_H_
#define TINYC_PASSES_FITTING_LAYER_MOMENTS_H_

#include <vector>

#include "Eigen/Core"
#include "compiler/base/status.h"
#include "compiler/engine/kernels_engine.h"
#include "passes/fitting/patches.h"
#include "passes/fitting/second_order.h"

namespace tinyc {

// Of one group of a layer.
struct LayerMoments {
  Moments some;   // of three quarters of the samples, to fit
  Moments other;  // of the last quarter, to judge
  Moments all;
  // Of all: the means of x and of x'.
  Eigen::VectorXd real_mean;
  Eigen::VectorXd changed_mean;
};

// The operand of a layer in the runs of all samples.
struct Reading {
  const Value& operand;
  std::vector<KernelsRun>& runs;
};

// Those of each group.  Of layers that read many vectors, of as many as the
// work allows.  The same whatever the number of processors.
absl::StatusOr<std::vector<LayerMoments>> MomentsOf(const Patches& patches,
                                                    const Reading& real,
                                                    const Reading& changed);

}  // namespace tinyc

#endif  // TINYC_PASSES_FITTING_LAYER_MOMENTS_H_
