// SPDX-License-Identifier: Apache-2.0
// Indices as vectors with one element that differs.
#ifndef TINYC_COMPILER_OPS_ONE_HOT_H_
#define TINYC_COMPILER_OPS_ONE_HOT_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y has a dimension `depth` before dimension `axis` of index.  Along it,
// element index[...] (from the end when negative) is values[1], the others are
// values[0]; an index outside is nowhere.
// ONNX OneHot (https://onnx.ai/onnx/operators/onnx__OneHot.html).
struct OneHot final : OpBase<OneHot> {
  static constexpr absl::string_view kName = "one_hot";
  static constexpr Operand kOperands[] = {{"index"}, {"values"}};

  int64_t depth = 0;
  int64_t axis = -1;  // of y; negative: counted from its end

  static constexpr auto kAttrs =
      std::tuple{Attr{"depth", &OneHot::depth}, Attr{"axis", &OneHot::axis}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_ONE_HOT_H_
