// SPDX-License-Identifier: Apache-2.0
// The elements of a pooled image, back at their places.
#ifndef TINYC_COMPILER_OPS_MAX_UNPOOL_H_
#define TINYC_COMPILER_OPS_MAX_UNPOOL_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y of shape `shape` is 0 but for y[index[i]] = x[i], counted row-major; of
// equal indices the last one counts, one outside y has no effect.  ONNX
// MaxUnpool (https://onnx.ai/onnx/operators/onnx__MaxUnpool.html).
struct MaxUnpool final : OpBase<MaxUnpool> {
  static constexpr absl::string_view kName = "max_unpool";
  static constexpr Operand kOperands[] = {{"x"}, {"index"}};

  std::vector<int64_t> shape;

  static constexpr auto kAttrs = std::tuple{Attr{"shape", &MaxUnpool::shape}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_MAX_UNPOOL_H_
