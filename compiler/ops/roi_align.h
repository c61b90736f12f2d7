// SPDX-License-Identifier: Apache-2.0
// Regions of images, brought to one size.
#ifndef TINYC_COMPILER_OPS_ROI_ALIGN_H_
#define TINYC_COMPILER_OPS_ROI_ALIGN_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// x: [N,C,H,W]; rois: [R,4], corners (x1, y1, x2, y2) that are multiplied by
// scale; image_of: s64[R], the image of each; result: [R,C,height,width].  A
// cell of a region is the mean of its bilinear samples, or with `maximum` the
// greatest weighted element in them; `samples` along each side, or if that is 0
// one for every element, at most 1024.  A region of an image that is not there
// is 0.  ONNX RoiAlign (https://onnx.ai/onnx/operators/onnx__RoiAlign.html).
struct RoiAlign final : OpBase<RoiAlign> {
  static constexpr absl::string_view kName = "roi_align";
  static constexpr Operand kOperands[] = {{"x"}, {"rois"}, {"image_of"}};

  int64_t height = 1;
  int64_t width = 1;
  int64_t samples = 0;
  float scale = 1;
  bool maximum = false;
  bool half_pixel = true;

  static constexpr auto kAttrs =
      std::tuple{Attr{"height", &RoiAlign::height},
                 Attr{"width", &RoiAlign::width},
                 Attr{"samples", &RoiAlign::samples},
                 Attr{"scale", &RoiAlign::scale},
                 Attr{"maximum", &RoiAlign::maximum},
                 Attr{"half_pixel", &RoiAlign::half_pixel}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_ROI_ALIGN_H_
