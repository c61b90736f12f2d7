// SPDX-License-Identifier: Apache-2.0
// Functions of one quantized value of 8 bits as tables of 256 entries.
#ifndef TINYC_COMPILER_OPS_TABLE_H_
#define TINYC_COMPILER_OPS_TABLE_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "compiler/base/status.h"
#include "compiler/ir/kernel.h"
#include "compiler/ir/type.h"

namespace tinyc {

// A call of lut_s8 or lut_u8 that computes y = f(x) elementwise, where f maps
// real numbers; x and y are quantized per tensor and store the same 8-bit type.
absl::StatusOr<std::vector<KernelCall>> LowerTable(
    const TensorType& x, const TensorType& y,
    absl::FunctionRef<double(double)> f);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_TABLE_H_
