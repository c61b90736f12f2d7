// SPDX-License-Identifier: Apache-2.0
// Values limited to a range.
#ifndef TINYC_COMPILER_OPS_CLIP_H_
#define TINYC_COMPILER_OPS_CLIP_H_

#include <limits>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y = min(max(x, min), max); a NaN stays a NaN.  On quantized numbers the
// limits are real ones; the result has the scale of x unless another is wanted.
// ONNX Clip (https://onnx.ai/onnx/operators/onnx__Clip.html).
struct Clip final : OpBase<Clip> {
  static constexpr absl::string_view kName = "clip";
  static constexpr Operand kOperands[] = {{"x"}};

  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();

  static constexpr auto kAttrs =
      std::tuple{Attr{"min", &Clip::min}, Attr{"max", &Clip::max}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kSameScale};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_CLIP_H_
