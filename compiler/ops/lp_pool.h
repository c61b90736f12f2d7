// SPDX-License-Identifier: Apache-2.0
// The p-norm of each window.
#ifndef TINYC_COMPILER_OPS_LP_POOL_H_
#define TINYC_COMPILER_OPS_LP_POOL_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ops/pool.h"

namespace tinyc {

// (sum over the window of |x|^p)^(1/p).  ONNX LpPool
// (https://onnx.ai/onnx/operators/onnx__LpPool.html).
struct LpPool final : OpBase<LpPool, Pool> {
  static constexpr absl::string_view kName = "lp_pool";
  static constexpr Operand kOperands[] = {{"x"}};

  int64_t p = 2;

  static constexpr auto kAttrs = std::tuple{
      Attr<LpPool, int64_t>{"p", &LpPool::p},
      Attr<LpPool, std::vector<int64_t>>{"kernel", &LpPool::kernel},
      Attr<LpPool, std::vector<int64_t>>{"strides", &LpPool::strides},
      Attr<LpPool, std::vector<int64_t>>{"pads", &LpPool::pads},
      Attr<LpPool, std::vector<int64_t>>{"dilations", &LpPool::dilations},
      Attr<LpPool, bool>{"ceil_mode", &LpPool::ceil_mode},
      Attr<LpPool, Layout>{"layout", &LpPool::layout}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_LP_POOL_H_
