// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/scatter.h"

#include <cmath>

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexed.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "compiler/ops/window.h"
#include "indexed/scatter.h"

namespace tinyc {
namespace {

// "scatter_f32"; where elements are only replaced, the integer of their width.
absl::StatusOr<std::string> Stem(ScatterReduction reduction, DType dtype) {
  if (reduction == ScatterReduction::kNone) {
    if (InfoOf(dtype).bits < 8) {
      return Unimplemented("moving elements of type ", InfoOf(dtype).text,
                           " has no C kernel");
    }
    return absl::StrCat("scatter_u", InfoOf(dtype).bits);
  }
  if (IsFloat(dtype) ? InfoOf(dtype).bits < 32 : InfoOf(dtype).bits < 8) {
    return Unimplemented("combining elements of type ", InfoOf(dtype).text,
                         " has no C kernel");
  }
  return FamilyName("scatter", dtype);
}

absl::StatusOr<std::vector<KernelCall>> LowerScatter(
    const Node& node, Indexed indexed, ScatterReduction reduction) {
  const TensorType& y = node.output()->type();
  TINYC_ASSIGN_OR_RETURN(std::vector<KernelCall> calls,
                         LowerCopy({{y.num_elements()}, {1}, {1}}, y.dtype));
  if (node.input(2)->type().num_elements() == 0) return calls;
  static_assert(static_cast<int>(ScatterReduction::kMax) == TC_SCATTER_MAX);
  indexed.reduction = static_cast<int32_t>(reduction);
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(const std::string stem, Stem(reduction, y.dtype));
  call.family = FamilyName(stem, node.input(1)->type().dtype);
  TINYC_ASSIGN_OR_RETURN(call.shape, IndexedBlock(indexed));
  call.args = {KernelArg::Input(1), KernelArg::Input(2), KernelArg::Output(0)};
  calls.push_back(std::move(call));
  return calls;
}

}  // namespace

void RegisterScatter(OpRegistry& registry) {
  registry.Add(std::make_unique<ScatterElements>());
  registry.Add(std::make_unique<ScatterNd>());
  registry.Add(std::make_unique<TensorScatter>());
}

absl::Status ScatterOp::CheckTypes(const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  TINYC_RETURN_IF_ERROR(CheckIndexType(*args.in[1]));  // scatter_c1
  TINYC_RETURN_IF_ERROR(CheckPerTensor(x));            // scatter_c2
  if (!(args.in[2]->elem() == x.elem())) {             // scatter_c3
    return Invalid("the operand is ", ToString(TensorType(x.elem(), {})),
                   " and the updates are ",
                   ToString(TensorType(args.in[2]->elem(), {})));
  }
  if (reduction != ScatterReduction::kNone &&
      (x.dtype == DType::kBool ||
       (x.quantized() &&
        Quantization().kind != QuantRule::Kind::kSameScale))) {  // scatter_c4
    return Invalid(AttrText(reduction), " takes no ",
                   ToString(TensorType(x.elem(), {})));
  }
  return absl::OkStatus();
}

void ScatterOp::Update(Tensor& y, int64_t at, const Tensor& updates,
                       int64_t i) const {
  if (reduction == ScatterReduction::kNone) {
    return CopyElement(updates, i, y, at);
  }
  if (reduction == ScatterReduction::kMin ||
      reduction == ScatterReduction::kMax) {
    Tensor pair(TensorType(y.type().elem(), {2}));
    CopyElement(y, at, pair, 0);
    CopyElement(updates, i, pair, 1);
    const bool least = reduction == ScatterReduction::kMin;
    const bool kept = least ? Less(pair, 0, 1) : Less(pair, 1, 0);
    const bool nan = IsFloat(y.dtype()) && std::isnan(pair.At(0));
    return CopyElement(pair, kept || nan ? 0 : 1, y, at);
  }
  const bool add = reduction == ScatterReduction::kAdd;
  if (IsFloat(y.dtype())) {
    return y.Set(at, add ? y.At(at) + updates.At(i) : y.At(at) * updates.At(i));
  }
  const uint64_t a = static_cast<uint64_t>(y.IntAt(at));
  const uint64_t b = static_cast<uint64_t>(updates.IntAt(i));
  y.SetInt(at, Wrapped(y.dtype(), add ? a + b : a * b));
}

absl::StatusOr<std::vector<TensorType>> ScatterElements::InferTypes(
    const InferArgs& args) const {
  TINYC_RETURN_IF_ERROR(CheckTypes(args));
  const Shape& index = args.in[1]->shape;
  TINYC_RETURN_IF_ERROR(CheckElementIndex(args.in[0]->shape, index,
                                          axis));  // scatter_elements_c1
  if (args.in[2]->shape != index) {                // scatter_elements_c2
    return Invalid("the indices have the shape ", ToString(index),
                   ", the updates ", ToString(args.in[2]->shape));
  }
  return std::vector{*args.in[0]};
}

absl::Status ScatterElements::Evaluate(const EvalArgs& args) const {
  const Tensor& index = *args.in[1];
  Tensor& y = *args.out[0];
  y = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, y.type().rank()));
  const Shape strides = RowMajorStrides(y.shape());
  int64_t i = 0;
  ForEachIndex(index.shape(), [&](absl::Span<const int64_t> position) {
    const int64_t k = ResolvedIndex(index.IntAt(i), y.shape()[a]);
    Update(y, OffsetOf(position, strides) + (k - position[a]) * strides[a],
           *args.in[2], i);
    ++i;
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> ScatterElements::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, x.rank()));
  return LowerScatter(node, AlongAxis(x.shape, node.input(1)->type().shape, a),
                      reduction);
}

absl::StatusOr<std::vector<TensorType>> ScatterNd::InferTypes(
    const InferArgs& args) const {
  TINYC_RETURN_IF_ERROR(CheckTypes(args));
  const Shape& x = args.in[0]->shape;
  const Shape& index = args.in[1]->shape;
  TINYC_RETURN_IF_ERROR(CheckTuples(x, index, 0));  // scatter_nd_c1
  Shape updates(index.begin(), index.end() - 1);
  updates.insert(updates.end(), x.begin() + index.back(), x.end());
  if (args.in[2]->shape != updates) {  // scatter_nd_c2
    return Invalid("the updates have the shape ", ToString(args.in[2]->shape),
                   ", not ", ToString(updates));
  }
  return std::vector{*args.in[0]};
}

absl::Status ScatterNd::Evaluate(const EvalArgs& args) const {
  const Tensor& index = *args.in[1];
  Tensor& y = *args.out[0];
  y = *args.in[0];
  const Shape strides = RowMajorStrides(y.shape());
  const int64_t parts = index.shape().back();
  int64_t row = 1;  // elements that one tuple names
  for (size_t d = static_cast<size_t>(parts); d < strides.size(); ++d) {
    row *= y.shape()[d];
  }
  for (int64_t i = 0; i < args.in[2]->size(); ++i) {
    int64_t at = i % row;
    for (int64_t k = 0; k < parts; ++k) {
      const size_t d = static_cast<size_t>(k);
      at += ResolvedIndex(index.IntAt(i / row * parts + k), y.shape()[d]) *
            strides[d];
    }
    Update(y, at, *args.in[2], i);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> ScatterNd::Lower(
    const Node& node) const {
  return LowerScatter(
      node,
      AlongTuples(node.input(0)->type().shape, node.input(1)->type().shape, 0),
      reduction);
}

absl::StatusOr<std::vector<TensorType>> TensorScatter::InferTypes(
    const InferArgs& args) const {
  TINYC_RETURN_IF_ERROR(CheckTypes(args));
  const TensorType& x = *args.in[0];
  const Shape& updates = args.in[2]->shape;
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, x.rank()));
  bool fits = a > 0 && updates.size() == x.shape.size() && x.shape[a] > 0;
  for (size_t d = 0; fits && d < updates.size(); ++d) {
    fits = d == a || updates[d] == x.shape[d];
  }
  if (!fits) {  // tensor_scatter_c1
    return Invalid("updates of shape ", ToString(updates), " do not fit ",
                   ToString(x.shape), " along axis ", axis);
  }
  if (args.in[1]->shape != Shape({updates[0], updates[a]})) {
    return Invalid("the indices have the shape ",  // tensor_scatter_c2
                   ToString(args.in[1]->shape), ", not ",
                   ToString(Shape({updates[0], updates[a]})));
  }
  return std::vector{x};
}

absl::Status TensorScatter::Evaluate(const EvalArgs& args) const {
  const Tensor& index = *args.in[1];
  const Tensor& updates = *args.in[2];
  Tensor& y = *args.out[0];
  y = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, y.type().rank()));
  const Shape strides = RowMajorStrides(y.shape());
  int64_t i = 0;
  ForEachIndex(updates.shape(), [&](absl::Span<const int64_t> p) {
    const int64_t to = index.IntAt(p[0] * updates.shape()[a] + p[a]);
    const int64_t k = ResolvedIndex(to, y.shape()[a]);
    Update(y, OffsetOf(p, strides) + (k - p[a]) * strides[a], updates, i++);
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> TensorScatter::Lower(
    const Node& node) const {
  const Shape& x = node.input(0)->type().shape;
  const Shape& updates = node.input(2)->type().shape;
  TINYC_ASSIGN_OR_RETURN(const size_t a,
                         NormalizedAxis(axis, node.input(0)->type().rank()));
  const Shape strides = RowMajorStrides(x);
  Indexed indexed;
  indexed.positions.dims.assign(updates.begin(), updates.begin() + a + 1);
  indexed.positions.in_strides.assign(strides.begin(), strides.begin() + a + 1);
  indexed.positions.in_strides[a] = 0;
  indexed.positions.out_strides.assign(a + 1, 0);
  indexed.positions.out_strides[0] = updates[a];
  indexed.positions.out_strides[a] = 1;
  indexed.part_sizes = {x[a]};
  indexed.part_strides = {strides[a]};
  indexed.row = strides[a];
  return LowerScatter(node, indexed, reduction);
}

}  // namespace tinyc
