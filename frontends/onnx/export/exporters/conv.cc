// SPDX-License-Identifier: Apache-2.0
// conv => Conv, or ConvTranspose for a spread-out input; then Relu or Clip
#include "compiler/ops/conv.h"

#include <algorithm>

#include "compiler/ops/deform_conv.h"
#include "compiler/ops/elements.h"
#include "frontends/onnx/export/exporters.h"
#include "frontends/onnx/export/exporters/window_attrs.h"

namespace tinyc {
namespace {

// Weights [O, C/group, k...] of a convolution as those [C, O/group, k...] of
// the transposed one: the taps in reverse order.  An error when scales of
// output channels are not along a dimension any more.
absl::StatusOr<Tensor> TransposedWeights(const Tensor& w, int64_t group) {
  TensorType type = w.type();
  const int64_t per_group = type.shape[0] / group;  // output channels
  const int64_t channels = type.shape[1];           // of the input, per group
  type.shape[0] = channels * group;
  type.shape[1] = per_group;
  if (type.quantized() && !type.quant->per_tensor()) {
    if (group != 1 || type.quant->axis != 0) {
      return Unimplemented(
          "ONNX has no transposed convolution in groups with a scale for each "
          "output channel");
    }
    auto quant = std::make_shared<Quant>(*type.quant);
    quant->axis = 1;
    type.quant = std::move(quant);
  }
  Tensor transposed(type);
  const int64_t taps = NumElements({type.shape.begin() + 2, type.shape.end()});
  int64_t from = 0;
  for (int64_t o = 0; o < w.shape()[0]; ++o) {
    for (int64_t c = 0; c < channels; ++c) {
      const int64_t row =
          ((o / per_group) * channels + c) * per_group + o % per_group;
      for (int64_t k = 0; k < taps; ++k, ++from) {
        CopyElement(w, from, transposed, row * taps + taps - 1 - k);
      }
    }
  }
  return transposed;
}

// The inverse of ImportConvTranspose.
void ExportTransposed(ExportNode& node, const Conv& op) {
  const Tensor* w = node.ConstantInput(1);
  const bool steps = std::any_of(op.strides.begin(), op.strides.end(),
                                 [](int64_t stride) { return stride != 1; });
  if (w == nullptr || steps) {
    return node.Refuse(Unimplemented(
        "ONNX has no convolution of a spread-out input with ",
        steps ? "a stride" : "weights that are computed at run time"));
  }
  const Window window = op.WindowOf(w->shape());
  const size_t rank = window.kernel.size();
  std::vector<int64_t> pads(2 * rank);
  std::vector<int64_t> output_padding(rank);
  bool longer = false;
  for (size_t d = 0; d < rank; ++d) {
    const int64_t reach = (window.kernel[d] - 1) * window.dilation(d);
    pads[d] = reach - window.pad_begin(d);
    pads[rank + d] = reach - window.pad_end(d);
    output_padding[d] = std::max<int64_t>(-pads[rank + d], 0);
    pads[rank + d] += output_padding[d];
    longer |= output_padding[d] > 0;
    if (pads[d] < 0) {
      return node.Refuse(Unimplemented(
          "ONNX has no transposed convolution with zeros before its result"));
    }
  }
  const absl::StatusOr<Tensor> weights = TransposedWeights(*w, op.group);
  if (!weights.ok()) return node.Refuse(weights.status());
  std::vector<OnnxAttr> attrs = WindowAttrsOf({.kernel = window.kernel,
                                               .strides = op.spread,
                                               .pads = pads,
                                               .dilations = window.dilations});
  if (longer) attrs.push_back({"output_padding", output_padding});
  if (op.group != 1) attrs.push_back({"group", op.group});
  node.ClampedResult(
      "ConvTranspose",
      {node.Input(0), node.Constant(*weights, "weight"), node.Input(2)}, attrs,
      op.act_min, op.act_max);
}

}  // namespace

void ExportConv(ExportNode& node) {
  const Conv& op = node.As<Conv>();
  CheckLayout(node, op.layout);
  if (std::any_of(op.spread.begin(), op.spread.end(),
                  [](int64_t spread) { return spread != 1; })) {
    return ExportTransposed(node, op);
  }
  std::vector<OnnxAttr> attrs =
      WindowAttrsOf(op.WindowOf(node.InputType(1).shape));
  if (op.group != 1) attrs.push_back({"group", op.group});
  node.ClampedResult("Conv", {node.Input(0), node.Input(1), node.Input(2)},
                     attrs, op.act_min, op.act_max);
}

void ExportDeformConv(ExportNode& node) {
  const DeformConv& op = node.As<DeformConv>();
  std::vector<OnnxAttr> attrs =
      WindowAttrsOf(op.WindowOf(node.InputType(1).shape));
  attrs.push_back({"group", op.group});
  attrs.push_back({"offset_group", op.offset_group});
  node.Result("DeformConv",
              {node.Input(0), node.Input(1), node.Input(2), node.Input(3),
               node.Input(4)},
              attrs);
}

}  // namespace tinyc
