// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/quality.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "passes/quantization/simulation.h"
#include "tools/driver/report.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;

// Beyond this all that is left are roundings of floats.
constexpr double kMostDecibels = 200;

// In dB, to a tenth.
Json Decibels(const std::optional<double>& noise) {
  if (!noise) return nullptr;
  const double db = *noise > 0 ? -10 * std::log10(*noise) : kMostDecibels;
  return std::round(10 * std::min(db, kMostDecibels)) / 10;
}

Json LayerJson(const LayerQuality& layer) {
  const TensorType& type = layer.value->type();
  return {{"name", LayerName(*layer.node)},
          {"op", std::string(layer.node->op().name())},
          {"output", layer.value->name()},
          {"dtype", std::string(InfoOf(type.dtype).text)},
          {"scale", type.quant->scale[0]},
          {"zero_point", type.quant->zero_point[0]},
          {"min", layer.range.min},
          {"max", layer.range.max},
          {"saturated", layer.saturated},
          {"sqnr_db", Decibels(layer.noise)},
          {"own_sqnr_db", Decibels(layer.own_noise)},
          {"output_sqnr_db", Decibels(layer.output_noise)}};
}

}  // namespace

absl::StatusOr<QuantizationQuality> QualityOf(const CompiledModel& model,
                                              const QuantizeOptions& options) {
  const Graph& real = *model.real->graph;
  CalibrationOptions calibration;
  calibration.data = options.calibration;
  TINYC_ASSIGN_OR_RETURN(const std::vector<Sample> samples,
                         ReadCalibrationData(calibration, real));
  return MeasureQuantization(real, *model.graph.graph, samples);
}

Json QualityJson(const QuantizationQuality& quality) {
  Json layers = Json::array();
  for (const LayerQuality& layer : quality.layers) {
    layers.push_back(LayerJson(layer));
  }
  return {{"samples", quality.samples},
          {"agreement", quality.agreement ? Json(*quality.agreement) : nullptr},
          {"sqnr_db", Decibels(quality.noise)},
          {"layer_samples", quality.layer_samples},
          {"layers", std::move(layers)}};
}

std::string QualityNote(const QuantizationQuality& quality, bool pruned) {
  const std::string agreement =
      quality.agreement
          ? absl::StrFormat(
                ", %.1f %% of the winners are those "
                "of the %s model",
                100 * *quality.agreement, pruned ? "pruned" : "float")
          : "";
  return absl::StrCat("quantized, on its ", quality.samples,
                      " calibration samples: signal to noise at the outputs ",
                      DecibelText(quality.noise), agreement);
}

}  // namespace tinyc
