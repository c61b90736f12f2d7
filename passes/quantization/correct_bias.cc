// SPDX-License-Identifier: Apache-2.0
// Adds to the biases of convolutions and dense layers what rounding takes from
// the mean of their sums.
//
//   %f = conv(%x, dequantize(quantize(%w)), %b)
//                              =>  %f = conv(%x, dequantize(quantize(%w)), %b')
//   b'[c] = b[c] + mean of the float model's sums of channel c
//                - mean of the rounded model's
//
// Layer by layer in the order of the graph, each with those before it already
// corrected, over all positions of all samples and before the activation.
// Options: data and samples as those of calibrate, as many as fit the memory.
// Run last of the passes that choose scales: the float model is not in the
// graph any more.  Where it does not lower the error at the outputs the biases
// stay.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "compiler/base/parallel.h"
#include "passes/pass.h"
#include "passes/quantization/bias_correction.h"
#include "passes/quantization/simulation.h"

namespace tinyc {
namespace {

constexpr int64_t kMemory = int64_t{1} << 30;  // bytes of all runs

double Sum(const OutputError& error, std::vector<KernelsRun>& runs) {
  double sum = 0;
  for (size_t i = 0; i < runs.size(); ++i) sum += error.Of(runs[i], i);
  return sum;
}

}  // namespace

absl::Status CorrectBias(Module& module, const PassOptions& options) {
  TINYC_ASSIGN_OR_RETURN(CalibrationOptions calibration,
                         ReadCalibrationOptions(options));
  TINYC_ASSIGN_OR_RETURN(FloatForms forms, MakeFloatForms(*module.graph));
  TINYC_ASSIGN_OR_RETURN(const std::unique_ptr<Simulation> simulation,
                         Simulation::Make(std::move(forms.rounded)));
  const int64_t runs_in_memory =
      std::max<int64_t>(1, kMemory / (simulation->bytes_per_run() + 1));
  calibration.samples =
      std::min(calibration.samples, static_cast<size_t>(runs_in_memory));
  TINYC_ASSIGN_OR_RETURN(const std::vector<Sample> samples,
                         ReadCalibrationData(calibration, *module.graph));
  TINYC_ASSIGN_OR_RETURN(
      BiasCorrection correction,
      BiasCorrection::Make(*module.graph, *forms.real, samples));
  TINYC_ASSIGN_OR_RETURN(const auto real, RealOutputs(*forms.real, samples));
  const OutputError error(*simulation, real);
  std::vector<KernelsRun> runs;
  for (const Sample& sample : samples) {
    runs.push_back(simulation->Start(sample));
  }
  TINYC_RETURN_IF_ERROR(ParallelFor(
      runs.size(), [&](size_t i) { return simulation->StepAll(runs[i]); }));
  const double before = Sum(error, runs);
  TINYC_RETURN_IF_ERROR(correction.Run(*simulation, runs));
  const double after = Sum(error, runs);
  if (!(after < before)) return absl::OkStatus();
  correction.Apply(*module.graph);
  module.notes.push_back(
      absl::StrCat("biases corrected on ", samples.size(),
                   " samples: signal to noise at the outputs ",
                   DecibelText(before), " => ", DecibelText(after)));
  return absl::OkStatus();
}

}  // namespace tinyc
