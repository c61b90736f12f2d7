// SPDX-License-Identifier: Apache-2.0
// What quantization loses at the outputs of a model, and how much it may.
#ifndef TINYC_PASSES_QUANTIZATION_LOSS_H_
#define TINYC_PASSES_QUANTIZATION_LOSS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "passes/quantization/simulation.h"

namespace tinyc {

struct Loss {
  // Squared errors relative to the squares of the float model's outputs.
  double noise = 0;
  // The share of samples with another winner than the float model's in some
  // output; nothing for outputs of one number.
  std::optional<double> disagreement = {};
};

// "31.2 dB, 99.0 % of the winners kept".
std::string LossText(const Loss& loss);

// Runs `simulation` on every sample, in parallel; `real`: RealOutputs of them.
absl::StatusOr<Loss> LossOf(const Simulation& simulation,
                            absl::Span<const Sample> samples,
                            absl::Span<const std::vector<Tensor>> real);

// The noise of models with rounded weights and corrected biases, without any
// fit: quick, and fit for comparing them.
class NearestNoise {
 public:
  explicit NearestNoise(std::vector<Sample> samples)
      : samples_(std::move(samples)) {}

  // Of a graph that quantize has left.  All that one object is asked about have
  // the same float form.
  absl::StatusOr<double> Of(const Graph& graph);

 private:
  std::vector<Sample> samples_;
  std::vector<std::vector<Tensor>> real_;  // outputs
};

// One of both.
struct LossLimit {
  double decibels = 0;                      // signal to noise, at least
  std::optional<double> disagreement = {};  // share of the samples, at most

  bool Allows(const Loss& loss) const;
};

// "30dB" or "1%".
absl::StatusOr<LossLimit> ParseLossLimit(absl::string_view text);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_LOSS_H_
