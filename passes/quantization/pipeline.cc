// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/pipeline.h"

#include <map>
#include <utility>

#include "passes/quantization/formats.h"

namespace tinyc {
namespace {

Activations ActivationsOf(QuantizeOptions::Type type) {
  switch (type) {
    case QuantizeOptions::Type::kInt8:
    case QuantizeOptions::Type::kW4A8:
      return Activations::kInt8;
    case QuantizeOptions::Type::kInt16x8:
      return Activations::kInt16;
  }
  TINYC_CHECK(false);
}

Pipeline Parsed(absl::string_view text) {
  absl::StatusOr<Pipeline> pipeline = ParsePipeline(text);
  TINYC_CHECK(pipeline.ok());
  return *std::move(pipeline);
}

}  // namespace

Pipeline MergePipeline() { return Parsed("clean,fuse,layout"); }

Pipeline QuantizePipeline(const QuantizeOptions& options) {
  Pipeline pipeline = MergePipeline();
  // A path may hold what is syntax in the text of a pipeline.
  const auto add = [&](absl::string_view name,
                       std::map<std::string, std::string> values) {
    pipeline.push_back({FindPass(name), PassOptions(std::move(values))});
  };
  add("calibrate", {{"data", options.calibration}});
  const Activations activations = ActivationsOf(options.type);
  const Weights weights = options.type == QuantizeOptions::Type::kW4A8
                              ? Weights::kInt4
                              : Weights::kInt8;
  add("quantize",
      {{"activations", AttrText(activations)}, {"weights", AttrText(weights)}});
  // Beside 4-bit weights finer steps of activations do not show.
  if (activations == Activations::kInt8 && weights == Weights::kInt8) {
    add("tune-ranges", {{"data", options.calibration}});
  }
  add("fit-weights", {{"data", options.calibration}});
  if (options.io != QuantizeOptions::Io::kKeep) {
    add("quantize-io", {{"type", AttrText(options.io)}});
  }
  const Pipeline integers = Parsed("fold-constants,integers");
  pipeline.insert(pipeline.end(), integers.begin(), integers.end());
  return pipeline;
}

}  // namespace tinyc
