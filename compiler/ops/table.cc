// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/table.h"

#include "compiler/ops/blocks.h"
#include "compiler/ops/lower.h"

namespace tinyc {

absl::StatusOr<std::vector<KernelCall>> LowerTable(
    const TensorType& x, const TensorType& y,
    absl::FunctionRef<double(double)> f) {
  if (InfoOf(x.dtype).bits != 8 || y.dtype != x.dtype) {
    return Unimplemented("a table from quantized ", InfoOf(x.dtype).text,
                         " to ", InfoOf(y.dtype).text, " has no C kernel");
  }
  Tensor inputs(TensorType(x.dtype, {256}, x.quant));
  Tensor results(TensorType(y.dtype, {256}, y.quant));
  for (int64_t i = 0; i < 256; ++i) {
    inputs.SetInt(i, MinOf(x.dtype) + i);
    results.SetReal(i, f(inputs.Real(i)));
  }
  KernelCall call;
  call.family = FamilyName("lut", x.dtype);
  call.shape = Block::Of(tc_unary_shape{Int32(y.num_elements())});
  call.args = {KernelArg::Input(0),
               KernelArg::Constant(
                   "table", results.WithType(TensorType(y.dtype, {256}))),
               KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
