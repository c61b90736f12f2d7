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
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "compiler/ops/observed.h"
#include "passes/pass.h"
#include "passes/quantization/calibration.h"
#include "passes/quantization/insertion.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// With fewer samples ranges are too narrow for what comes later.
constexpr size_t kFewSamples = 32;

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

}  // namespace

absl::StatusOr<size_t> MarkRanges(Module& module,
                                  absl::Span<const Sample> samples) {
  const std::vector<Value*> values = Unobserved(*module.graph);
  if (values.empty()) return 0;
  TINYC_ASSIGN_OR_RETURN(const ObservedRanges observed,
                         ObserveRanges(module, samples));
  const NodeAfter after(*module.graph);
  for (Value* value : values) {
    const auto range = observed.ranges.find(value->name());
    if (range == observed.ranges.end()) continue;
    TINYC_RETURN_IF_ERROR(
        Mark(*module.graph, value, after.Of(*value), range->second));
  }
  return observed.settled;
}

absl::Status Calibrate(Module& module, const PassOptions& options) {
  TINYC_ASSIGN_OR_RETURN(const CalibrationOptions calibration,
                         ReadCalibrationOptions(options));
  if (Unobserved(*module.graph).empty()) return absl::OkStatus();
  TINYC_ASSIGN_OR_RETURN(const std::vector<Sample> samples,
                         ReadCalibrationData(calibration, *module.graph));
  TINYC_ASSIGN_OR_RETURN(const size_t settled, MarkRanges(module, samples));
  module.notes.push_back(
      absl::StrCat("calibrated on ", samples.size(),
                   samples.size() == 1 ? " sample" : " samples",
                   ", of which the ranges needed ", settled));
  if (samples.size() < kFewSamples) {
    module.notes.push_back(absl::StrCat(
        "warning: ", samples.size(), " calibration samples are few; ",
        kFewSamples, " or more give ranges that hold for other inputs"));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
