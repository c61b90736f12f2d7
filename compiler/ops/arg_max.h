// SPDX-License-Identifier: Apache-2.0
// The position of the greatest or least element along an axis.
#ifndef TINYC_COMPILER_OPS_ARG_MAX_H_
#define TINYC_COMPILER_OPS_ARG_MAX_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y: s64, x's shape with 1 at `axis`, or without that dimension when keepdims
// is 0.  Of equal elements the first counts, or the last when
// select_last_index is 1; a NaN is neither greater nor less than another.
struct ArgExtreme : Op {
  int64_t axis = 0;  // negative: counted from the end
  int64_t keepdims = 1;
  int64_t select_last_index = 0;

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// The greatest: ONNX ArgMax (https://onnx.ai/onnx/operators/onnx__ArgMax.html).
struct ArgMax final : OpBase<ArgMax, ArgExtreme> {
  static constexpr absl::string_view kName = "arg_max";
  static constexpr Operand kOperands[] = {{"x"}};
  static constexpr auto kAttrs = std::tuple{
      Attr{"axis", &ArgMax::axis}, Attr{"keepdims", &ArgMax::keepdims},
      Attr{"select_last_index", &ArgMax::select_last_index}};
};

// The least: ONNX ArgMin (https://onnx.ai/onnx/operators/onnx__ArgMin.html).
struct ArgMin final : OpBase<ArgMin, ArgExtreme> {
  static constexpr absl::string_view kName = "arg_min";
  static constexpr Operand kOperands[] = {{"x"}};
  static constexpr auto kAttrs = std::tuple{
      Attr{"axis", &ArgMin::axis}, Attr{"keepdims", &ArgMin::keepdims},
      Attr{"select_last_index", &ArgMin::select_last_index}};
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_ARG_MAX_H_
