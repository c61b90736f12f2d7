// SPDX-License-Identifier: Apache-2.0
// The same tensor in memory of its own.
#ifndef TINYC_COMPILER_OPS_COPY_H_
#define TINYC_COMPILER_OPS_COPY_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y = x.  A pass adds it where a value must not share its bytes.
struct Copy final : OpBase<Copy> {
  static constexpr absl::string_view kName = "copy";
  static constexpr Operand kOperands[] = {{"x"}};

  static constexpr auto kAttrs = std::tuple<>{};

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

#endif  // TINYC_COMPILER_OPS_COPY_H_
