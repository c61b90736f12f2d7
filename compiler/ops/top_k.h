// SPDX-License-Identifier: Apache-2.0
// The positions of the greatest or least elements along an axis.
#ifndef TINYC_COMPILER_OPS_TOP_K_H_
#define TINYC_COMPILER_OPS_TOP_K_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y: s64, x's shape with k at `axis`: the indices of the k greatest (least)
// elements, in order; of equal ones the first comes first.  A NaN is neither
// greater nor less than another.  gather_elements gets the elements.
// ONNX TopK (https://onnx.ai/onnx/operators/onnx__TopK.html).
struct TopK final : OpBase<TopK> {
  static constexpr absl::string_view kName = "top_k";
  static constexpr Operand kOperands[] = {{"x"}};

  int64_t k = 1;
  int64_t axis = -1;  // negative: counted from the end
  bool largest = true;

  static constexpr auto kAttrs =
      std::tuple{Attr{"k", &TopK::k}, Attr{"axis", &TopK::axis},
                 Attr{"largest", &TopK::largest}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_TOP_K_H_
