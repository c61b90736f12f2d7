// SPDX-License-Identifier: Apache-2.0
// Elements of tensors in the reference: moves of bits, and integers that wrap.
#ifndef TINYC_COMPILER_OPS_ELEMENTS_H_
#define TINYC_COMPILER_OPS_ELEMENTS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

// Gives element `j` of `to` the bits of element `i` of `from`; both store the
// same type.
void CopyElement(const Tensor& from, int64_t i, Tensor& to, int64_t j);

// Whether element i of x is less than element j, exactly; a NaN is not.
bool Less(const Tensor& x, int64_t i, int64_t j);

// `value` modulo 2^bits as a number of the integer type `dtype`.  A u64 is the
// int64_t of the same bits, as in Tensor::IntAt.
int64_t Wrapped(DType dtype, uint64_t value);

// The element type of a result that holds elements of `x`, where the
// dimension `axis` of the result is the one along which x is quantized; -1
// when there is none, which is an error for a tensor quantized along an axis.
absl::StatusOr<ElemType> MovedElem(const TensorType& x, int axis);

// OK when x is plain or quantized per tensor.
absl::Status CheckPerTensor(const TensorType& x);

// The element type of a result whose scale is its own (QuantRule::kFree and
// kTable): that of the operands when they are plain and agree; `wanted` when
// all are quantized per tensor and store equally wide numbers of 8 or 16 bits.
absl::StatusOr<ElemType> FreeResult(
    absl::Span<const TensorType* const> operands, const ElemType& wanted);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_ELEMENTS_H_
