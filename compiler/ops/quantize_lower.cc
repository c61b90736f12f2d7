// SPDX-License-Identifier: Apache-2.0
// Quantize, Dequantize and Requantize onto the quantize kernels.
#include "compiler/ir/graph.h"
#include "compiler/ops/blocks.h"
#include "compiler/ops/fixed_point.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/quantize.h"
#include "quantize/quantize.h"

static auto BlockFields(const tc_quantize_shape*) {
  using T = tc_quantize_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{"tc_quantize_shape",
                              std::tuple{BlockMember{"outer", &T::outer},
                                         BlockMember{"channels", &T::channels},
                                         BlockMember{"inner", &T::inner},
                                         BlockMember{"block", &T::block}}};
}

static auto BlockFields(const tc_requantize_quant*) {
  using T = tc_requantize_quant;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_requantize_quant",
      std::tuple{BlockMember{"in_zero", &T::in_zero},
                 BlockMember{"out_zero", &T::out_zero},
                 BlockMember{"mult", &T::mult}, BlockMember{"shift", &T::shift},
                 BlockMember{"lo", &T::lo}, BlockMember{"hi", &T::hi}}};
}

namespace tinyc {
namespace {

// A call between a tensor of type `quantized` and plain floats.
absl::StatusOr<std::vector<KernelCall>> LowerScaled(
    absl::string_view stem, const TensorType& plain,
    const TensorType& quantized) {
  const Quant& quant = *quantized.quant;
  if (plain.dtype != DType::kF32) {
    return Unimplemented(stem, " has no C kernel for ",
                         InfoOf(plain.dtype).text);
  }
  const AxisView view =
      quant.per_tensor()
          ? AxisView{1, 1, quantized.num_elements()}
          : ViewAround(quantized.shape, static_cast<size_t>(quant.axis));
  KernelCall call;
  call.family = FamilyName(stem, quantized.dtype);
  call.shape = Block::Of(tc_quantize_shape{
      Int32(view.outer), Int32(view.n), Int32(view.inner), Int32(quant.block)});
  const auto scales = static_cast<int64_t>(quant.scale.size());
  call.args = {
      KernelArg::Input(0),
      KernelArg::Constant("scale", Tensor::Of<float>({scales}, quant.scale)),
      KernelArg::Constant("zero",
                          Tensor::Of<int32_t>({scales}, quant.zero_point)),
      KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace

absl::StatusOr<std::vector<KernelCall>> QuantizeOp::Lower(
    const Node& node) const {
  return LowerScaled("quantize", node.input(0)->type(), node.output()->type());
}

absl::StatusOr<std::vector<KernelCall>> Dequantize::Lower(
    const Node& node) const {
  return LowerScaled("dequantize", node.output()->type(),
                     node.input(0)->type());
}

absl::StatusOr<std::vector<KernelCall>> Requantize::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const TensorType& y = node.output()->type();
  TINYC_ASSIGN_OR_RETURN(
      const FixedScale scale,
      RenderScale({double{x.quant->scale[0]} / double{y.quant->scale[0]}},
                  y.dtype, CenteredBound(x.dtype)));
  KernelCall call;
  call.family = FamilyName(FamilyName("requantize", x.dtype), y.dtype);
  call.shape = Block::Of(tc_unary_shape{Int32(x.num_elements())});
  call.quant = Block::Of(tc_requantize_quant{
      x.quant->zero_point[0], y.quant->zero_point[0], scale.mult[0],
      scale.shift, Int32(MinOf(y.dtype)), Int32(MaxOf(y.dtype))});
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

absl::StatusOr<std::vector<KernelCall>> Reinterpret::Lower(const Node&) const {
  return std::vector<KernelCall>();
}

}  // namespace tinyc
