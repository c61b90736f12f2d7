// SPDX-License-Identifier: Apache-2.0
// Data movement as calls of the copy and fill kernels.
#ifndef TINYC_COMPILER_OPS_STRIDED_COPY_H_
#define TINYC_COMPILER_OPS_STRIDED_COPY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/kernel.h"
#include "compiler/ir/type.h"

namespace tinyc {

// y[out_offset + i . out_strides] = x[in_offset + i . in_strides] for every
// index i of `dims`; all in elements.
struct StridedCopy {
  Shape dims;
  Shape in_strides;
  Shape out_strides;
  int64_t in_offset = 0;
  int64_t out_offset = 0;
};

// The same copy over as few dimensions as possible, at least one: those of
// size 1 are dropped, neighbours that are contiguous in x and in y merged.
StridedCopy Merged(const StridedCopy& copy);

// A call that copies from operand `input` to result 0.  No call when there is
// nothing to copy.
absl::StatusOr<std::vector<KernelCall>> LowerCopy(const StridedCopy& copy,
                                                  DType dtype, int input = 0);

// A call that gives all of result 0, of type `y`, the value `element`, a
// tensor of one element of the same type.
absl::StatusOr<KernelCall> LowerFill(const Tensor& element,
                                     const TensorType& y);

// `copy` as a call, with its dimensions as they are, which are at most
// TC_MAX_RANK.
absl::StatusOr<KernelCall> CopyCall(const StridedCopy& copy, DType dtype,
                                    int input = 0);

// "copy" and s16: "copy_b2".  An error for elements below a byte.
absl::StatusOr<std::string> BytesFamily(absl::string_view stem, DType dtype);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_STRIDED_COPY_H_
