// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/indexing.h"

#include <algorithm>

namespace tinyc {

absl::StatusOr<size_t> NormalizedAxis(int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) {
    return Invalid("axis ", axis, " is outside the rank ", rank);
  }
  return static_cast<size_t>(axis < 0 ? axis + rank : axis);
}

absl::StatusOr<std::vector<bool>> AxisMask(absl::Span<const int64_t> axes,
                                           int rank) {
  std::vector<bool> mask(static_cast<size_t>(rank), axes.empty());
  for (const int64_t axis : axes) {
    TINYC_ASSIGN_OR_RETURN(const size_t d, NormalizedAxis(axis, rank));
    if (mask[d]) return Invalid("axis ", axis, " is named twice");
    mask[d] = true;
  }
  return mask;
}

absl::StatusOr<Shape> BroadcastShapes(const Shape& a, const Shape& b) {
  Shape result(std::max(a.size(), b.size()), 1);
  for (size_t i = 1; i <= result.size(); ++i) {
    const int64_t da = i <= a.size() ? a[a.size() - i] : 1;
    const int64_t db = i <= b.size() ? b[b.size() - i] : 1;
    if (da != db && da != 1 && db != 1) {
      return Invalid("the shapes ", ToString(a), " and ", ToString(b),
                     " do not broadcast");
    }
    result[result.size() - i] = da == 1 ? db : da;
  }
  return result;
}

Shape BroadcastStrides(const Shape& shape, const Shape& result) {
  const Shape own = RowMajorStrides(shape);
  Shape strides(result.size(), 0);
  for (size_t i = 1; i <= shape.size(); ++i) {
    if (shape[shape.size() - i] != 1) {
      strides[result.size() - i] = own[shape.size() - i];
    }
  }
  return strides;
}

void MergeDims(Shape& dims, absl::Span<Shape* const> strides) {
  size_t last = 0;  // the dimension that the next one may join
  size_t rank = 0;
  for (size_t d = 0; d < dims.size(); ++d) {
    if (dims[d] == 1) continue;
    const bool contiguous =
        rank > 0 &&
        std::all_of(strides.begin(), strides.end(), [&](const Shape* stride) {
          return (*stride)[last] == (*stride)[d] * dims[d];
        });
    if (!contiguous) last = rank++;
    dims[last] = contiguous ? dims[last] * dims[d] : dims[d];
    for (Shape* stride : strides) (*stride)[last] = (*stride)[d];
  }
  dims.resize(rank);
  for (Shape* stride : strides) stride->resize(rank);
  if (rank > 0) return;
  dims = {1};
  for (Shape* stride : strides) *stride = {1};
}

int64_t OffsetOf(absl::Span<const int64_t> index,
                 absl::Span<const int64_t> strides) {
  int64_t offset = 0;
  for (size_t d = 0; d < index.size(); ++d) offset += index[d] * strides[d];
  return offset;
}

AxisView ViewAround(const Shape& shape, size_t axis) {
  AxisView view;
  for (size_t d = 0; d < axis; ++d) view.outer *= shape[d];
  view.n = shape[axis];
  for (size_t d = axis + 1; d < shape.size(); ++d) view.inner *= shape[d];
  return view;
}

}  // namespace tinyc
