// SPDX-License-Identifier: Apache-2.0
// Fully connected layer, with the activation that follows it.
#ifndef TINYC_COMPILER_OPS_DENSE_H_
#define TINYC_COMPILER_OPS_DENSE_H_

#include <limits>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// x: [...,K]; w: [N,K]; bias: [N].
//   y[...,n] = clamp(bias[n] + sum over k of w[n,k] * x[...,k])
// with results limited to [act_min, act_max]; quantized as docs/numbers.md
// says.
struct Dense final : OpBase<Dense> {
  static constexpr absl::string_view kName = "dense";
  static constexpr Operand kOperands[] = {
      {"x"}, {"w"}, {"bias", Operand::Mode::kOptional}};

  float act_min = -std::numeric_limits<float>::infinity();
  float act_max = std::numeric_limits<float>::infinity();

  static constexpr auto kAttrs = std::tuple{Attr{"act_min", &Dense::act_min},
                                            Attr{"act_max", &Dense::act_max}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kWeighted,
            .weight = 1,
            .weight_axis = 0,
            .bias = 2};
  }
  int64_t Macs(const Node& node) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_DENSE_H_
