// SPDX-License-Identifier: Apache-2.0
// Determinants.
#ifndef TINYC_COMPILER_OPS_DET_H_
#define TINYC_COMPILER_OPS_DET_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y[...] = the determinant of x[...,:,:].  A matrix without rows has 1.
// ONNX Det (https://onnx.ai/onnx/operators/onnx__Det.html).
struct Det final : OpBase<Det> {
  static constexpr absl::string_view kName = "det";
  static constexpr Operand kOperands[] = {{"x"}};
  static constexpr auto kAttrs = std::tuple{};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  int64_t Macs(const Node& node) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_DET_H_
