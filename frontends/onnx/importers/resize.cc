// SPDX-License-Identifier: Apache-2.0
// ONNX Resize, Upsample => resize_nearest, resize_weighted
//
// Resizing is separable: one node for every two neighbouring dimensions whose
// size changes, with a table for each.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/resize_taps.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// The numbers of operand `i`; none when it is absent or empty.
absl::StatusOr<std::vector<double>> NumbersInput(OnnxNode& node, size_t i) {
  std::vector<double> numbers;
  if (!node.HasInput(i)) return numbers;
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> tensor,
                         node.ConstantInput(i));
  for (int64_t k = 0; k < tensor->size(); ++k) {
    numbers.push_back(tensor->At(k));
  }
  return numbers;
}

absl::Status CheckCount(absl::string_view name, size_t count, size_t wanted) {
  if (count == wanted) return absl::OkStatus();
  return Invalid(name, " has ", count, " entries, not ", wanted);
}

// Sets the sizes that `scales` gives the dimensions `axes`.
absl::Status SetScales(const std::vector<double>& scales,
                       const std::vector<int64_t>& axes, bool crops,
                       std::vector<ResizeDim>* dims) {
  TINYC_RETURN_IF_ERROR(CheckCount("scales", scales.size(), axes.size()));
  for (size_t i = 0; i < axes.size(); ++i) {
    ResizeDim& dim = (*dims)[static_cast<size_t>(axes[i])];
    if (!(scales[i] > 0) || !(scales[i] < 1e6)) {
      return Invalid("scales has the entry ", scales[i]);
    }
    if (crops && dim.roi_end - dim.roi_begin != 1) {
      return Unimplemented("scales with a region of interest are not ",
                           "supported; give sizes");
    }
    dim.scale = scales[i];
    // ONNX's shape inference computes in float.
    dim.out = static_cast<int64_t>(
        std::floor(static_cast<float>(dim.in) * static_cast<float>(scales[i])));
  }
  return absl::OkStatus();
}

absl::Status SetSizes(const std::vector<double>& sizes,
                      const std::vector<int64_t>& axes,
                      const std::string& policy, std::vector<ResizeDim>* dims) {
  TINYC_RETURN_IF_ERROR(CheckCount("sizes", sizes.size(), axes.size()));
  std::optional<double> common;
  for (size_t i = 0; i < axes.size(); ++i) {
    ResizeDim& dim = (*dims)[static_cast<size_t>(axes[i])];
    if (sizes[i] < 0 || sizes[i] > 1e9 || dim.in == 0) {
      return Invalid("a dimension of ", dim.in, " elements is resized to ",
                     sizes[i]);
    }
    dim.out = static_cast<int64_t>(sizes[i]);
    dim.scale = sizes[i] / static_cast<double>(dim.in);
    if (policy == "not_larger") {
      common = std::min(common.value_or(dim.scale), dim.scale);
    } else if (policy == "not_smaller") {
      common = std::max(common.value_or(dim.scale), dim.scale);
    } else if (policy != "stretch") {
      return Invalid("keep_aspect_ratio_policy has the value \"", policy, "\"");
    }
  }
  if (!common) return absl::OkStatus();
  for (const int64_t axis : axes) {
    ResizeDim& dim = (*dims)[static_cast<size_t>(axis)];
    dim.scale = *common;
    dim.out = static_cast<int64_t>(*common * static_cast<double>(dim.in) + 0.5);
  }
  return absl::OkStatus();
}

// Resizes the dimension `axis`, and the next one if there is a table of it.
absl::StatusOr<Value*> EmitResize(OnnxNode& node, Value* x, int64_t axis,
                                  const ResizeTaps& rows,
                                  const std::optional<ResizeTaps>& columns,
                                  bool nearest, float outside) {
  std::vector<NamedAttr> attrs = {{"axis", axis}, {"rows", rows.first}};
  if (columns) attrs.push_back({"columns", columns->first});
  if (nearest && !rows.reads_outside() &&
      !(columns && columns->reads_outside())) {
    return node.Emit("resize_nearest", {x}, std::move(attrs));
  }
  attrs.push_back({"row_weights", rows.weights});
  if (columns) attrs.push_back({"column_weights", columns->weights});
  attrs.push_back({"outside", outside});
  return node.Emit("resize_weighted", {x}, std::move(attrs));
}

absl::Status EmitResizes(OnnxNode& node, const ResizeMode& mode,
                         const std::vector<ResizeDim>& dims, float outside) {
  const bool nearest = mode.mode == "nearest";
  TINYC_ASSIGN_OR_RETURN(Value * x,
                         nearest ? node.StoredInput(0) : node.Input(0));
  std::vector<std::optional<ResizeTaps>> tables(dims.size());
  for (size_t d = 0; d < dims.size(); ++d) {
    const ResizeDim& dim = dims[d];
    const bool same = dim.in == dim.out && std::abs(dim.scale - 1) < 1e-9 &&
                      dim.roi_begin == 0 && dim.roi_end == 1;
    if (same) continue;
    TINYC_ASSIGN_OR_RETURN(tables[d], TapsOf(mode, dim));
  }
  for (size_t d = 0; d < dims.size(); ++d) {
    if (!tables[d]) continue;
    const bool two = d + 1 < dims.size() && tables[d + 1].has_value();
    TINYC_ASSIGN_OR_RETURN(
        x, EmitResize(node, x, static_cast<int64_t>(d), *tables[d],
                      two ? tables[d + 1] : std::nullopt, nearest, outside));
    if (two) ++d;
  }
  return node.SetOutput(0, x);
}

// The dimensions of operand 0, unchanged as yet.
absl::StatusOr<std::vector<ResizeDim>> DimsOf(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const TensorType x, node.InputType(0));
  std::vector<ResizeDim> dims;
  for (const int64_t n : x.shape) dims.push_back({.in = n, .out = n});
  return dims;
}

// Upsample and the first Resize: no choice of coordinates, and none of what
// is nearest, on which runtimes differ when the result is smaller.
absl::Status ImportOldResize(OnnxNode& node) {
  ResizeMode mode{.mode = node.String("mode", "nearest"),
                  .coordinates = "asymmetric",
                  .nearest = "floor"};
  TINYC_ASSIGN_OR_RETURN(std::vector<ResizeDim> dims, DimsOf(node));
  std::vector<double> scales;
  if (node.num_inputs() > 1) {
    TINYC_ASSIGN_OR_RETURN(scales, NumbersInput(node, 1));
  } else {
    for (const float scale : node.Floats("scales")) {
      scales.push_back(static_cast<double>(scale));
    }
  }
  std::vector<int64_t> axes;
  for (size_t d = 0; d < dims.size(); ++d) {
    axes.push_back(static_cast<int64_t>(d));
  }
  TINYC_RETURN_IF_ERROR(SetScales(scales, axes, false, &dims));
  for (const double scale : scales) {
    if (scale < 1 && mode.mode == "nearest" &&
        1 / scale != std::floor(1 / scale)) {
      return Unimplemented(
          "which element is nearest in a smaller result is not defined before "
          "operator set 11");
    }
  }
  return EmitResizes(node, mode, dims, 0);
}

}  // namespace

absl::Status ImportUpsample(OnnxNode& node) { return ImportOldResize(node); }

absl::Status ImportResize(OnnxNode& node) {
  if (node.version() < 11) return ImportOldResize(node);
  const ResizeMode mode{
      .mode = node.String("mode", "nearest"),
      .coordinates =
          node.String("coordinate_transformation_mode", "half_pixel"),
      .nearest = node.String("nearest_mode", "round_prefer_floor"),
      .cubic_a = static_cast<double>(node.Float("cubic_coeff_a", -0.75f)),
      .antialias = node.Int("antialias", 0) != 0,
      .exclude_outside = node.Int("exclude_outside", 0) != 0};
  if (mode.antialias && mode.mode == "nearest") {
    return Invalid("antialias does not go with the mode nearest");
  }
  const float outside = node.Float("extrapolation_value", 0);
  const std::string policy = node.String("keep_aspect_ratio_policy", "stretch");
  const bool crops = mode.coordinates == "tf_crop_and_resize";

  TINYC_ASSIGN_OR_RETURN(std::vector<ResizeDim> dims, DimsOf(node));
  const int64_t rank = static_cast<int64_t>(dims.size());
  std::vector<int64_t> axes = node.Ints("axes");
  if (axes.empty()) {
    for (int64_t d = 0; d < rank; ++d) axes.push_back(d);
  }
  for (int64_t& axis : axes) {
    TINYC_ASSIGN_OR_RETURN(axis, NormalAxis(axis, rank));
  }
  TINYC_RETURN_IF_ERROR(NormalAxes(axes, rank).status());  // none twice

  if (crops) {
    TINYC_ASSIGN_OR_RETURN(const std::vector<double> roi,
                           NumbersInput(node, 1));
    TINYC_RETURN_IF_ERROR(CheckCount("roi", roi.size(), 2 * axes.size()));
    for (size_t i = 0; i < axes.size(); ++i) {
      ResizeDim& dim = dims[static_cast<size_t>(axes[i])];
      dim.roi_begin = roi[i];
      dim.roi_end = roi[axes.size() + i];
      if (!std::isfinite(dim.roi_begin) || !std::isfinite(dim.roi_end)) {
        return Invalid("roi has an entry that is no number");
      }
    }
  } else if (node.HasInput(1)) {
    TINYC_RETURN_IF_ERROR(node.InputIfConstant(1).status());  // has no effect
  }
  TINYC_ASSIGN_OR_RETURN(const std::vector<double> scales,
                         NumbersInput(node, 2));
  TINYC_ASSIGN_OR_RETURN(const std::vector<double> sizes,
                         NumbersInput(node, 3));
  if (scales.empty() == sizes.empty()) {
    return Invalid("either scales or sizes is needed");
  }
  TINYC_RETURN_IF_ERROR(scales.empty() ? SetSizes(sizes, axes, policy, &dims)
                                       : SetScales(scales, axes, crops, &dims));
  return EmitResizes(node, mode, dims, outside);
}

}  // namespace tinyc
