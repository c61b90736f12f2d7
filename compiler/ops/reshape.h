// SPDX-License-Identifier: Apache-2.0
// The same elements in the same order under another shape.
#ifndef TINYC_COMPILER_OPS_RESHAPE_H_
#define TINYC_COMPILER_OPS_RESHAPE_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y has `shape`, which is concrete: the -1 and 0 of ONNX Reshape are resolved
// at import.  At run time y is the bytes of x.
struct Reshape final : OpBase<Reshape> {
  static constexpr absl::string_view kName = "reshape";
  static constexpr Operand kOperands[] = {{"x"}};

  std::vector<int64_t> shape;

  static constexpr auto kAttrs = std::tuple{Attr{"shape", &Reshape::shape}};

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

#endif  // TINYC_COMPILER_OPS_RESHAPE_H_
