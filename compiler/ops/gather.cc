// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/gather.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexed.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/window.h"

namespace tinyc {
namespace {

absl::StatusOr<std::vector<KernelCall>> LowerGather(const Node& node,
                                                    const Indexed& indexed) {
  const TensorType& y = node.output()->type();
  if (y.num_elements() == 0) return std::vector<KernelCall>();
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(const std::string stem,
                         BytesFamily("gather", y.dtype));
  call.family = FamilyName(stem, node.input(1)->type().dtype);
  TINYC_ASSIGN_OR_RETURN(call.shape, IndexedBlock(indexed));
  call.args = {KernelArg::Input(0), KernelArg::Input(1), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace

void RegisterGather(OpRegistry& registry) {
  registry.Add(std::make_unique<Gather>());
  registry.Add(std::make_unique<GatherElements>());
  registry.Add(std::make_unique<GatherNd>());
}

absl::StatusOr<std::vector<TensorType>> Gather::InferTypes(
    const InferArgs& args) const {
  TensorType y = *args.in[0];
  const Shape& index = args.in[1]->shape;
  TINYC_RETURN_IF_ERROR(CheckIndexType(*args.in[1]));  // gather_c1
  TINYC_RETURN_IF_ERROR(CheckPerTensor(y));            // gather_c2
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, y.rank()));
  if (y.shape[a] == 0 && NumElements(index) > 0) {  // gather_c3
    return Invalid("the axis ", axis, " has no elements");
  }
  const auto at = y.shape.begin() + static_cast<std::ptrdiff_t>(a);
  y.shape.insert(y.shape.erase(at), index.begin(), index.end());
  return std::vector{y};
}

absl::Status Gather::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Tensor& index = *args.in[1];
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, x.type().rank()));
  const AxisView view = ViewAround(x.shape(), a);
  int64_t at = 0;
  for (int64_t outer = 0; outer < view.outer; ++outer) {
    for (int64_t i = 0; i < index.size(); ++i) {
      const int64_t k = ResolvedIndex(index.IntAt(i), view.n);
      for (int64_t inner = 0; inner < view.inner; ++inner) {
        CopyElement(x, (outer * view.n + k) * view.inner + inner, *args.out[0],
                    at++);
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Gather::Lower(const Node& node) const {
  const Shape& x = node.input(0)->type().shape;
  TINYC_ASSIGN_OR_RETURN(const size_t a,
                         NormalizedAxis(axis, node.input(0)->type().rank()));
  const AxisView view = ViewAround(x, a);
  const int64_t count = node.input(1)->type().num_elements();
  Indexed indexed;
  indexed.positions = {{view.outer, count}, {view.n * view.inner, 0}, {0, 1}};
  indexed.part_sizes = {view.n};
  indexed.part_strides = {view.inner};
  indexed.row = view.inner;
  return LowerGather(node, indexed);
}

absl::StatusOr<std::vector<TensorType>> GatherElements::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const Shape& index = args.in[1]->shape;
  TINYC_RETURN_IF_ERROR(CheckIndexType(*args.in[1]));  // gather_elements_c1
  TINYC_RETURN_IF_ERROR(CheckPerTensor(x));            // gather_elements_c2
  TINYC_RETURN_IF_ERROR(
      CheckElementIndex(x.shape, index, axis));  // gather_elements_c3
  return std::vector{TensorType(x.elem(), index)};
}

absl::Status GatherElements::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Tensor& index = *args.in[1];
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, x.type().rank()));
  const Shape strides = RowMajorStrides(x.shape());
  int64_t at = 0;
  ForEachIndex(index.shape(), [&](absl::Span<const int64_t> position) {
    const int64_t k = ResolvedIndex(index.IntAt(at), x.shape()[a]);
    const int64_t from =
        OffsetOf(position, strides) + (k - position[a]) * strides[a];
    CopyElement(x, from, *args.out[0], at++);
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> GatherElements::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, x.rank()));
  return LowerGather(node, AlongAxis(x.shape, node.input(1)->type().shape, a));
}

absl::StatusOr<std::vector<TensorType>> GatherNd::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const Shape& index = args.in[1]->shape;
  TINYC_RETURN_IF_ERROR(CheckIndexType(*args.in[1]));  // gather_nd_c1
  TINYC_RETURN_IF_ERROR(CheckPerTensor(x));            // gather_nd_c2
  TINYC_RETURN_IF_ERROR(
      CheckTuples(x.shape, index, batch_dims));  // gather_nd_c3
  Shape y(index.begin(), index.end() - 1);
  y.insert(y.end(), x.shape.begin() + batch_dims + index.back(), x.shape.end());
  return std::vector{TensorType(x.elem(), std::move(y))};
}

absl::Status GatherNd::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Tensor& index = *args.in[1];
  const size_t batch = static_cast<size_t>(batch_dims);
  const Shape strides = RowMajorStrides(x.shape());
  const int64_t parts = index.shape().back();
  int64_t row = 1;  // elements that one tuple names
  for (size_t d = batch + static_cast<size_t>(parts); d < strides.size(); ++d) {
    row *= x.shape()[d];
  }
  const Shape tuples(index.shape().begin(), index.shape().end() - 1);
  int64_t tuple = 0;
  ForEachIndex(tuples, [&](absl::Span<const int64_t> position) {
    int64_t from = OffsetOf(position.subspan(0, batch), strides);
    for (int64_t k = 0; k < parts; ++k) {
      const size_t d = batch + static_cast<size_t>(k);
      from += ResolvedIndex(index.IntAt(tuple * parts + k), x.shape()[d]) *
              strides[d];
    }
    for (int64_t i = 0; i < row; ++i) {
      CopyElement(x, from + i, *args.out[0], tuple * row + i);
    }
    ++tuple;
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> GatherNd::Lower(
    const Node& node) const {
  return LowerGather(node, AlongTuples(node.input(0)->type().shape,
                                       node.input(1)->type().shape,
                                       static_cast<size_t>(batch_dims)));
}

}  // namespace tinyc
