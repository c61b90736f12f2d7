// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/weighted_lower.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "compiler/ops/blocks.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/weighted.h"

namespace tinyc {

WeightForm WeightFormOf(const Node& node) {
  const TensorType& w = node.input(1)->type();
  const bool packed =
      w.dtype == DType::kS4 && w.quantized() &&
      node.output()->type().dtype == DType::kS8 &&
      std::all_of(w.quant->zero_point.begin(), w.quant->zero_point.end(),
                  [](int32_t zero) { return zero == 0; });
  return packed ? WeightForm::kPacked : WeightForm::kBytes;
}

absl::StatusOr<std::string> WeightedFamily(absl::string_view stem,
                                           const TensorType& y,
                                           WeightForm form) {
  TINYC_ASSIGN_OR_RETURN(std::string family, ArithmeticFamily(stem, y));
  if (form == WeightForm::kPacked) absl::StrAppend(&family, "s4");
  return family;
}

Tensor KernelWeights(const Tensor& w, WeightForm form) {
  if (!w.type().quantized()) return w;
  const DType dtype = form == WeightForm::kPacked ? DType::kS4 : DType::kS8;
  Tensor plain(TensorType(dtype, w.shape()));
  for (int64_t i = 0; i < w.size(); ++i) plain.SetInt(i, w.IntAt(i));
  return plain;
}

absl::Status AddWeightedArgs(const Node& node, float act_min, float act_max,
                             WeightForm form, KernelCall* call,
                             InputZero input_zero) {
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
  if (form == WeightForm::kPacked) return absl::OkStatus();
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
