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
      return Activations::kInt8;
    case QuantizeOptions::Type::kInt16x8:
      return Activations::kInt16;
  }
  TINYC_CHECK(false);
}

}  // namespace

Pipeline QuantizePipeline(const QuantizeOptions& options) {
  Pipeline pipeline;
  const auto append = [&](absl::string_view text) {
    absl::StatusOr<Pipeline> items = ParsePipeline(text);
    TINYC_CHECK(items.ok());
    pipeline.insert(pipeline.end(), items->begin(), items->end());
  };
  // A path may hold what is syntax in the text of a pipeline.
  const auto add = [&](absl::string_view name,
                       std::map<std::string, std::string> values) {
    pipeline.push_back({FindPass(name), PassOptions(std::move(values))});
  };
  // Merged first: what a layer and its activation give together is quantized
  // once.
  append("clean,fuse,layout");
  add("calibrate", {{"data", options.calibration}});
  const Activations activations = ActivationsOf(options.type);
  add("quantize", {{"activations", AttrText(activations)}});
  if (activations == Activations::kInt8) {
    add("tune-ranges", {{"data", options.calibration}});
  }
  add("fit-weights", {{"data", options.calibration}});
  if (options.io != QuantizeOptions::Io::kKeep) {
    add("quantize-io", {{"type", AttrText(options.io)}});
  }
  append("fold-constants,integers,layout,widths,fuse-elementwise");
  return pipeline;
}

}  // namespace tinyc
