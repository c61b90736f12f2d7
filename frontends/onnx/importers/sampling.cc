// SPDX-License-Identifier: Apache-2.0
// ONNX GridSample, RoiAlign, DeformConv => grid_sample, roi_align, deform_conv
//      AffineGrid                       => a product with a constant grid
//      Col2Im                           => conv with weights of 0 and 1
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {

absl::Status ImportGridSample(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * grid, node.Input(1));
  // The names of the modes before operator set 20 are those of images.
  std::string mode = node.String("mode", "linear");
  if (mode == "bilinear") mode = "linear";
  if (mode == "bicubic") mode = "cubic";
  const std::string padding = node.String("padding_mode", "zeros");
  return node.SetOutput(
      0, node.Emit("grid_sample", {x, grid},
                   {{"mode", mode.c_str()},
                    {"padding", padding.c_str()},
                    {"align_corners", node.Int("align_corners", 0) != 0}}));
}

absl::Status ImportRoiAlign(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * rois, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * image_of, node.Input(2));
  const std::string mode = node.String("mode", "avg");
  if (mode != "avg" && mode != "max") {
    return Invalid("mode has the value \"", mode, "\"");
  }
  const std::string coordinates =
      node.String("coordinate_transformation_mode",
                  node.version() < 16 ? "output_half_pixel" : "half_pixel");
  if (coordinates != "half_pixel" && coordinates != "output_half_pixel") {
    return Invalid("coordinate_transformation_mode has the value \"",
                   coordinates, "\"");
  }
  return node.SetOutput(
      0, node.Emit("roi_align", {x, rois, image_of},
                   {{"height", node.Int("output_height", 1)},
                    {"width", node.Int("output_width", 1)},
                    {"samples", node.Int("sampling_ratio", 0)},
                    {"scale", node.Float("spatial_scale", 1)},
                    {"maximum", mode == "max"},
                    {"half_pixel", coordinates == "half_pixel"}}));
}

absl::Status ImportDeformConv(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * w, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * offset, node.Input(2));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.OptionalInput(3));
  TINYC_ASSIGN_OR_RETURN(Value * mask, node.OptionalInput(4));
  const Shape& weight = w->type().shape;
  if (weight.size() != x->type().shape.size() || weight.size() < 3) {
    return Invalid("its input has rank ", x->type().rank(), ", its weight ",
                   weight.size());
  }
  TINYC_ASSIGN_OR_RETURN(
      const WindowAttrs window,
      ReadWindow(node, x->type().shape,
                 std::vector<int64_t>(weight.begin() + 2, weight.end())));
  return node.SetOutput(
      0, node.Emit("deform_conv", {x, w, offset, bias, mask},
                   {{"strides", window.strides},
                    {"pads", window.pads},
                    {"dilations", window.dilations},
                    {"group", node.Int("group", 1)},
                    {"offset_group", node.Int("offset_group", 1)}}));
}

absl::Status ImportAffineGrid(OnnxNode& node) {
  constexpr int64_t kMostPoints = 1 << 22;
  TINYC_ASSIGN_OR_RETURN(Value * theta, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const std::optional<std::vector<int64_t>> size,
                         node.IntsInput(1));
  const bool align_corners = node.Int("align_corners", 0) != 0;
  const Shape& matrix = theta->type().shape;
  if (!size || (size->size() != 4 && size->size() != 5)) {
    return Invalid("its size is that of no image and no volume");
  }
  const std::vector<int64_t> space(size->begin() + 2, size->end());
  const int64_t rank = static_cast<int64_t>(space.size());
  if (matrix != Shape{(*size)[0], rank, rank + 1}) {
    return Invalid("theta has shape ", ToString(matrix),
                   ", which is no transformation of ", rank, " dimensions");
  }
  int64_t points = 1;
  for (const int64_t n : space) {
    if (n < 1 || n > kMostPoints || points * n > kMostPoints) {
      return Unimplemented("a grid of this size is not supported");
    }
    points *= n;
  }
  // The homogeneous coordinates of every point, the last dimension first:
  // [rank + 1, points].
  Tensor grid(TensorType(theta->type().dtype, {rank + 1, points}));
  for (int64_t p = 0; p < points; ++p) {
    int64_t rest = p;
    for (int64_t i = 0; i < rank; ++i) {
      const int64_t n = space[static_cast<size_t>(rank - 1 - i)];
      const double at = static_cast<double>(rest % n);
      const double last = static_cast<double>(n - 1);
      grid.Set(i * points + p, align_corners
                                   ? (last == 0 ? -1 : 2 * at / last - 1)
                                   : (2 * at + 1) / static_cast<double>(n) - 1);
      rest /= n;
    }
    grid.Set(rank * points + p, 1);
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * moved,
      node.Emit("matmul", {theta, node.AddConstant(std::move(grid))}));
  TINYC_ASSIGN_OR_RETURN(moved, TransposeMatrix(node, moved));
  Shape shape{(*size)[0]};
  shape.insert(shape.end(), space.begin(), space.end());
  shape.push_back(rank);
  return node.SetOutput(0, ReshapeTo(node, moved, shape));
}

absl::Status ImportCol2Im(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const std::optional<std::vector<int64_t>> image,
                         node.IntsInput(1));
  TINYC_ASSIGN_OR_RETURN(const std::optional<std::vector<int64_t>> block,
                         node.IntsInput(2));
  if (!image || !block || image->empty() || image->size() != block->size() ||
      x->type().rank() != 3) {
    return Invalid("its image, its blocks and its input do not go together");
  }
  int64_t taps = 1;
  Shape shape{x->type().shape[0], x->type().shape[1]};
  for (size_t d = 0; d < image->size(); ++d) {
    if ((*block)[d] < 1 || (*image)[d] < 1 || taps > 1 << 16) {
      return Invalid("its image or its blocks have no elements");
    }
    taps *= (*block)[d];
    shape.push_back((*image)[d]);
  }
  if (taps > 1 << 16 || shape[1] % taps != 0) {
    return Invalid("its input has ", shape[1], " rows for blocks of ", taps,
                   " elements");
  }
  TINYC_ASSIGN_OR_RETURN(const WindowAttrs window,
                         ReadWindow(node, shape, *block));
  // How many blocks there are in each dimension.
  const size_t rank = image->size();
  std::vector<int64_t> pads(2 * rank);
  int64_t count = 1;
  for (size_t d = 0; d < rank; ++d) {
    const int64_t reach = (window.kernel[d] - 1) * window.dilations[d];
    const int64_t room =
        (*image)[d] + window.pads[d] + window.pads[rank + d] - reach - 1;
    if (room < 0 || window.pads[d] > reach || window.pads[rank + d] > reach) {
      return Unimplemented("blocks that lie outside the image are not ",
                           "supported");
    }
    shape[2 + d] = room / window.strides[d] + 1;
    count *= shape[2 + d];
    pads[d] = reach - window.pads[d];
    // Up to a stride of the image is behind the last block.
    pads[rank + d] = reach - window.pads[rank + d] + room % window.strides[d];
  }
  if (count != x->type().shape[2]) {
    return Invalid("its input has ", x->type().shape[2], " blocks, its image ",
                   count);
  }
  TINYC_ASSIGN_OR_RETURN(x, ReshapeTo(node, x, shape));
  // Channel c * taps + k of a block goes to its element k, mirrored as in
  // ConvTranspose.
  Shape w_shape{shape[1] / taps, taps};
  w_shape.insert(w_shape.end(), block->begin(), block->end());
  Tensor w(TensorType(x->type().dtype, w_shape));
  for (int64_t c = 0; c < w_shape[0]; ++c) {
    for (int64_t k = 0; k < taps; ++k) {
      w.Set((c * taps + k) * taps + taps - 1 - k, 1);
    }
  }
  return node.SetOutput(0,
                        node.Emit("conv", {x, node.AddConstant(std::move(w))},
                                  {{"pads", pads},
                                   {"dilations", window.dilations},
                                   {"spread", window.strides},
                                   {"group", w_shape[0]}}));
}

}  // namespace tinyc
