// SPDX-License-Identifier: Apache-2.0
// Functions of one quantized value: tables of 256 entries for 8 bits, pieces of
// quadratics (compiler/ops/pieces.h) for 16.
#ifndef TINYC_COMPILER_OPS_TABLE_H_
#define TINYC_COMPILER_OPS_TABLE_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "compiler/base/status.h"
#include "compiler/ir/kernel.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

// y = f(x) elementwise, where f maps real numbers; x and y are quantized per
// tensor, both to 8 or both to 16 bits.  Where there are no pieces for f, y is
// rounded to nearest for 16 bits as well.
void EvaluateTable(const Tensor& x, Tensor& y,
                   absl::FunctionRef<double(double)> f);

// A call of lut_s8, lut_u8 or pieces_s16 that computes the same bits; x and y
// store the same type.
absl::StatusOr<std::vector<KernelCall>> LowerTable(
    const TensorType& x, const TensorType& y,
    absl::FunctionRef<double(double)> f);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_TABLE_H_
