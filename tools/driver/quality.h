// SPDX-License-Identifier: Apache-2.0
// What quantization cost in accuracy, for the report.
//
// The JSON, `quantization` in that of report.h:
//   samples        of the calibration data
//   agreement      share of them with the float model's winner, or null
//   sqnr_db        signal to noise at the outputs, before a final softmax
//   layer_samples  that the layers are measured on
//   layers[]       every result stored as integers, in execution order:
//     name, op, output   as in layers[] of the report
//     dtype, scale, zero_point
//     min, max           of the float model's numbers
//     saturated          the share of them beyond what can be stored
//     sqnr_db            with the errors of the layers before
//     own_sqnr_db        of this layer on the float model's numbers, or null
//     output_sqnr_db     of the outputs, were only this layer quantized, or
//     null
#ifndef TINYC_TOOLS_DRIVER_QUALITY_H_
#define TINYC_TOOLS_DRIVER_QUALITY_H_

#include <string>

#include "compiler/base/status.h"
#include "nlohmann/json.hpp"
#include "passes/quantization/quality.h"
#include "tools/driver/compile.h"

namespace tinyc {

// Of a model that CompileModel quantized by `options`, on its calibration data.
// `model` outlives the result.
absl::StatusOr<QuantizationQuality> QualityOf(const CompiledModel& model,
                                              const QuantizeOptions& options);

nlohmann::ordered_json QualityJson(const QuantizationQuality& quality);

// The figures for the whole model, as a sentence; `pruned`: before it was
// quantized.
std::string QualityNote(const QuantizationQuality& quality, bool pruned);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_QUALITY_H_
