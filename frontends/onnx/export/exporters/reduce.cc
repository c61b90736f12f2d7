// SPDX-License-Identifier: Apache-2.0
// Dimensions folded away, and softmax.
#include "compiler/ops/reduce.h"

#include <algorithm>
#include <numeric>

#include "compiler/ops/softmax.h"
#include "frontends/onnx/export/exporters.h"

namespace tinyc {
namespace {

// True when all spatial dimensions of images are folded, and stay.
bool IsGlobalPool(const Reduce& op, int rank) {
  if (!op.keepdims || rank < 3 ||
      static_cast<int>(op.axes.size()) != rank - 2) {
    return false;
  }
  std::vector<int64_t> axes = op.axes;
  for (int64_t& axis : axes) axis += axis < 0 ? rank : 0;
  std::sort(axes.begin(), axes.end());
  std::vector<int64_t> spatial(axes.size());
  std::iota(spatial.begin(), spatial.end(), 2);
  return axes == spatial;
}

}  // namespace

// Over images as the pooling that it most likely was.
void ExportReduce(ExportNode& node) {
  const Reduce& op = node.As<Reduce>();
  if (IsFloat(node.RealType()) && IsGlobalPool(op, node.InputType(0).rank())) {
    if (op.row().kind == ReduceRow::Kind::kMean) {
      return node.Result("GlobalAveragePool", {node.Input(0)});
    }
    if (op.row().kind == ReduceRow::Kind::kMax) {
      return node.Result("GlobalMaxPool", {node.Input(0)});
    }
  }
  std::vector<std::string> inputs = {node.Input(0)};
  if (!op.axes.empty()) inputs.push_back(node.Ints(op.axes, "axes"));
  node.Result(node.type(), inputs, {{"keepdims", int64_t{op.keepdims}}});
}

void ExportSoftmax(ExportNode& node) {
  node.Result("Softmax", {node.Input(0)}, {{"axis", node.As<Softmax>().axis}});
}

void ExportLogSoftmax(ExportNode& node) {
  node.Result("LogSoftmax", {node.Input(0)},
              {{"axis", node.As<LogSoftmax>().axis}});
}

}  // namespace tinyc
