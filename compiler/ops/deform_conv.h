// SPDX-License-Identifier: Apache-2.0
// Convolution of images with taps that are moved.
#ifndef TINYC_COMPILER_OPS_DEFORM_CONV_H_
#define TINYC_COMPILER_OPS_DEFORM_CONV_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"
#include "compiler/ops/window.h"

namespace tinyc {

// As conv over [N,C,H,W], but tap k of output p reads x at its place plus
// offset[k][p], bilinear between elements and 0 outside, times mask[k][p].
// offset: [N, 2 * offset_group * kernel, p...], rows before columns; mask: [N,
// offset_group * kernel, p...]; each group of channels has its own.  ONNX
// DeformConv (https://onnx.ai/onnx/operators/onnx__DeformConv.html).
struct DeformConv final : OpBase<DeformConv> {
  static constexpr absl::string_view kName = "deform_conv";
  static constexpr Operand kOperands[] = {{"x"},
                                          {"w"},
                                          {"offset"},
                                          {"bias", Operand::Mode::kOptional},
                                          {"mask", Operand::Mode::kOptional}};

  std::vector<int64_t> strides;
  std::vector<int64_t> pads;
  std::vector<int64_t> dilations;
  int64_t group = 1;
  int64_t offset_group = 1;

  static constexpr auto kAttrs = std::tuple{
      Attr{"strides", &DeformConv::strides}, Attr{"pads", &DeformConv::pads},
      Attr{"dilations", &DeformConv::dilations},
      Attr{"group", &DeformConv::group},
      Attr{"offset_group", &DeformConv::offset_group}};

  Window WindowOf(const Shape& weight) const {
    return {.kernel = {weight.begin() + 2, weight.end()},
            .strides = strides,
            .pads = pads,
            .dilations = dilations};
  }

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  int64_t Macs(const Node& node) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_DEFORM_CONV_H_
