// SPDX-License-Identifier: Apache-2.0
// Rows of a tensor that are named by indices: what gathering and scattering
// operators share.
#ifndef TINYC_COMPILER_OPS_INDEXED_H_
#define TINYC_COMPILER_OPS_INDEXED_H_

#include <cstdint>
#include <string>

#include "compiler/base/status.h"
#include "compiler/ir/kernel.h"
#include "compiler/ir/type.h"
#include "compiler/ops/strided_copy.h"

namespace tinyc {

// OK for plain s32 and s64.
absl::Status CheckIndexType(const TensorType& index);

// The number 0..n-1 that an index stands for: a negative one counts from the
// end, one outside is the nearest inside.
int64_t ResolvedIndex(int64_t index, int64_t n);

// The geometry of a call of the kernels in runtime/kernels/indexed.
struct Indexed {
  // `in` is the table, `out` the tensor of indices.
  StridedCopy positions;
  Shape part_sizes;
  Shape part_strides;
  int64_t row = 1;
  int32_t reduction = 0;
};
absl::StatusOr<Block> IndexedBlock(const Indexed& indexed);

// Index `i` along `axis` at each position of `index`, as GatherElements and
// ScatterElements have it.
Indexed AlongAxis(const Shape& table, const Shape& index, size_t axis);

// Index tuples in the last dimension of `index`; its first `batch_dims`
// dimensions are those of `table`, as GatherND and ScatterND have it.
Indexed AlongTuples(const Shape& table, const Shape& index, size_t batch_dims);

// OK when `index`, without regard to `axis`, lies inside `table`, and every
// index along `axis` has something to name.
absl::Status CheckElementIndex(const Shape& table, const Shape& index,
                               int64_t axis);

// OK when `index` holds tuples into `table`.
absl::Status CheckTuples(const Shape& table, const Shape& index,
                         int64_t batch_dims);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_INDEXED_H_
