// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/concat.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"

namespace tinyc {

void RegisterConcat(OpRegistry& registry) {
  registry.Add(std::make_unique<Concat>());
}

absl::StatusOr<std::vector<TensorType>> Concat::InferTypes(
    const InferArgs& args) const {
  const TensorType& first = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(const size_t at,
                         NormalizedAxis(axis, first.rank()));  // concat_c1
  TensorType y = first;
  y.shape[at] = 0;
  for (const TensorType* x : args.in) {
    if (!(x->elem() == first.elem())) {  // concat_c2
      return Invalid("the operands differ in element type: ",
                     ToString(TensorType(first.elem(), {})), " and ",
                     ToString(TensorType(x->elem(), {})));
    }
    if (x->rank() != first.rank()) {  // concat_c3
      return Invalid("the operands have rank ", first.rank(), " and ",
                     x->rank());
    }
    for (size_t d = 0; d < x->shape.size(); ++d) {
      if (d != at && x->shape[d] != first.shape[d]) {  // concat_c4
        return Invalid("the operands have shapes ", ToString(first.shape),
                       " and ", ToString(x->shape),
                       ", which differ outside axis ", at);
      }
    }
    y.shape[at] += x->shape[at];
  }
  if (y.quantized() && y.quant->axis == static_cast<int>(at)) {  // concat_c5
    TINYC_RETURN_IF_ERROR(CheckPerTensor(y));
  }
  return std::vector{y};
}

absl::Status Concat::Evaluate(const EvalArgs& args) const {
  Tensor& y = *args.out[0];
  TINYC_ASSIGN_OR_RETURN(const size_t at,
                         NormalizedAxis(axis, y.type().rank()));
  const AxisView out = ViewAround(y.shape(), at);
  int64_t begin = 0;  // along the axis
  for (const Tensor* x : args.in) {
    const int64_t n = x->shape()[at];
    for (int64_t i = 0; i < x->size(); ++i) {
      const int64_t outer = i / (n * out.inner);
      CopyElement(
          *x, i, y,
          outer * out.n * out.inner + begin * out.inner + i % (n * out.inner));
    }
    begin += n;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Concat::Lower(const Node& node) const {
  const TensorType& y = node.output()->type();
  TINYC_ASSIGN_OR_RETURN(const size_t at, NormalizedAxis(axis, y.rank()));
  const Shape out_strides = RowMajorStrides(y.shape);
  std::vector<KernelCall> calls;
  int64_t begin = 0;
  for (size_t i = 0; i < node.inputs().size(); ++i) {
    const Shape& x = node.input(i)->type().shape;
    StridedCopy copy{x, RowMajorStrides(x), out_strides};
    copy.out_offset = begin * out_strides[at];
    TINYC_ASSIGN_OR_RETURN(std::vector<KernelCall> part,
                           LowerCopy(copy, y.dtype, static_cast<int>(i)));
    for (KernelCall& call : part) calls.push_back(std::move(call));
    begin += x[at];
  }
  return calls;
}

}  // namespace tinyc
