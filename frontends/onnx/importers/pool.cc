// SPDX-License-Identifier: Apache-2.0
// ONNX MaxPool, AveragePool, LpPool     => max_pool, average_pool, lp_pool
//      the positions of MaxPool         => arg_max_pool
//      MaxUnpool                        => max_unpool
//      GlobalMaxPool, GlobalAveragePool => reduce_max, reduce_mean
//      GlobalLpPool                     => a sum of powers
#include <numeric>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// The attributes that all kinds of pooling have.
absl::StatusOr<std::vector<NamedAttr>> PoolAttrs(OnnxNode& node,
                                                 const Shape& x) {
  TINYC_ASSIGN_OR_RETURN(const WindowAttrs window, ReadWindow(node, x));
  return std::vector<NamedAttr>{{"kernel", window.kernel},
                                {"strides", window.strides},
                                {"pads", window.pads},
                                {"dilations", window.dilations},
                                {"ceil_mode", node.Int("ceil_mode", 0) != 0}};
}

}  // namespace

absl::Status ImportMaxPool(OnnxNode& node) {
  const bool column_major = node.Int("storage_order", 0) != 0;
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(std::vector<NamedAttr> attrs,
                         PoolAttrs(node, x->type().shape));
  TINYC_RETURN_IF_ERROR(node.SetOutput(0, node.Emit("max_pool", {x}, attrs)));
  if (!node.OutputUsed(1)) return absl::OkStatus();
  attrs.push_back({"column_major", column_major});
  return node.SetOutput(1, node.Emit("arg_max_pool", {x}, std::move(attrs)));
}

absl::Status ImportLpPool(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(std::vector<NamedAttr> attrs,
                         PoolAttrs(node, x->type().shape));
  attrs.push_back({"p", node.Int("p", 2)});
  return node.SetOutput(0, node.Emit("lp_pool", {x}, std::move(attrs)));
}

absl::Status ImportMaxUnpool(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * index, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(const std::optional<std::vector<int64_t>> wanted,
                         node.IntsInput(2));
  TINYC_ASSIGN_OR_RETURN(const WindowAttrs window,
                         ReadWindow(node, x->type().shape));
  // The shape that the indices count in; what is wanted beyond it is 0.
  std::vector<int64_t> shape(x->type().shape.begin(), x->type().shape.end());
  const size_t rank = window.kernel.size();
  for (size_t d = 0; d < rank; ++d) {
    shape[2 + d] = (shape[2 + d] - 1) * window.strides[d] + window.kernel[d] -
                   window.pads[d] - window.pads[rank + d];
    if (shape[2 + d] < 0) return Invalid("its pads are larger than its output");
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * y, node.Emit("max_unpool", {x, index}, {{"shape", shape}}));
  if (!wanted || *wanted == shape) return node.SetOutput(0, y);
  if (wanted->size() != shape.size()) {
    return Invalid("output_shape has ", wanted->size(), " entries, not ",
                   shape.size());
  }
  std::vector<int64_t> pads(2 * shape.size(), 0);
  for (size_t d = 0; d < shape.size(); ++d) {
    pads[shape.size() + d] = (*wanted)[d] - shape[d];
    if (pads[shape.size() + d] < 0) {
      return Invalid("output_shape is smaller than what the windows cover");
    }
  }
  return node.SetOutput(0, node.Emit("pad", {y}, {{"pads", pads}}));
}

absl::Status ImportAveragePool(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(std::vector<NamedAttr> attrs,
                         PoolAttrs(node, x->type().shape));
  attrs.push_back({"count_include_pad", node.Int("count_include_pad", 0) != 0});
  return node.SetOutput(0, node.Emit("average_pool", {x}, std::move(attrs)));
}

namespace {

// The spatial dimensions of `x`.
absl::StatusOr<std::vector<int64_t>> SpatialAxes(const Value& x) {
  if (x.type().rank() < 3) {
    return Invalid("its input has rank ", x.type().rank(), ", not 3 or more");
  }
  std::vector<int64_t> axes(x.type().shape.size() - 2);
  std::iota(axes.begin(), axes.end(), 2);
  return axes;
}

}  // namespace

absl::Status ImportGlobalPool(OnnxNode& node) {
  const bool mean = node.type() == "GlobalAveragePool";
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const std::vector<int64_t> axes, SpatialAxes(*x));
  return node.SetOutput(0, node.Emit(mean ? "reduce_mean" : "reduce_max", {x},
                                     {{"axes", axes}, {"keepdims", true}}));
}

absl::Status ImportGlobalLpPool(OnnxNode& node) {
  const int64_t p = node.Int("p", 2);
  if (p < 1) return Invalid("there is no ", p, "-norm");
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const std::vector<int64_t> axes, SpatialAxes(*x));
  const float exponent = static_cast<float>(p);
  if (p == 2) {
    TINYC_ASSIGN_OR_RETURN(x, node.Emit("mul", {x, x}));
  } else {
    TINYC_ASSIGN_OR_RETURN(x, node.Emit("abs", {x}));
    if (p != 1) {
      TINYC_ASSIGN_OR_RETURN(x, WithScalar(node, "pow", x, exponent));
    }
  }
  TINYC_ASSIGN_OR_RETURN(
      x, node.Emit("reduce_sum", {x}, {{"axes", axes}, {"keepdims", true}}));
  if (p == 1) return node.SetOutput(0, x);
  if (p == 2) return node.SetOutput(0, node.Emit("sqrt", {x}));
  return node.SetOutput(0, WithScalar(node, "pow", x, 1 / exponent));
}

}  // namespace tinyc
