// SPDX-License-Identifier: Apache-2.0
// Axes, broadcasting and offsets: the index arithmetic that operators share.
#ifndef TINYC_COMPILER_OPS_INDEXING_H_
#define TINYC_COMPILER_OPS_INDEXING_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/type.h"

namespace tinyc {

// `axis` of a tensor of `rank` dimensions as 0..rank-1; a negative axis counts
// from the end.
absl::StatusOr<size_t> NormalizedAxis(int64_t axis, int rank);

// One flag per dimension: whether `axes` (empty: all) names it.
absl::StatusOr<std::vector<bool>> AxisMask(absl::Span<const int64_t> axes,
                                           int rank);

// The common shape of two operands that broadcast as in numpy.
absl::StatusOr<Shape> BroadcastShapes(const Shape& a, const Shape& b);

// Row-major strides of `shape` seen as the `result` it broadcasts to: one per
// dimension of `result`, 0 where `shape` has one element or no dimension.
Shape BroadcastStrides(const Shape& shape, const Shape& result);

// Makes `dims` as few as possible, at least one, for a walk over several
// tensors with `strides`: drops dimensions of size 1 and merges neighbours that
// are contiguous in all of them.
void MergeDims(Shape& dims, absl::Span<Shape* const> strides);

// Offset of the element at `index`.
int64_t OffsetOf(absl::Span<const int64_t> index,
                 absl::Span<const int64_t> strides);

// A tensor as [outer][n][inner] around one axis.
struct AxisView {
  int64_t outer = 1;
  int64_t n = 1;
  int64_t inner = 1;
};
AxisView ViewAround(const Shape& shape, size_t axis);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_INDEXING_H_
