// SPDX-License-Identifier: Apache-2.0
// Elements brought to mean 0 and variance 1: layer, instance, group and RMS
// normalization.
#ifndef TINYC_COMPILER_OPS_NORMALIZE_H_
#define TINYC_COMPILER_OPS_NORMALIZE_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y = (x - mean) / sqrt(variance + epsilon) * scale + bias, with mean and
// variance (divided by the number of elements) over the dimensions `axes`.  Not
// `centered`: with 0 for the mean, in the variance too.  scale and bias have
// the sizes of the dimensions `scale_axes` of x, in that order, and are the
// same along the others.  ONNX LayerNormalization
// (https://onnx.ai/onnx/operators/onnx__LayerNormalization.html) and others.
struct Normalize final : OpBase<Normalize> {
  static constexpr absl::string_view kName = "normalize";
  static constexpr Operand kOperands[] = {{"x"},
                                          {"scale", Operand::Mode::kOptional},
                                          {"bias", Operand::Mode::kOptional}};

  std::vector<int64_t> axes;        // negative: counted from the end
  std::vector<int64_t> scale_axes;  // likewise
  float epsilon = 1e-5f;
  bool centered = true;

  static constexpr auto kAttrs =
      std::tuple{Attr{"axes", &Normalize::axes},
                 Attr{"scale_axes", &Normalize::scale_axes},
                 Attr{"epsilon", &Normalize::epsilon},
                 Attr{"centered", &Normalize::centered}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;

  // Strides of scale and bias along the dimensions of x.
  absl::StatusOr<Shape> ScaleStrides(const Shape& x) const;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_NORMALIZE_H_
