// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/numbers.h"
#include "compiler/base/parallel.h"
#include "compiler/base/progress.h"
#include "compiler/data/samples.h"
#include "compiler/engine/kernels_engine.h"
#include "compiler/targets/registry.h"
#include "passes/pass_manager.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

bool AllFinite(const Tensor& tensor) {
  if (!IsFloat(tensor.dtype())) return true;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    if (!std::isfinite(tensor.At(i))) return false;
  }
  return true;
}

// Where the numbers of one value lie; min > max: nowhere.
struct Extent {
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();

  void Add(absl::Span<const float> numbers) {
    for (const float x : numbers) {
      if (std::isnan(x)) continue;
      min = std::min(min, x);
      max = std::max(max, x);
    }
  }
  void Add(const Extent& other) {
    min = std::min(min, other.min);
    max = std::max(max, other.max);
  }
  Range AsRange() const { return min <= max ? Range{min, max} : Range{}; }
};

using Extents = absl::flat_hash_map<std::string, Extent>;

// Those of one sample, by the names of the values.
absl::StatusOr<Extents> ExtentsOf(const Module& planned, const Sample& sample) {
  Extents extents;
  const auto observe = [&](const Value& value, const Tensor& tensor) {
    if (tensor.dtype() != DType::kF32) return;
    extents[value.name()].Add(tensor.data<float>());
  };
  const absl::Span<Value* const> inputs = planned.graph->inputs();
  for (size_t i = 0; i < inputs.size(); ++i) observe(*inputs[i], sample[i]);
  TINYC_RETURN_IF_ERROR(
      RunKernels(planned, sample, {.observe = observe}).status());
  return extents;
}

bool GrewBy(const Range& before, const Range& after, float share) {
  const float slack = share * (after.max - after.min);
  return before.min - after.min > slack || after.max - before.max > slack;
}

}  // namespace

absl::StatusOr<CalibrationOptions> ReadCalibrationOptions(
    const PassOptions& options, std::vector<absl::string_view> known) {
  known.insert(known.end(), {"data", "samples"});
  TINYC_RETURN_IF_ERROR(options.CheckKnown(known));
  CalibrationOptions read;
  read.data = options.Get("data", "");
  if (read.data.empty()) {
    return Invalid("the option data=FILE.npz is missing");
  }
  const std::string count = options.Get("samples", absl::StrCat(read.samples));
  if (!absl::SimpleAtoi(count, &read.samples) || read.samples == 0) {
    return Invalid("samples is a whole number above 0, not \"", count, "\"");
  }
  return read;
}

absl::StatusOr<std::vector<Sample>> ReadCalibrationData(
    const CalibrationOptions& options, const Graph& graph) {
  const std::string prefix =
      absl::StrCat("the calibration data ", options.data, " ");
  const absl::StatusOr<Samples> all = Samples::Read(options.data, graph);
  if (!all.ok()) return Prefixed(prefix, all.status());
  if (all->values().empty()) return Invalid(prefix, "has no samples");
  std::vector<Sample> samples = all->Spread(options.samples);
  for (const Sample& sample : samples) {
    for (size_t i = 0; i < sample.size(); ++i) {
      if (AllFinite(sample[i])) continue;
      return Invalid(prefix, "has NaN or infinity for input \"",
                     graph.inputs()[i]->name(), "\"");
    }
  }
  return samples;
}

absl::StatusOr<Module> PlanForHost(const Graph& graph) {
  Module module;
  module.graph = graph.Clone();
  module.target = FindTarget("host");
  TINYC_ASSIGN_OR_RETURN(
      const Pipeline pipeline,
      ParsePipeline("widen-floats,prepare-outputs,select-kernels,pack-weights,"
                    "plan-memory"));
  for (const PipelineItem& item : pipeline) {
    TINYC_RETURN_IF_ERROR(item.pass->run(module, item.options));
  }
  return module;
}

absl::StatusOr<ObservedRanges> ObserveRanges(const Module& module,
                                             absl::Span<const Sample> samples) {
  TINYC_ASSIGN_OR_RETURN(const Module planned, PlanForHost(*module.graph));
  std::vector<Extents> extents(samples.size());
  Progress progress("calibrate", samples.size());
  TINYC_RETURN_IF_ERROR(ParallelFor(samples.size(), [&](size_t i) {
    TINYC_ASSIGN_OR_RETURN(extents[i], ExtentsOf(planned, samples[i]));
    progress.Add();
    return absl::OkStatus();
  }));
  Extents all;
  for (const Extents& some : extents) {
    for (const auto& [name, extent] : some) all[name].Add(extent);
  }
  ObservedRanges observed;
  for (const auto& [name, extent] : all) {
    observed.ranges[name] = extent.AsRange();
    Extent seen;
    for (size_t i = 0; i < extents.size(); ++i) {
      if (!GrewBy(seen.AsRange(), extent.AsRange(), 0.01f) && i > 0) break;
      seen.Add(extents[i].at(name));
      observed.settled = std::max(observed.settled, i + 1);
    }
  }
  return observed;
}

}  // namespace tinyc
