// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/weighted_lower.h"

#include "compiler/ops/blocks.h"
#include "compiler/ops/weighted.h"

namespace tinyc {

Tensor KernelWeights(const Tensor& w) {
  if (!w.type().quantized()) return w;
  Tensor bytes(TensorType(DType::kS8, w.shape()));
  for (int64_t i = 0; i < w.size(); ++i) bytes.SetInt(i, w.IntAt(i));
  return bytes;
}

absl::Status AddWeightedArgs(const Node& node, float act_min, float act_max,
                             KernelCall* call, InputZero input_zero) {
  const TensorType& x = node.input(0)->type();
  const Value& w = *node.input(1);
  const Value* bias = node.input(2);
  const TensorType& y = node.output()->type();
  if (!y.quantized()) {
    call->quant = Block::Of(tc_act_f32{act_min, act_max});
    call->args.push_back(
        bias == nullptr
            ? KernelArg::Constant(
                  "bias", Tensor(TensorType(y.dtype, {w.type().shape[0]})))
        : bias->constant() == nullptr
            ? KernelArg::Input(2)
            : KernelArg::Constant("bias", *bias->constant()));
    return absl::OkStatus();
  }
  if (w.constant() == nullptr ||
      (bias != nullptr && bias->constant() == nullptr)) {
    return Unimplemented(
        "quantized weights and biases must be constants of the model");
  }
  if (x.dtype != y.dtype || IsUnsigned(w.type().dtype) ||
      InfoOf(w.type().dtype).bits > 8) {
    return Unimplemented("weights of type ", InfoOf(w.type().dtype).text,
                         " between ", InfoOf(x.dtype).text, " and ",
                         InfoOf(y.dtype).text, " have no C kernel");
  }
  TINYC_ASSIGN_OR_RETURN(
      WeightedInts ints,
      FoldWeighted(x, *w.constant(),
                   bias == nullptr ? nullptr : bias->constant().get(), y,
                   act_min, act_max, input_zero));
  call->quant = Block::Of(tc_weighted_quant{x.quant->zero_point[0],
                                            y.quant->zero_point[0], ints.shift,
                                            ints.clamp.lo, ints.clamp.hi});
  call->args.push_back(KernelArg::Constant("bias", std::move(ints.bias)));
  call->args.push_back(KernelArg::Constant("mult", std::move(ints.mult)));
  if (y.dtype == DType::kS8) {
    call->args.push_back(
        ints.w_zero ? KernelArg::Constant("w_zero", *std::move(ints.w_zero))
                    : KernelArg::Null());
  } else if (ints.w_zero) {
    return Unimplemented("16-bit activations need symmetric weights");
  }
  return absl::OkStatus();
}

}  // namespace tinyc
