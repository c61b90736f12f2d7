// SPDX-License-Identifier: Apache-2.0
// Sequences of different lengths in reverse order.
#ifndef TINYC_COMPILER_OPS_REVERSE_SEQUENCE_H_
#define TINYC_COMPILER_OPS_REVERSE_SEQUENCE_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// Sequence b of x, the part at index b of batch_axis, has its first lengths[b]
// elements along time_axis in reverse order in y, and the others as they are.
// The axes are 0 and 1 in either order.  A length is taken as 0 .. its limit.
// ONNX ReverseSequence.
struct ReverseSequence final : OpBase<ReverseSequence> {
  static constexpr absl::string_view kName = "reverse_sequence";
  static constexpr Operand kOperands[] = {{"x"}, {"lengths"}};

  int64_t batch_axis = 1;
  int64_t time_axis = 0;

  static constexpr auto kAttrs =
      std::tuple{Attr{"batch_axis", &ReverseSequence::batch_axis},
                 Attr{"time_axis", &ReverseSequence::time_axis}};

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

#endif  // TINYC_COMPILER_OPS_REVERSE_SEQUENCE_H_
