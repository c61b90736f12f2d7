// SPDX-License-Identifier: Apache-2.0
// The stack of a model by what its kernels took where it was measured.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "tools/driver/report.h"

namespace tinyc {
namespace {

// The most that a function of these kernels took, by arm-none-eabi-gcc 12.2
// for Cortex-M4 at -Os, over 132 models: benchmarks/memory/run.sh --families.
// Those for RISC-V's vectors: by riscv64-unknown-elf-gcc 12.2 for 64 bits.
// With what assembly under it pushes, 32 to 88 bytes.
constexpr struct {
  absl::string_view stem;
  int64_t bytes;
} kFrames[] = {
    {"conv2d_f32_fpu", 280},
    {"dense_f32_fpu", 208},
    {"conv2d_s16_dsp", 408},
    {"dense_s16_dsp", 320},
    {"conv2d_s8_rvv", 736},
    {"depthwise2d_s16_dsp", 440},
    {"dense_s8_paired", 136},
    {"dense_s8_rvv", 320},
    {"depthwise2d_f32_fpu", 216},
    {"recurrent_f32_fpu", 336},
    {"depthwise2d_s8_dsp", 864},
    {"depthwise2d_s8_mve", 684},
    {"depthwise2d_s8_rvv", 1616},
    {"depthwise2d_s8_twin", 568},
    {"depthwise2d_s8_in_place_dsp", 624},
    {"depthwise2d_s8_in_place_mve", 712},
    {"depthwise2d_s8_in_place_rvv", 1600},
    {"depthwise2d_s8_in_place_twin", 268},
    {"depthwise2d_s8_in_place", 400},
    {"avg_pool_", 80},
    {"concat", 56},
    {"conv2d_f32", 112},
    {"conv3d_", 160},
    {"copy_", 48},
    {"dense_", 80},
    {"dequantize_", 12},
    {"depthwise2d_", 144},
    {"lut_", 8},
    {"matmul_", 152},
    {"max_pool_", 48},
    {"normalize_", 64},
    {"pieces_", 48},
    {"quantize_", 40},
    {"recurrent_", 120},
    {"reduce_", 48},
    {"requantize_", 56},
    {"resize_", 56},
    {"softmax_", 72},
};
// Of a depthwise kernel without room for rows, since windows are one column.
constexpr int64_t kColumnFrame = 144;
// Of families that are not in the list: that of conv2d, the greatest of all.
constexpr int64_t kGreatestFrame = 240;
constexpr int64_t kElementwiseFrame = 56;
// Of <prefix>_run, and when it runs layers that take turns: likewise, with
// --ram=min.
constexpr int64_t kRunFrame = 64;
constexpr int64_t kStreamFrame = 120;

int64_t FrameBytes(const LoweredCall& lowered) {
  if (lowered.call.shape.type() == "tc_depthwise2d_shape" &&
      lowered.call.shape.Int("kernel_w") == 1) {
    return kColumnFrame;
  }
  for (const auto& row : kFrames) {
    if (absl::StartsWith(absl::StripPrefix(lowered.kernel->symbol, "tc_"),
                         row.stem)) {
      return row.bytes;
    }
  }
  const absl::string_view shape = lowered.call.shape.type();
  return shape == "tc_unary_shape" || shape == "tc_binary_shape" ||
                 shape == "tc_map_shape"
             ? kElementwiseFrame
             : kGreatestFrame;
}

// Of the calls of `module` and of its regions.
int64_t LargestFrame(const Module& module) {
  int64_t bytes = 0;
  for (const auto& node : module.graph->nodes()) {
    for (const auto& region : node->regions()) {
      bytes = std::max(bytes, LargestFrame(*module.bodies.at(region.get())));
    }
    const auto calls = module.lowering->calls.find(node.get());
    if (calls == module.lowering->calls.end()) continue;
    for (const LoweredCall& lowered : calls->second) {
      if (lowered.kernel == nullptr) continue;
      bytes = std::max(bytes, FrameBytes(lowered));
    }
  }
  return bytes;
}

}  // namespace

int64_t StackBytesEstimate(const Module& module, bool share_code) {
  // A function for several shapes writes down which it is.
  constexpr int64_t kShapeBytes = 48;
  const bool takes_turns =
      std::any_of(module.plan->streams.begin(), module.plan->streams.end(),
                  [](const Stream& s) { return s.nodes.size() > 1; });
  return (takes_turns ? kStreamFrame : kRunFrame) + LargestFrame(module) +
         (share_code ? kShapeBytes : 0);
}

}  // namespace tinyc
