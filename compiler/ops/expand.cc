// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/expand.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "compiler/ops/window.h"

namespace tinyc {

void RegisterExpand(OpRegistry& registry) {
  registry.Add(std::make_unique<Expand>());
}

absl::StatusOr<std::vector<TensorType>> Expand::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  Shape y(shape.begin(), shape.end());
  const absl::StatusOr<Shape> common = BroadcastShapes(x.shape, y);
  if (!common.ok() || *common != y) {  // expand_c1
    return Invalid("the shape ", ToString(x.shape), " does not expand to ",
                   ToString(y));
  }
  int axis = -1;
  if (x.quantized() && !x.quant->per_tensor()) {
    const int moved = x.quant->axis + static_cast<int>(y.size()) - x.rank();
    const int64_t dim = x.shape[static_cast<size_t>(x.quant->axis)];
    if (y[static_cast<size_t>(moved)] == dim) axis = moved;
  }
  TINYC_ASSIGN_OR_RETURN(const ElemType elem, MovedElem(x, axis));  // expand_c2
  return std::vector{TensorType(elem, std::move(y))};
}

absl::Status Expand::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const Shape strides = BroadcastStrides(x.shape(), y.shape());
  int64_t at = 0;
  ForEachIndex(y.shape(), [&](absl::Span<const int64_t> index) {
    CopyElement(x, OffsetOf(index, strides), y, at++);
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Expand::Lower(const Node& node) const {
  const TensorType& y = node.output()->type();
  return LowerCopy(
      {y.shape, BroadcastStrides(node.input(0)->type().shape, y.shape),
       RowMajorStrides(y.shape)},
      y.dtype);
}

}  // namespace tinyc
