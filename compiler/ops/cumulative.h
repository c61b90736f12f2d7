// SPDX-License-Identifier: Apache-2.0
// Running sums and products.
#ifndef TINYC_COMPILER_OPS_CUMULATIVE_H_
#define TINYC_COMPILER_OPS_CUMULATIVE_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y[k] along `axis` is the sum (product) of x[0] .. x[k], or of those before
// x[k] when exclusive; from the end of the axis when reverse.
// axis: an s64; negative: counted from the end; outside: the nearest inside.
struct Cumulative : Op {
  bool exclusive = false;
  bool reverse = false;

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// ONNX CumSum (https://onnx.ai/onnx/operators/onnx__CumSum.html).
struct CumSum final : OpBase<CumSum, Cumulative> {
  static constexpr absl::string_view kName = "cum_sum";
  static constexpr Operand kOperands[] = {{"x"}, {"axis"}};
  static constexpr auto kAttrs = std::tuple{
      Attr{"exclusive", &CumSum::exclusive}, Attr{"reverse", &CumSum::reverse}};
};

// ONNX CumProd (https://onnx.ai/onnx/operators/onnx__CumProd.html).
struct CumProd final : OpBase<CumProd, Cumulative> {
  static constexpr absl::string_view kName = "cum_prod";
  static constexpr Operand kOperands[] = {{"x"}, {"axis"}};
  static constexpr auto kAttrs =
      std::tuple{Attr{"exclusive", &CumProd::exclusive},
                 Attr{"reverse", &CumProd::reverse}};
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_CUMULATIVE_H_
