// SPDX-License-Identifier: Apache-2.0
// What rounding takes from the mean of the sums of convolutions and dense
// layers, and giving it back by their biases.
#ifndef TINYC_PASSES_QUANTIZATION_BIAS_CORRECTION_H_
#define TINYC_PASSES_QUANTIZATION_BIAS_CORRECTION_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "passes/quantization/channels.h"
#include "passes/quantization/simulation.h"

namespace tinyc {

class BiasCorrection {
 public:
  // Of the layers of `model` with rounded weights and a constant bias or none;
  // `real` is the real form of it, with split activations.
  static absl::StatusOr<BiasCorrection> Make(const Graph& model,
                                             const Graph& real,
                                             absl::Span<const Sample> samples);

  // Runs all nodes on all samples, one node after the other, and finds the
  // corrections on the way: each from the sums that the layers before it,
  // corrected, lead to.  `simulation` applies them from then on.
  // `prepare` is called before a layer runs, with the step and the name of its
  // output in the model.
  using Prepare =
      absl::FunctionRef<absl::Status(size_t step, const std::string& output)>;
  absl::Status Run(
      Simulation& simulation, std::vector<KernelsRun>& runs,
      Prepare prepare = [](size_t, const std::string&) {
        return absl::OkStatus();
      });

  size_t layers() const { return layers_.size(); }

  // Adds to the biases of `model` what Run found.
  void Apply(Graph& model) const;

 private:
  struct Layer {
    std::string output;  // of its node in the model
    std::string sum;     // before the activation, in both float forms
    Channels channels;
    std::vector<double> real = {};        // means of the float model
    std::vector<double> correction = {};  // of the bias
  };

  absl::Status FindRealMeans(const Graph& real,
                             absl::Span<const Sample> samples);
  absl::Status Correct(const Value& value, std::vector<KernelsRun>& runs,
                       Layer* layer) const;

  std::vector<Layer> layers_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_BIAS_CORRECTION_H_
