// SPDX-License-Identifier: Apache-2.0
// Convolution of any spatial rank, with the activation that follows it.
#ifndef TINYC_COMPILER_OPS_CONV_H_
#define TINYC_COMPILER_OPS_CONV_H_

#include <limits>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"
#include "compiler/ops/window.h"

namespace tinyc {

// x: [N,C,space...] or [N,space...,C] as `layout` says; w:
// [O,C/group,kernel...] in either layout; bias: [O].  Results are clamped to
// [act_min, act_max].
//   y[n,o,p] = clamp(bias[o] + sum over c,k of
//                    w[o,c,k] * x'[n, g(o)*C/group + c, p*stride + k*dilation
//                                                       - pad_begin])
// x' is x with spread - 1 zeros between neighbours in each dimension: element i
// of x is element i * spread of x'.  ONNX Conv
// (https://onnx.ai/onnx/operators/onnx__Conv.html) has a spread of 1;
// ConvTranspose (https://onnx.ai/onnx/operators/onnx__ConvTranspose.html) is a
// convolution of mirrored weights with a stride of 1, whose spread is what ONNX
// calls stride.  Quantized as docs/numbers.md says.
struct Conv final : OpBase<Conv> {
  static constexpr absl::string_view kName = "conv";
  static constexpr Operand kOperands[] = {
      {"x"}, {"w"}, {"bias", Operand::Mode::kOptional}};

  std::vector<int64_t> strides;
  std::vector<int64_t> pads;
  std::vector<int64_t> dilations;
  std::vector<int64_t> spread;  // empty: all 1
  int64_t group = 1;
  float act_min = -std::numeric_limits<float>::infinity();
  float act_max = std::numeric_limits<float>::infinity();
  Layout layout = Layout::kNchw;

  static constexpr auto kAttrs = std::tuple{
      Attr{"strides", &Conv::strides},     Attr{"pads", &Conv::pads},
      Attr{"dilations", &Conv::dilations}, Attr{"spread", &Conv::spread},
      Attr{"group", &Conv::group},         Attr{"act_min", &Conv::act_min},
      Attr{"act_max", &Conv::act_max},     Attr{"layout", &Conv::layout}};

  Window WindowOf(const Shape& weight) const;
  // Whether every one of the input's channels is a group by itself.
  bool IsDepthwise(int64_t channels) const {
    return group == channels && group > 1;
  }
  // Whether it spreads x or has more than two dimensions of space.
  bool IsGeneral(size_t space) const;

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override;
  int64_t Macs(const Node& node) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_CONV_H_
