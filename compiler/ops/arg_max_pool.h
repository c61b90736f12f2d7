// SPDX-License-Identifier: Apache-2.0
// Where the maximum of each window is.
#ifndef TINYC_COMPILER_OPS_ARG_MAX_POOL_H_
#define TINYC_COMPILER_OPS_ARG_MAX_POOL_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ops/pool.h"

namespace tinyc {

// The position, s64, of the greatest element of each window in x as it is with
// the channels first: ((n * C + c) * D1 + i1) * D2 + i2 ..., or with
// column_major (n * C + c) * D1 * D2 ... + i1 + D1 * (i2 + D2 * ...).  Of equal
// elements the first; a NaN only in a window of nothing else.  The second
// result of ONNX MaxPool (https://onnx.ai/onnx/operators/onnx__MaxPool.html).
struct ArgMaxPool final : OpBase<ArgMaxPool, Pool> {
  static constexpr absl::string_view kName = "arg_max_pool";
  static constexpr Operand kOperands[] = {{"x"}};

  bool column_major = false;

  static constexpr auto kAttrs = std::tuple{
      Attr<ArgMaxPool, std::vector<int64_t>>{"kernel", &ArgMaxPool::kernel},
      Attr<ArgMaxPool, std::vector<int64_t>>{"strides", &ArgMaxPool::strides},
      Attr<ArgMaxPool, std::vector<int64_t>>{"pads", &ArgMaxPool::pads},
      Attr<ArgMaxPool, std::vector<int64_t>>{"dilations",
                                             &ArgMaxPool::dilations},
      Attr<ArgMaxPool, bool>{"ceil_mode", &ArgMaxPool::ceil_mode},
      Attr<ArgMaxPool, bool>{"column_major", &ArgMaxPool::column_major},
      Attr<ArgMaxPool, Layout>{"layout", &ArgMaxPool::layout}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_ARG_MAX_POOL_H_
