// SPDX-License-Identifier: Apache-2.0
// Reductions and softmax.
#include <numeric>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// ONNX's reductions as after(reduce(x)); empty: nothing.
struct ReduceRow {
  absl::string_view type;
  absl::string_view reduce;
  absl::string_view after;
  absl::string_view alone;  // the reduction of one element; "square" is x * x
};
constexpr ReduceRow kReduceRows[] = {
    {"ReduceL1", "reduce_l1", "", "abs"},
    {"ReduceL2", "reduce_sum_square", "sqrt", "square"},
    {"ReduceLogSum", "reduce_sum", "log", ""},
    {"ReduceLogSumExp", "reduce_log_sum_exp", "", ""},
    {"ReduceMax", "reduce_max", "", ""},
    {"ReduceMean", "reduce_mean", "", ""},
    {"ReduceMin", "reduce_min", "", ""},
    {"ReduceProd", "reduce_prod", "", ""},
    {"ReduceSum", "reduce_sum", "", ""},
    {"ReduceSumSquare", "reduce_sum_square", "", "square"},
};

const ReduceRow& RowOf(const std::string& type) {
  for (const ReduceRow& row : kReduceRows) {
    if (row.type == type) return row;
  }
  TINYC_CHECK(false);  // importers.def names only these.
  return kReduceRows[0];
}

absl::StatusOr<Value*> Apply(OnnxNode& node, absl::string_view op, Value* x) {
  if (op.empty()) return x;
  if (op == "square") return node.Emit("mul", {x, x});
  return node.Emit(op, {x});
}

// Softmax of 16-bit floats, whose every step is rounded to 16 bits, as in
// ONNX's definition.
absl::StatusOr<Value*> SoftmaxBySteps(OnnxNode& node, Value* x, int64_t axis) {
  const std::vector<int64_t> axes = {axis};
  TINYC_ASSIGN_OR_RETURN(Value * most,
                         node.Emit("reduce_max", {x}, {{"axes", axes}}));
  TINYC_ASSIGN_OR_RETURN(x, node.Emit("sub", {x, most}));
  TINYC_ASSIGN_OR_RETURN(x, node.Emit("exp", {x}));
  TINYC_ASSIGN_OR_RETURN(Value * sum,
                         node.Emit("reduce_sum", {x}, {{"axes", axes}}));
  return node.Emit("div", {x, sum});
}

// `op` of all elements along `axis`.
absl::StatusOr<Value*> Along(OnnxNode& node, absl::string_view op, Value* x,
                             int64_t axis) {
  const DType dtype = x->type().dtype;
  if (op == "softmax" && (dtype == DType::kF16 || dtype == DType::kBF16)) {
    return SoftmaxBySteps(node, x, axis);
  }
  if (op != "hardmax") return node.Emit(op, {x}, {{"axis", axis}});
  // 1 at the first of the greatest elements, 0 elsewhere.
  Tensor values(TensorType(dtype, {2}));
  values.Set(1, 1);
  TINYC_ASSIGN_OR_RETURN(
      Value * at,
      node.Emit("arg_max", {x}, {{"axis", axis}, {"keepdims", int64_t{0}}}));
  return node.Emit(
      "one_hot", {at, node.AddConstant(std::move(values))},
      {{"depth", x->type().shape[static_cast<size_t>(axis)]}, {"axis", axis}});
}

}  // namespace

absl::Status ImportReduce(OnnxNode& node) {
  const ReduceRow& row = RowOf(node.type());
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const auto given, node.IntsInputOrAttr(1, "axes"));
  const bool keepdims = node.Int("keepdims", 1) != 0;
  const bool noop = node.Int("noop_with_empty_axes", 0) != 0;
  const bool all = !given || given->empty();
  const DType dtype = x->type().dtype;
  std::vector<int64_t> axes(x->type().shape.size());
  std::iota(axes.begin(), axes.end(), 0);
  if (!all) {
    TINYC_ASSIGN_OR_RETURN(axes, NormalAxes(*given, x->type().rank()));
  }
  Value* y = nullptr;
  if (axes.empty() || (all && noop)) {
    // Elements stay apart.
    TINYC_ASSIGN_OR_RETURN(y, Apply(node, row.alone, x));
  } else {
    TINYC_ASSIGN_OR_RETURN(
        y,
        node.Emit(row.reduce, {x}, {{"axes", axes}, {"keepdims", keepdims}}));
  }
  if (row.type == "ReduceL2" && IsInteger(dtype)) {
    // The root is truncated.
    TINYC_ASSIGN_OR_RETURN(y, CastTo(node, y, DType::kF64));
  }
  TINYC_ASSIGN_OR_RETURN(y, Apply(node, row.after, y));
  return node.SetOutput(0, CastTo(node, y, dtype));
}

absl::StatusOr<Value*> EmitSoftmax(OnnxNode& node, absl::string_view op,
                                   Value* x, int64_t axis, bool flattens) {
  const Shape shape = x->type().shape;
  TINYC_ASSIGN_OR_RETURN(axis, NormalAxis(axis, x->type().rank()));
  if (!flattens || axis == x->type().rank() - 1) {
    return Along(node, op, x, axis);
  }
  const int64_t inner = NumElements({shape.begin() + axis, shape.end()});
  const int64_t outer = NumElements({shape.begin(), shape.begin() + axis});
  TINYC_ASSIGN_OR_RETURN(x, ReshapeTo(node, x, {outer, inner}));
  TINYC_ASSIGN_OR_RETURN(x, Along(node, op, x, 1));
  return ReshapeTo(node, x, shape);
}

// Softmax, LogSoftmax, Hardmax.  Before operator set 13 they are over all
// dimensions from `axis` on.
absl::Status ImportSoftmax(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const bool flattens = node.version() < 13;
  const absl::string_view op = node.type() == "Softmax"      ? "softmax"
                               : node.type() == "LogSoftmax" ? "log_softmax"
                                                             : "hardmax";
  return node.SetOutput(
      0,
      EmitSoftmax(node, op, x, node.Int("axis", flattens ? 1 : -1), flattens));
}

}  // namespace tinyc
