// SPDX-License-Identifier: Apache-2.0
// A value whose range is known from samples.
#ifndef TINYC_COMPILER_OPS_OBSERVED_H_
#define TINYC_COMPILER_OPS_OBSERVED_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y = x, whose elements lay between `min` and `max` on calibration samples.
// calibrate adds it, quantize takes it away; at run time y is the bytes of x.
struct Observed final : OpBase<Observed> {
  static constexpr absl::string_view kName = "observed";
  static constexpr Operand kOperands[] = {{"x"}};

  float min = 0;
  float max = 0;

  static constexpr auto kAttrs =
      std::tuple{Attr{"min", &Observed::min}, Attr{"max", &Observed::max}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_OBSERVED_H_
