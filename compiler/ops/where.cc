// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/where.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "compiler/ops/window.h"
#include "pointwise/where.h"

static auto BlockFields(const tc_where_shape*) {
  using T = tc_where_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_where_shape",
      std::tuple{BlockMember{"rank", &T::rank}, BlockMember{"dims", &T::dims},
                 BlockMember{"c_stride", &T::c_stride},
                 BlockMember{"a_stride", &T::a_stride},
                 BlockMember{"b_stride", &T::b_stride}}};
}

namespace tinyc {

void RegisterWhere(OpRegistry& registry) {
  registry.Add(std::make_unique<Where>());
}

absl::StatusOr<std::vector<TensorType>> Where::InferTypes(
    const InferArgs& args) const {
  const TensorType& condition = *args.in[0];
  const TensorType& a = *args.in[1];
  const TensorType& b = *args.in[2];
  if (condition.dtype != DType::kBool) {  // where_c1
    return Invalid("the condition is ", InfoOf(condition.dtype).text,
                   ", not bool");
  }
  if (!(a.elem() == b.elem())) {  // where_c2
    return Invalid("the operands to choose from differ in type");
  }
  TINYC_RETURN_IF_ERROR(CheckPerTensor(a));  // where_c3
  TINYC_ASSIGN_OR_RETURN(Shape shape,
                         BroadcastShapes(a.shape, b.shape));  // where_c4
  TINYC_ASSIGN_OR_RETURN(shape, BroadcastShapes(condition.shape, shape));
  return std::vector{TensorType(a.elem(), std::move(shape))};
}

absl::Status Where::Evaluate(const EvalArgs& args) const {
  const Shape& shape = args.out[0]->shape();
  const Shape c = BroadcastStrides(args.in[0]->shape(), shape);
  const Shape a = BroadcastStrides(args.in[1]->shape(), shape);
  const Shape b = BroadcastStrides(args.in[2]->shape(), shape);
  int64_t i = 0;
  ForEachIndex(shape, [&](absl::Span<const int64_t> index) {
    const bool first = args.in[0]->IntAt(OffsetOf(index, c)) != 0;
    CopyElement(*args.in[first ? 1 : 2], OffsetOf(index, first ? a : b),
                *args.out[0], i++);
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Where::Lower(const Node& node) const {
  const TensorType& y = node.output()->type();
  if (y.num_elements() == 0) return std::vector<KernelCall>();
  Shape dims = y.shape;
  Shape c = BroadcastStrides(node.input(0)->type().shape, y.shape);
  Shape a = BroadcastStrides(node.input(1)->type().shape, y.shape);
  Shape b = BroadcastStrides(node.input(2)->type().shape, y.shape);
  MergeDims(dims, {&c, &a, &b});
  TINYC_RETURN_IF_ERROR(CheckRank(dims.size()));
  tc_where_shape shape = {};
  shape.rank = static_cast<int32_t>(dims.size());
  for (size_t d = 0; d < dims.size(); ++d) {
    shape.dims[d] = Int32(dims[d]);
    shape.c_stride[d] = Int32(c[d]);
    shape.a_stride[d] = Int32(a[d]);
    shape.b_stride[d] = Int32(b[d]);
  }
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(call.family, BytesFamily("where", y.dtype));
  call.shape = Block::Of(shape);
  call.args = {KernelArg::Input(0), KernelArg::Input(1), KernelArg::Input(2),
               KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
