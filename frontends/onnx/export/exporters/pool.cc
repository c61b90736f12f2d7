// SPDX-License-Identifier: Apache-2.0
// Maximum, average and norm over windows.
#include "compiler/ops/pool.h"

#include "compiler/ops/arg_max_pool.h"
#include "compiler/ops/lp_pool.h"
#include "frontends/onnx/export/exporters.h"
#include "frontends/onnx/export/exporters/window_attrs.h"

namespace tinyc {
namespace {

// The attributes that all kinds of pooling have.
std::vector<OnnxAttr> PoolAttrs(ExportNode& node, const Pool& op) {
  CheckLayout(node, op.layout);
  return WindowAttrsOf(op.ToWindow());
}

}  // namespace

void ExportMaxPool(ExportNode& node) {
  node.Result("MaxPool", {node.Input(0)}, PoolAttrs(node, node.As<MaxPool>()));
}

void ExportAveragePool(ExportNode& node) {
  const AveragePool& op = node.As<AveragePool>();
  std::vector<OnnxAttr> attrs = PoolAttrs(node, op);
  if (op.count_include_pad) attrs.push_back({"count_include_pad", int64_t{1}});
  node.Result("AveragePool", {node.Input(0)}, attrs);
}

void ExportLpPool(ExportNode& node) {
  const LpPool& op = node.As<LpPool>();
  std::vector<OnnxAttr> attrs = PoolAttrs(node, op);
  attrs.push_back({"p", op.p});
  node.Result("LpPool", {node.Input(0)}, attrs);
}

// The second result of MaxPool.
void ExportArgMaxPool(ExportNode& node) {
  const ArgMaxPool& op = node.As<ArgMaxPool>();
  std::vector<OnnxAttr> attrs = PoolAttrs(node, op);
  if (op.column_major) attrs.push_back({"storage_order", int64_t{1}});
  node.ResultsAt("MaxPool", {node.Input(0)}, attrs, {1});
}

}  // namespace tinyc
