// SPDX-License-Identifier: Apache-2.0
// Runs the model on samples and writes down between which numbers each value
// lay.
//
//   %y = conv(%x, %w)  =>  %1 = conv(%x, %w)
//                          %y = observed(%1) {min=-3.5, max=2.25}
//
// Options: data=<.npz or .npy file, or folder of them>, and samples=<at most so
// many, spread evenly over the data> (500).  Every f32 value of the graph is
// observed but those inside of regions.  Run after the passes that merge
// operators: quantize looks at the values that are left.
//
// Option range: minmax, the numbers observed; percentile:99.99, without the
// outermost ones; or mse, the least squared error of each value by itself when
// it is stored as the option activations says (int8 or int16).  These two look
// at a value by itself, not at what its errors cost later, and may do harm: the
// noise that they and minmax leave at the outputs is measured and noted, as a
// warning when it grows.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ops/observed.h"
#include "passes/pass.h"
#include "passes/quantization/calibration.h"
#include "passes/quantization/insertion.h"
#include "passes/quantization/loss.h"
#include "passes/quantization/range_estimator.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// With fewer samples ranges are too narrow for what comes later.
constexpr size_t kFewSamples = 32;

// Estimated ranges are compared on so many samples with those observed, if all
// values of all of them fit this memory,
constexpr size_t kMostJudged = 200;
constexpr int64_t kMemory = int64_t{1} << 30;  // bytes
// and are worse when the noise grows by this factor: 0.2 dB.
constexpr double kWorse = 1.047;

// Values to observe that are not yet.
std::vector<Value*> Unobserved(const Graph& graph) {
  std::vector<Value*> values;
  const auto add = [&](Value* value) {
    if (value->type().dtype != DType::kF32 || value->uses().empty()) return;
    const bool observed = std::any_of(
        value->uses().begin(), value->uses().end(), [](const Use& use) {
          return use.node != nullptr && use.node->As<Observed>() != nullptr;
        });
    if (!observed) values.push_back(value);
  };
  for (Value* input : graph.inputs()) add(input);
  for (const auto& node : graph.nodes()) {
    if (node->As<Observed>() != nullptr) continue;
    for (Value* output : node->outputs()) add(output);
  }
  return values;
}

// Makes every user of `value` read it through an `observed`.
absl::Status Mark(Graph& graph, Value* value, Node* before,
                  const Range& range) {
  Observed op;
  op.min = range.min;
  op.max = range.max;
  std::vector<const Node*> from;
  if (value->producer() != nullptr) from.push_back(value->producer());
  TINYC_ASSIGN_OR_RETURN(
      Value* const observed,
      AddNode(graph, {.before = before, .from = from}, op, {value}));
  ReadThrough(graph, value, observed);
  return absl::OkStatus();
}

// Some of the samples, spread evenly: what ranges cost is compared on them.
std::vector<Sample> Judges(const Graph& graph,
                           absl::Span<const Sample> samples) {
  int64_t bytes = 1;
  for (const auto& node : graph.nodes()) {
    for (const Value* output : node->outputs()) {
      // As it is and rounded.
      bytes += 2 * output->type().num_elements() *
               static_cast<int64_t>(sizeof(float));
    }
  }
  const size_t count =
      std::min({samples.size(), kMostJudged,
                static_cast<size_t>(std::max<int64_t>(1, kMemory / bytes))});
  std::vector<Sample> judges;
  for (size_t i = 0; i < count; ++i) {
    judges.push_back(samples[i * samples.size() / count]);
  }
  return judges;
}

// The noise at the outputs when values are stored by these ranges, beside
// weights of 8 bits.
absl::StatusOr<double> NoiseWith(const Module& module,
                                 const ObservedRanges& ranges,
                                 Activations activations, NearestNoise& noise) {
  Module trial;
  trial.name = module.name;
  trial.target = module.target;
  trial.graph = module.graph->Clone();
  TINYC_RETURN_IF_ERROR(MarkRanges(trial, ranges));
  const PassOptions options(
      {{"activations", std::string(AttrText(activations))}});
  TINYC_RETURN_IF_ERROR(Quantize(trial, options));
  return noise.Of(*trial.graph);
}

std::string Comparison(absl::string_view range, double noise, double minmax) {
  const std::string figures =
      absl::StrCat(", beside 8-bit weights: signal to noise at the outputs ",
                   DecibelText(noise), ", with minmax ", DecibelText(minmax));
  if (noise > minmax * kWorse) {
    return absl::StrCat("warning: the range ", range,
                        " is worse than minmax on the calibration samples",
                        figures);
  }
  return absl::StrCat("ranges by ", range, figures);
}

}  // namespace

absl::Status MarkRanges(Module& module, const ObservedRanges& observed) {
  const std::vector<Value*> values = Unobserved(*module.graph);
  const NodeAfter after(*module.graph);
  for (Value* value : values) {
    const auto range = observed.ranges.find(value->name());
    if (range == observed.ranges.end()) continue;
    TINYC_RETURN_IF_ERROR(
        Mark(*module.graph, value, after.Of(*value), range->second));
  }
  return absl::OkStatus();
}

absl::Status Calibrate(Module& module, const PassOptions& options) {
  TINYC_ASSIGN_OR_RETURN(
      const CalibrationOptions calibration,
      ReadCalibrationOptions(options, {"range", "activations"}));
  const std::string range = options.Get("range", "minmax");
  TINYC_ASSIGN_OR_RETURN(const RangeEstimator estimator,
                         ParseRangeEstimator(range));
  TINYC_ASSIGN_OR_RETURN(const Activations activations,
                         ReadActivations(options, "activations"));
  if (Unobserved(*module.graph).empty()) return absl::OkStatus();
  TINYC_ASSIGN_OR_RETURN(const std::vector<Sample> samples,
                         ReadCalibrationData(calibration, *module.graph));
  TINYC_ASSIGN_OR_RETURN(ObservedRanges observed,
                         ObserveRanges(module, samples));
  module.notes.push_back(
      absl::StrCat("calibrated on ", samples.size(),
                   samples.size() == 1 ? " sample" : " samples",
                   ", of which the ranges needed ", observed.settled));
  if (estimator.kind != RangeEstimator::Kind::kMinMax) {
    const ObservedRanges minmax = observed;
    TINYC_RETURN_IF_ERROR(
        EstimateRanges(module, samples, estimator, activations, &observed));
    NearestNoise noise(Judges(*module.graph, samples));
    TINYC_ASSIGN_OR_RETURN(const double before,
                           NoiseWith(module, minmax, activations, noise));
    TINYC_ASSIGN_OR_RETURN(const double after,
                           NoiseWith(module, observed, activations, noise));
    module.notes.push_back(Comparison(range, after, before));
  }
  TINYC_RETURN_IF_ERROR(MarkRanges(module, observed));
  if (samples.size() < kFewSamples) {
    module.notes.push_back(absl::StrCat(
        "warning: ", samples.size(), " calibration samples are few; ",
        kFewSamples, " or more give ranges that hold for other inputs"));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
