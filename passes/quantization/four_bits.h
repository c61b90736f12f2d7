// SPDX-License-Identifier: Apache-2.0
// Which layers of a model get weights of 4 bits.
#ifndef TINYC_PASSES_QUANTIZATION_FOUR_BITS_H_
#define TINYC_PASSES_QUANTIZATION_FOUR_BITS_H_

#include "absl/container/flat_hash_set.h"
#include "compiler/ir/graph.h"
#include "passes/quantization/formats.h"
#include "passes/quantization/plan.h"

namespace tinyc {

// The layers of `plan` that get weights of 4 bits, among those that read 8-bit
// activations by kernels that unpack weights: dense ones and convolutions of
// one or two dimensions, but not depthwise ones, whose few weights are worth
// their bytes.  `wanted` says it of some weights, `weights` of the others; of
// these kInner spares the layers before which or after which there is no other,
// where errors cost most, if they hold little of the model.
absl::flat_hash_set<const Node*> FourBitLayers(const Graph& graph,
                                               const QuantizationPlan& plan,
                                               Weights weights, FourBits which,
                                               const Storages& wanted);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_FOUR_BITS_H_
