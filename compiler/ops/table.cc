// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/table.h"

#include "compiler/ops/blocks.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/pieces.h"
#include "pointwise/pieces.h"

static auto BlockFields(const tc_pieces_quant*) {
  return tinyc::BlockFieldsOf{
      "tc_pieces_quant",
      std::tuple{tinyc::BlockMember{"bits", &tc_pieces_quant::bits}}};
}

namespace tinyc {

void EvaluateTable(const Tensor& x, Tensor& y,
                   absl::FunctionRef<double(double)> f) {
  if (InfoOf(x.dtype()).bits == 16) {
    const absl::StatusOr<Pieces> pieces = FitPieces(x.type(), y.type(), f);
    if (pieces.ok()) {
      for (int64_t i = 0; i < x.size(); ++i) {
        y.SetInt(i, pieces->At(x.type(), y.type(), x.IntAt(i)));
      }
      return;
    }
  }
  for (int64_t i = 0; i < x.size(); ++i) y.SetReal(i, f(x.Real(i)));
}

absl::StatusOr<std::vector<KernelCall>> LowerTable(
    const TensorType& x, const TensorType& y,
    absl::FunctionRef<double(double)> f) {
  if (y.dtype != x.dtype) {
    return Unimplemented("a table from quantized ", InfoOf(x.dtype).text,
                         " to ", InfoOf(y.dtype).text, " has no C kernel");
  }
  KernelCall call;
  call.shape = Block::Of(tc_unary_shape{Int32(y.num_elements())});
  if (InfoOf(x.dtype).bits == 16) {
    TINYC_ASSIGN_OR_RETURN(Pieces pieces, FitPieces(x, y, f));
    call.family = FamilyName("pieces", x.dtype);
    call.quant = Block::Of(tc_pieces_quant{pieces.bits});
    call.args = {
        KernelArg::Input(0),
        KernelArg::Constant("coefficients", std::move(pieces.coefficients)),
        KernelArg::Output(0)};
    return std::vector{std::move(call)};
  }
  Tensor inputs(TensorType(x.dtype, {256}, x.quant));
  Tensor results(TensorType(y.dtype, {256}, y.quant));
  for (int64_t i = 0; i < 256; ++i) {
    inputs.SetInt(i, MinOf(x.dtype) + i);
    results.SetReal(i, f(inputs.Real(i)));
  }
  call.family = FamilyName("lut", x.dtype);
  call.args = {KernelArg::Input(0),
               KernelArg::Constant(
                   "table", results.WithType(TensorType(y.dtype, {256}))),
               KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
