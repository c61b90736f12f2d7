// SPDX-License-Identifier: Apache-2.0
// What the values of a model are on samples.
#ifndef TINYC_PASSES_QUANTIZATION_CALIBRATION_H_
#define TINYC_PASSES_QUANTIZATION_CALIBRATION_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"
#include "passes/pass.h"
#include "passes/quantization/scales.h"

namespace tinyc {

using Sample = std::vector<Tensor>;  // in the order of the graph's inputs

struct CalibrationOptions {
  std::string data;      // .npz or .npy file, or a folder of them
  size_t samples = 500;  // at most so many, spread evenly over the data
};

// The options `data` and `samples` of a pass; `known`: the others it takes.
absl::StatusOr<CalibrationOptions> ReadCalibrationOptions(
    const PassOptions& options, std::vector<absl::string_view> known = {});

// Samples for the inputs of `graph`, all numbers finite.
absl::StatusOr<std::vector<Sample>> ReadCalibrationData(
    const CalibrationOptions& options, const Graph& graph);

struct ObservedRanges {
  // By the name of an f32 value: an input or the result of a node.  NaN is
  // passed over; without any number, 0 to 0.
  absl::flat_hash_map<std::string, Range> ranges;
  // The least number of samples, from the first on, after which no range grew
  // by more than a hundredth of its width.
  size_t settled = 0;
};

// Runs `module` [graph] by the kernels on every sample, in parallel.
absl::StatusOr<ObservedRanges> ObserveRanges(const Module& module,
                                             absl::Span<const Sample> samples);

// Marks the values of `module` [graph] that are not marked yet with their
// ranges.
absl::Status MarkRanges(Module& module, const ObservedRanges& observed);

// A copy of a graph, planned for the kernels of this machine.
absl::StatusOr<Module> PlanForHost(const Graph& graph);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_CALIBRATION_H_
