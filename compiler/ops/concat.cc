// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/concat.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "concat/concat.h"

static auto BlockFields(const tc_concat_shape*) {
  using T = tc_concat_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{"tc_concat_shape",
                              std::tuple{BlockMember{"pixels", &T::pixels},
                                         BlockMember{"bytes", &T::bytes}}};
}

namespace tinyc {
namespace {

// The operands that have elements, if one call interleaves them: there are not
// too many, and they do not simply lie one behind the other.
std::vector<int> InterleavedOperands(const Node& node, size_t axis) {
  const TensorType& y = node.output()->type();
  if (ViewAround(y.shape, axis).outer <= 1 || InfoOf(y.dtype).bits < 8 ||
      y.num_elements() == 0) {
    return {};
  }
  std::vector<int> operands;
  for (size_t i = 0; i < node.inputs().size(); ++i) {
    if (node.input(i)->type().num_elements() > 0) {
      operands.push_back(static_cast<int>(i));
    }
  }
  if (operands.size() > TC_CONCAT_OPERANDS) operands.clear();
  return operands;
}

KernelCall Interleave(const Node& node, size_t axis,
                      const std::vector<int>& operands) {
  const TensorType& y = node.output()->type();
  tc_concat_shape s = {};
  s.pixels = Int32(ViewAround(y.shape, axis).outer);
  KernelCall call;
  call.family = "concat";
  for (size_t k = 0; k < TC_CONCAT_OPERANDS; ++k) {
    if (k >= operands.size()) {
      call.args.push_back(KernelArg::Null());
      continue;
    }
    const Value* x = node.input(static_cast<size_t>(operands[k]));
    s.bytes[k] = Int32(x->type().bytes() / s.pixels);
    call.args.push_back(KernelArg::Input(operands[k]));
  }
  call.args.push_back(KernelArg::Output(0));
  call.shape = Block::Of(s);
  return call;
}

}  // namespace

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
  if (const std::vector<int> operands = InterleavedOperands(node, at);
      !operands.empty()) {
    return std::vector{Interleave(node, at, operands)};
  }
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
