// SPDX-License-Identifier: Apache-2.0
// Values of images and volumes at computed coordinates.
#ifndef TINYC_COMPILER_OPS_GRID_SAMPLE_H_
#define TINYC_COMPILER_OPS_GRID_SAMPLE_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

enum class SampleMode { kNearest, kLinear, kCubic };
template <>
struct EnumNames<SampleMode> {
  static constexpr absl::string_view kNames[] = {"nearest", "linear", "cubic"};
};

// What is beyond the ends: 0, the outermost element, or x mirrored.
enum class SamplePadding { kZeros, kBorder, kReflection };
template <>
struct EnumNames<SamplePadding> {
  static constexpr absl::string_view kNames[] = {"zeros", "border",
                                                 "reflection"};
};

// x: [N,C,space...] with two or three spatial dimensions; grid:
// [N,places...,rank], coordinates of x, the last dimension first; result:
// [N,C,places...].  -1 and 1 are the ends of x: the centres of its outermost
// elements with align_corners, else their outer edges.  Coordinates are floats,
// so that all agree on what is nearest.  ONNX GridSample
// (https://onnx.ai/onnx/operators/onnx__GridSample.html).
struct GridSample final : OpBase<GridSample> {
  static constexpr absl::string_view kName = "grid_sample";
  static constexpr Operand kOperands[] = {{"x"}, {"grid"}};

  SampleMode mode = SampleMode::kLinear;
  SamplePadding padding = SamplePadding::kZeros;
  bool align_corners = false;

  static constexpr auto kAttrs = std::tuple{
      Attr{"mode", &GridSample::mode}, Attr{"padding", &GridSample::padding},
      Attr{"align_corners", &GridSample::align_corners}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_GRID_SAMPLE_H_
