// SPDX-License-Identifier: Apache-2.0
// A part of a tensor.
#ifndef TINYC_COMPILER_OPS_SLICE_H_
#define TINYC_COMPILER_OPS_SLICE_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y[i] = x[starts + i * steps], with one entry per dimension: negative and
// absent bounds of ONNX Slice are resolved at import.
struct Slice final : OpBase<Slice> {
  static constexpr absl::string_view kName = "slice";
  static constexpr Operand kOperands[] = {{"x"}};

  std::vector<int64_t> starts;
  std::vector<int64_t> sizes;  // of y
  std::vector<int64_t> steps;  // not 0, may be negative; empty: all 1

  static constexpr auto kAttrs =
      std::tuple{Attr{"starts", &Slice::starts}, Attr{"sizes", &Slice::sizes},
                 Attr{"steps", &Slice::steps}};

  int64_t step(size_t d) const { return steps.empty() ? 1 : steps[d]; }

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

#endif  // TINYC_COMPILER_OPS_SLICE_H_
