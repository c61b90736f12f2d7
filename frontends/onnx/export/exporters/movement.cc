// SPDX-License-Identifier: Apache-2.0
// Moves of elements.
#include "compiler/ops/concat.h"
#include "compiler/ops/expand.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/transpose.h"
#include "frontends/onnx/export/exporters.h"

namespace tinyc {

void ExportConcat(ExportNode& node) {
  std::vector<std::string> inputs;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    inputs.push_back(node.Input(i));
  }
  node.Result("Concat", inputs, {{"axis", node.As<Concat>().axis}});
}

void ExportExpand(ExportNode& node) {
  node.Result("Expand",
              {node.Input(0), node.Ints(node.As<Expand>().shape, "shape")});
}

void ExportPad(ExportNode& node) {
  const Pad& op = node.As<Pad>();
  std::vector<std::string> inputs = {node.Input(0), node.Ints(op.pads, "pads")};
  if (op.mode == PadMode::kConstant && op.value != 0) {
    inputs.push_back(node.Number(op.value, "value"));
  }
  node.Result("Pad", inputs, {{"mode", AttrText(op.mode)}});
}

// The shape holds no 0 that means "as before" and no -1.
void ExportReshape(ExportNode& node) {
  const Reshape& op = node.As<Reshape>();
  std::vector<OnnxAttr> attrs;
  if (node.ResultType().num_elements() == 0) {
    attrs.push_back({"allowzero", int64_t{1}});
  }
  node.Result("Reshape", {node.Input(0), node.Ints(op.shape, "shape")}, attrs);
}

void ExportSlice(ExportNode& node) {
  const Slice& op = node.As<Slice>();
  const Shape& shape = node.InputType(0).shape;
  std::vector<int64_t> axes, starts, ends, steps;
  for (size_t d = 0; d < shape.size(); ++d) {
    const int64_t step = op.step(d);
    if (op.starts[d] == 0 && op.sizes[d] == shape[d] && step == 1) continue;
    int64_t end = op.starts[d] + op.sizes[d] * step;
    // An end before the first element counts from the end once more.
    if (end < 0) end = -shape[d] - 1;
    axes.push_back(static_cast<int64_t>(d));
    starts.push_back(op.starts[d]);
    ends.push_back(end);
    steps.push_back(step);
  }
  if (axes.empty()) return node.Result("Identity", {node.Input(0)});
  node.Result("Slice", {node.Input(0), node.Ints(starts, "starts"),
                        node.Ints(ends, "ends"), node.Ints(axes, "axes"),
                        node.Ints(steps, "steps")});
}

void ExportTranspose(ExportNode& node) {
  node.Result("Transpose", {node.Input(0)},
              {{"perm", node.As<Transpose>().perm}});
}

}  // namespace tinyc
