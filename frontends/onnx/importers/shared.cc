// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/importers/shared.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tinyc {

absl::StatusOr<int64_t> NormalAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank) {
    return Invalid("axis ", axis, " is outside a tensor of rank ", rank);
  }
  return axis < 0 ? axis + rank : axis;
}

absl::StatusOr<std::vector<int64_t>> NormalAxes(absl::Span<const int64_t> axes,
                                                int64_t rank) {
  std::vector<int64_t> normal;
  for (const int64_t axis : axes) {
    TINYC_ASSIGN_OR_RETURN(const int64_t one, NormalAxis(axis, rank));
    normal.push_back(one);
  }
  std::sort(normal.begin(), normal.end());
  if (std::adjacent_find(normal.begin(), normal.end()) != normal.end()) {
    return Invalid("an axis is given twice");
  }
  return normal;
}

absl::StatusOr<Value*> ReshapeTo(OnnxNode& node, Value* x,
                                 absl::Span<const int64_t> shape) {
  if (absl::MakeConstSpan(x->type().shape) == shape) return x;
  return node.Emit(
      "reshape", {x},
      {{"shape", std::vector<int64_t>(shape.begin(), shape.end())}});
}

absl::StatusOr<Value*> TransposeTo(OnnxNode& node, Value* x,
                                   std::vector<int64_t> perm) {
  if (static_cast<int>(perm.size()) == x->type().rank() &&
      std::is_sorted(perm.begin(), perm.end())) {
    return x;
  }
  return node.Emit("transpose", {x}, {{"perm", perm}});
}

absl::StatusOr<Value*> TransposeMatrix(OnnxNode& node, Value* x) {
  std::vector<int64_t> perm(x->type().shape.size());
  if (perm.size() < 2) return Invalid("a matrix has rank ", perm.size());
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  return TransposeTo(node, x, std::move(perm));
}

absl::StatusOr<Value*> CastTo(OnnxNode& node, Value* x, DType dtype) {
  if (x->type().elem() == ElemType{dtype, nullptr}) return x;
  return node.Emit("cast", {x}, {{"to", dtype}});
}

absl::StatusOr<Value*> WithScalar(OnnxNode& node, absl::string_view op,
                                  Value* x, float number) {
  return node.Emit(
      op, {x, node.Scalar(x->type().dtype, static_cast<double>(number))});
}

absl::StatusOr<Value*> IndexInput(OnnxNode& node, size_t i) {
  TINYC_ASSIGN_OR_RETURN(Value * index, node.Input(i));
  const DType dtype = index->type().dtype;
  if (dtype == DType::kS32 || dtype == DType::kS64) return index;
  return CastTo(node, index, DType::kS64);
}

absl::Status CheckInside(const Tensor* indices,
                         absl::Span<const int64_t> sizes) {
  if (indices == nullptr) return absl::OkStatus();
  for (int64_t i = 0; i < indices->size(); ++i) {
    const int64_t index = indices->IntAt(i);
    const int64_t size = sizes[static_cast<size_t>(i) % sizes.size()];
    if (index < -size || index >= size) {
      return Invalid("index ", index, " is outside a dimension of ", size);
    }
  }
  return absl::OkStatus();
}

}  // namespace tinyc
