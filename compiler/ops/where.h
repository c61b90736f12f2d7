// SPDX-License-Identifier: Apache-2.0
// A choice between two tensors, element by element.
#ifndef TINYC_COMPILER_OPS_WHERE_H_
#define TINYC_COMPILER_OPS_WHERE_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y = condition ? a : b, where the three broadcast as in numpy.  a and b are of
// one type, which may be quantized.
// ONNX Where (https://onnx.ai/onnx/operators/onnx__Where.html).
struct Where final : OpBase<Where> {
  static constexpr absl::string_view kName = "where";
  static constexpr Operand kOperands[] = {{"condition"}, {"a"}, {"b"}};
  static constexpr std::tuple<> kAttrs = {};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_WHERE_H_
