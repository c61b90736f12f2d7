// SPDX-License-Identifier: Apache-2.0
// The passes that take a float model to integers.
#ifndef TINYC_PASSES_QUANTIZATION_PIPELINE_H_
#define TINYC_PASSES_QUANTIZATION_PIPELINE_H_

#include <string>

#include "compiler/base/status.h"
#include "passes/pass_manager.h"

namespace tinyc {

struct QuantizeOptions {
  // THE list of what --quantize makes: activations of 8 or 16 bits, weights of
  // 8, or of 4 in most layers.
  enum class Type { kInt8, kInt16x8, kW4A8, kAuto };
  // What the model's inputs and outputs are.
  enum class Io { kKeep, kInt8, kInt16 };

  Type type = Type::kInt8;
  Io io = Io::kKeep;
  std::string calibration = "";  // .npz or .npy file, or a folder of them
  // Of kAuto: "30dB" or "1%", as choose-formats takes it; "": its own.
  std::string max_loss = "";
  // "minmax", "percentile:99.99" or "mse", as calibrate takes it.
  std::string range = "minmax";
};
template <>
struct EnumNames<QuantizeOptions::Type> {
  static constexpr absl::string_view kNames[] = {"int8", "int16x8", "w4a8",
                                                 "auto"};
};
template <>
struct EnumNames<QuantizeOptions::Io> {
  static constexpr absl::string_view kNames[] = {"keep", "int8", "int16"};
};

// From a float model as it is imported to integer operators, all at [graph];
// the presets forms and backend, or channels-first come next.
Pipeline QuantizePipeline(const QuantizeOptions& options);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_PIPELINE_H_
