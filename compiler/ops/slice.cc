// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/slice.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "compiler/ops/window.h"

namespace tinyc {

void RegisterSlice(OpRegistry& registry) {
  registry.Add(std::make_unique<Slice>());
}

absl::StatusOr<std::vector<TensorType>> Slice::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const size_t rank = x.shape.size();
  if (starts.size() != rank || sizes.size() != rank ||
      (!steps.empty() && steps.size() != rank)) {  // slice_c1
    return Invalid("starts, sizes and steps need ", rank, " entries each");
  }
  const bool per_axis = x.quantized() && !x.quant->per_tensor();
  int axis = per_axis ? x.quant->axis : -1;
  for (size_t d = 0; d < rank; ++d) {
    if (sizes[d] < 0 || step(d) == 0) {  // slice_c2
      return Invalid("the slice of dimension ", d, " has size ", sizes[d],
                     " and step ", step(d));
    }
    const int64_t last = starts[d] + (sizes[d] - 1) * step(d);
    if (sizes[d] > 0 && (starts[d] < 0 || starts[d] >= x.shape[d] || last < 0 ||
                         last >= x.shape[d])) {  // slice_c3
      return Invalid("the slice of dimension ", d, " goes from ", starts[d],
                     " to ", last, ", the operand has ", x.shape[d]);
    }
    const bool whole = starts[d] == 0 && sizes[d] == x.shape[d] && step(d) == 1;
    if (axis == static_cast<int>(d) && !whole) axis = -1;
  }
  TINYC_ASSIGN_OR_RETURN(const ElemType elem, MovedElem(x, axis));  // slice_c4
  return std::vector{TensorType(elem, Shape(sizes.begin(), sizes.end()))};
}

absl::Status Slice::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const Shape strides = RowMajorStrides(x.shape());
  int64_t at = 0;
  ForEachIndex(y.shape(), [&](absl::Span<const int64_t> index) {
    int64_t offset = 0;
    for (size_t d = 0; d < index.size(); ++d) {
      offset += (starts[d] + index[d] * step(d)) * strides[d];
    }
    CopyElement(x, offset, y, at++);
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Slice::Lower(const Node& node) const {
  const TensorType& y = node.output()->type();
  const Shape strides = RowMajorStrides(node.input(0)->type().shape);
  StridedCopy copy{y.shape, strides, RowMajorStrides(y.shape)};
  copy.in_offset = OffsetOf(starts, strides);
  for (size_t d = 0; d < strides.size(); ++d) copy.in_strides[d] *= step(d);
  return LowerCopy(copy, y.dtype);
}

}  // namespace tinyc
