// SPDX-License-Identifier: Apache-2.0
// Elements of a tensor that indices name.
#ifndef TINYC_COMPILER_OPS_GATHER_H_
#define TINYC_COMPILER_OPS_GATHER_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// Indices are s32 or s64; a negative one counts from the end, and one outside
// the dimension counts as the nearest inside.

// y[a..., i..., b...] = x[a..., index[i...], b...], where a are the dimensions
// of x before `axis`.
// ONNX Gather (https://onnx.ai/onnx/operators/onnx__Gather.html).
struct Gather final : OpBase<Gather> {
  static constexpr absl::string_view kName = "gather";
  static constexpr Operand kOperands[] = {{"x"}, {"index"}};

  int64_t axis = 0;  // negative: counted from the end

  static constexpr auto kAttrs = std::tuple{Attr{"axis", &Gather::axis}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kSameScale};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// y[p] = x[p with index[p] in place of p[axis]], for every p of index's shape,
// which is at most x's outside `axis`.
// ONNX GatherElements.
struct GatherElements final : OpBase<GatherElements> {
  static constexpr absl::string_view kName = "gather_elements";
  static constexpr Operand kOperands[] = {{"x"}, {"index"}};

  int64_t axis = 0;  // negative: counted from the end

  static constexpr auto kAttrs =
      std::tuple{Attr{"axis", &GatherElements::axis}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kSameScale};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// y[a..., i..., b...] = x[a..., index[a..., i..., :], b...], where a are the
// first batch_dims dimensions of both.
// ONNX GatherND.
struct GatherNd final : OpBase<GatherNd> {
  static constexpr absl::string_view kName = "gather_nd";
  static constexpr Operand kOperands[] = {{"x"}, {"index"}};

  int64_t batch_dims = 0;

  static constexpr auto kAttrs =
      std::tuple{Attr{"batch_dims", &GatherNd::batch_dims}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kSameScale};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_GATHER_H_
