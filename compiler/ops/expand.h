// SPDX-License-Identifier: Apache-2.0
// Elements repeated to fill a shape.
#ifndef TINYC_COMPILER_OPS_EXPAND_H_
#define TINYC_COMPILER_OPS_EXPAND_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// x broadcasts to `shape`, which is the shape of y.
struct Expand final : OpBase<Expand> {
  static constexpr absl::string_view kName = "expand";
  static constexpr Operand kOperands[] = {{"x"}};

  std::vector<int64_t> shape;

  static constexpr auto kAttrs = std::tuple{Attr{"shape", &Expand::shape}};

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

#endif  // TINYC_COMPILER_OPS_EXPAND_H_
