// SPDX-License-Identifier: Apache-2.0
// ONNX MaxPool, AveragePool          => max_pool, average_pool
//      GlobalMaxPool, GlobalAveragePool => reduce_max, reduce_mean
#include <numeric>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// The attributes that both kinds of pooling have.
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
  // The order of the indices, an output that tinyc does not have.
  node.Int("storage_order", 0);
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(std::vector<NamedAttr> attrs,
                         PoolAttrs(node, x->type().shape));
  return node.SetOutput(0, node.Emit("max_pool", {x}, std::move(attrs)));
}

absl::Status ImportAveragePool(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(std::vector<NamedAttr> attrs,
                         PoolAttrs(node, x->type().shape));
  attrs.push_back({"count_include_pad", node.Int("count_include_pad", 0) != 0});
  return node.SetOutput(0, node.Emit("average_pool", {x}, std::move(attrs)));
}

absl::Status ImportGlobalPool(OnnxNode& node) {
  const bool mean = node.type() == "GlobalAveragePool";
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  if (x->type().rank() < 3) {
    return Invalid("its input has rank ", x->type().rank(), ", not 3 or more");
  }
  std::vector<int64_t> axes(x->type().shape.size() - 2);
  std::iota(axes.begin(), axes.end(), 2);
  return node.SetOutput(0, node.Emit(mean ? "reduce_mean" : "reduce_max", {x},
                                     {{"axes", axes}, {"keepdims", true}}));
}

}  // namespace tinyc
