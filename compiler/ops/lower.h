// SPDX-License-Identifier: Apache-2.0
// Helpers of the operators' Lower methods.
#ifndef TINYC_COMPILER_OPS_LOWER_H_
#define TINYC_COMPILER_OPS_LOWER_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/kernel.h"

namespace tinyc {

// "conv2d" and s8: "conv2d_s8".
inline std::string FamilyName(absl::string_view stem, DType dtype) {
  return absl::StrCat(stem, "_", InfoOf(dtype).text);
}

// "conv2d_f32" for plain f32, "conv2d_s8" and "conv2d_s16" for quantized
// values of that type; other types have no kernel.
absl::StatusOr<std::string> ArithmeticFamily(absl::string_view stem,
                                             const TensorType& type);

// The unsigned integer type of the same width, for kernels that only look at
// bits; at least 8 bits.
DType UnsignedOf(DType dtype);

// OK when the kernels with strides take `rank` dimensions.
absl::Status CheckRank(size_t rank);

// `value` as the 32-bit integer of a params struct.
int32_t Int32(int64_t value);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_LOWER_H_
