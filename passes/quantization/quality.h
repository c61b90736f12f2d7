// SPDX-License-Identifier: Apache-2.0
// How far a quantized model is from the float model it was made of, layer by
// layer.
#ifndef TINYC_PASSES_QUANTIZATION_QUALITY_H_
#define TINYC_PASSES_QUANTIZATION_QUALITY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"
#include "passes/quantization/calibration.h"

namespace tinyc {

// Noise: the squared errors against the float model, relative to the squares of
// its numbers, both summed over samples.

// A result that the quantized model stores as integers and that the float model
// has under the same name.
struct LayerQuality {
  const Node* node = nullptr;    // of the quantized graph
  const Value* value = nullptr;  // its result
  Range range = {};              // of the float model's numbers, and 0
  double saturated = 0;          // the share of them beyond what can be stored
  double noise = 0;              // errors of the layers before included
  // By this layer alone, which is given the float model's numbers, rounded; and
  // what the outputs of the float model then get of it, its other layers in
  // float.  Nothing when an operand is not known in float.
  std::optional<double> own_noise = {};
  std::optional<double> output_noise = {};
};

struct QuantizationQuality {
  size_t samples = 0;
  // At the outputs, or at what a softmax or sigmoid there reads.
  double noise = 0;
  // The share of samples with the float model's winner in every output; nothing
  // for outputs of one number.
  std::optional<double> agreement = {};
  size_t layer_samples = 0;               // that the layers are measured on
  std::vector<LayerQuality> layers = {};  // in execution order
};

// Compares `quantized` [graph] with `real`, the float graph that its
// quantization began with, whose values it has under the same names.  Both
// outlive the result.
absl::StatusOr<QuantizationQuality> MeasureQuantization(
    const Graph& real, const Graph& quantized,
    absl::Span<const Sample> samples);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_QUALITY_H_
