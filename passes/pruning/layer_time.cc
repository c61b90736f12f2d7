// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/layer_time.h"

#include "compiler/ops/conv.h"

namespace tinyc {
namespace {

// As counted on an emulated Cortex-M4, gcc -O2: within an eighth for the
// convolutions of kws, ic, vww and mnist_cnn, depthwise ones included.
constexpr double kPerMac = 2.6;
constexpr double kPerResult = 10;
constexpr double kPerKernelRow = 22;  // and result

}  // namespace

double LayerTime::Of(double macs, double lanes) const {
  return kPerMac * macs + per_lane * lanes;
}

LayerTime TimeOf(const Node& node, double lanes) {
  const Shape& weights = node.input(1)->type().shape;
  const double rows = node.As<Conv>() != nullptr && weights.size() > 2
                          ? static_cast<double>(weights[2])
                          : 1;
  const double results =
      static_cast<double>(node.output()->type().num_elements());
  return {(kPerResult + kPerKernelRow * rows) * results / lanes};
}

}  // namespace tinyc
