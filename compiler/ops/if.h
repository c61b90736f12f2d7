// SPDX-License-Identifier: Apache-2.0
// A choice between two graphs.
#ifndef TINYC_COMPILER_OPS_IF_H_
#define TINYC_COMPILER_OPS_IF_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// Regions: then, else.  Both take the captures and give the results, which
// agree in type.  ONNX If (https://onnx.ai/onnx/operators/onnx__If.html).
struct If final : OpBase<If> {
  static constexpr absl::string_view kName = "if";
  static constexpr Operand kOperands[] = {{"cond"},
                                          {"captures", Operand::Mode::kAny}};
  static constexpr std::tuple<> kAttrs = {};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  // Of the costlier region.
  int64_t Macs(const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_IF_H_
