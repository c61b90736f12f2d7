// SPDX-License-Identifier: Apache-2.0
// How long a convolution or dense layer takes on a microcontroller, before its
// kernel is known.
#ifndef TINYC_PASSES_PRUNING_LAYER_TIME_H_
#define TINYC_PASSES_PRUNING_LAYER_TIME_H_

#include "compiler/ir/graph.h"

namespace tinyc {

// In instructions of the plain 8-bit kernels (no vectors), which is close to
// cycles of a Cortex-M4: beside the products each number of the result has its
// bias, requantization and, for every row of the kernel, a loop.
struct LayerTime {
  double per_lane = 0;  // of the result, beside the products

  // Of so many multiply-accumulates and lanes of the result.
  double Of(double macs, double lanes) const;
};

// Of a weighted node whose result has `lanes` lanes.
LayerTime TimeOf(const Node& node, double lanes);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_LAYER_TIME_H_
