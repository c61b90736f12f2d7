// SPDX-License-Identifier: Apache-2.0
// THE table of presets.
#include "passes/pipelines.h"

namespace tinyc {
namespace {

constexpr Preset kPresets[] = {
    {.name = "clean",
     .text = "fold-constants,simplify,fold-constants,merge-equal,remove-dead",
     .summary = "compute constants, remove what has no effect"},
    {.name = "fuse",
     .text = "matmul-to-dense,clean,fold-affine,fold-pad,hoist-clamps,"
             "fuse-activation,remove-dead",
     .summary = "merge operators into the layers beside them"},
    {.name = "integers",
     .text = "recover-scales,make-signed,integerize,clean,fuse-requantize,"
             "keep-blocks,fold-dequantize,compose-tables,clean",
     .summary = "compute in integers where the model is quantized"},
    {.name = "layout",
     .text = "to-nhwc,sink-transposes,clean,fold-pad,fuse-activation",
     .summary = "put channels last, where the kernels want them"},
    {.name = "widths",
     .text = "widen-floats,simplify,merge-equal,remove-dead",
     .summary = "compute in number types that have kernels"},
    {.name = "forms",
     .text = "layout,widths,fuse-elementwise",
     .summary = "give operators the forms that kernels take"},
    {.name = "channels-first",
     .text = "to-nchw,sink-transposes,clean",
     .summary = "undo layout, for --emit=onnx"},
    {.name = "backend",
     .text = "prepare-outputs,select-kernels,compress-weights,arrange-weights,"
             "pack-weights,schedule,rematerialize,plan-memory,check-plan",
     .summary = "choose kernels and places in memory"},
    {.name = "default",
     .text = "clean,fuse,integers,slim,note-floats,forms,backend",
     .summary = "what tinyc runs unless --passes says otherwise"},
};

}  // namespace

absl::Span<const Preset> AllPresets() { return kPresets; }

std::optional<absl::string_view> PresetText(absl::string_view name) {
  for (const Preset& preset : kPresets) {
    if (preset.name == name) return preset.text;
  }
  return std::nullopt;
}

}  // namespace tinyc
