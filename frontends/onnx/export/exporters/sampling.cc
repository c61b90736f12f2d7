// SPDX-License-Identifier: Apache-2.0
// Images at computed places, and spectra.
#include "compiler/ops/dft.h"
#include "compiler/ops/grid_sample.h"
#include "compiler/ops/roi_align.h"
#include "frontends/onnx/export/exporters.h"

namespace tinyc {

void ExportDft(ExportNode& node) {
  const Dft& op = node.As<Dft>();
  if (node.HasInput(1) || op.frame_step != 0) {
    return node.Refuse(Unimplemented(
        "tinyc does not write transforms of frames or windows as ONNX"));
  }
  node.Result(
      "DFT",
      {node.Input(0),
       node.Constant(Tensor::Scalar<int64_t>(op.length), "length"),
       node.Constant(Tensor::Scalar<int64_t>(op.axis), "axis")},
      {{"inverse", int64_t{op.inverse}}, {"onesided", int64_t{op.onesided}}});
}

void ExportGridSample(ExportNode& node) {
  const GridSample& op = node.As<GridSample>();
  node.Result("GridSample", {node.Input(0), node.Input(1)},
              {{"mode", AttrText(op.mode)},
               {"padding_mode", AttrText(op.padding)},
               {"align_corners", int64_t{op.align_corners}}});
}

void ExportRoiAlign(ExportNode& node) {
  const RoiAlign& op = node.As<RoiAlign>();
  node.Result(
      "RoiAlign", {node.Input(0), node.Input(1), node.Input(2)},
      {{"output_height", op.height},
       {"output_width", op.width},
       {"sampling_ratio", op.samples},
       {"spatial_scale", op.scale},
       {"mode", std::string(op.maximum ? "max" : "avg")},
       {"coordinate_transformation_mode",
        std::string(op.half_pixel ? "half_pixel" : "output_half_pixel")}});
}

}  // namespace tinyc
