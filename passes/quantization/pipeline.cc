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
    case QuantizeOptions::Type::kAuto:
      return Activations::kInt8;
    case QuantizeOptions::Type::kInt16x8:
      return Activations::kInt16;
  }
  TINYC_CHECK(false);
}

Weights WeightsOf(QuantizeOptions::Type type) {
  return type == QuantizeOptions::Type::kW4A8 ? Weights::kInt4 : Weights::kInt8;
}

Pipeline Parsed(absl::string_view text) {
  absl::StatusOr<Pipeline> pipeline = ParsePipeline(text);
  TINYC_CHECK(pipeline.ok());
  return *std::move(pipeline);
}

}  // namespace

Pipeline QuantizePipeline(const QuantizeOptions& options) {
  // Merged first: what a layer and its activation give together is rounded
  // once.
  Pipeline pipeline = Parsed("clean,fuse,slim,layout");
  // A path may hold what is syntax in the text of a pipeline.
  const auto add = [&](absl::string_view name,
                       std::map<std::string, std::string> values) {
    pipeline.push_back({FindPass(name), PassOptions(std::move(values))});
  };
  const std::map<std::string, std::string> data = {
      {"data", options.calibration}};
  const Activations activations = ActivationsOf(options.type);
  const Weights weights = WeightsOf(options.type);
  // Elsewhere the steps of activations are not what costs: 16 bits have enough
  // of them, and 4-bit weights make more noise.
  const bool is_int8 =
      activations == Activations::kInt8 && weights == Weights::kInt8;
  if (is_int8) add("equalize", data);
  std::map<std::string, std::string> ranges = data;
  std::map<std::string, std::string> tuning = data;
  if (options.range != "minmax") {
    ranges["range"] = options.range;
    ranges["activations"] = std::string(AttrText(activations));
    tuning["widen"] = "true";
  }
  add("calibrate", ranges);
  if (options.type == QuantizeOptions::Type::kAuto) {
    std::map<std::string, std::string> limit = tuning;
    if (!options.max_loss.empty()) limit["max-loss"] = options.max_loss;
    add("choose-formats", limit);
  }
  add("quantize",
      {{"activations", AttrText(activations)}, {"weights", AttrText(weights)}});
  if (is_int8) add("tune-ranges", tuning);
  add("fit-weights", data);
  if (options.io != QuantizeOptions::Io::kKeep) {
    add("quantize-io", {{"type", AttrText(options.io)}});
  }
  const Pipeline integers = Parsed("fold-constants,integers,slim");
  pipeline.insert(pipeline.end(), integers.begin(), integers.end());
  return pipeline;
}

}  // namespace tinyc
