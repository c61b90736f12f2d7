// SPDX-License-Identifier: Apache-2.0
// A tensor with elements replaced where indices say.
#ifndef TINYC_COMPILER_OPS_SCATTER_H_
#define TINYC_COMPILER_OPS_SCATTER_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// How an update u changes the element y: none: y = u; else y = y op u.
enum class ScatterReduction { kNone, kAdd, kMul, kMin, kMax };
template <>
struct EnumNames<ScatterReduction> {
  static constexpr absl::string_view kNames[] = {"none", "add", "mul", "min",
                                                 "max"};
};

// y = x; then every update in row-major order.  Indices are those of gather.
struct ScatterOp : Op {
  ScatterReduction reduction = ScatterReduction::kNone;

  QuantRule Quantization() const override {
    const bool selects = reduction != ScatterReduction::kAdd &&
                         reduction != ScatterReduction::kMul;
    return {.kind = selects ? QuantRule::Kind::kSameScale
                            : QuantRule::Kind::kFloatOnly};
  }

 protected:
  // Checks everything but shapes.
  absl::Status CheckTypes(const InferArgs& args) const;
  void Update(Tensor& y, int64_t at, const Tensor& updates, int64_t i) const;
};

// y[p with index[p] in place of p[axis]] takes updates[p], for every p of
// index's shape.
// ONNX ScatterElements.
struct ScatterElements final : OpBase<ScatterElements, ScatterOp> {
  static constexpr absl::string_view kName = "scatter_elements";
  static constexpr Operand kOperands[] = {{"x"}, {"index"}, {"updates"}};

  int64_t axis = 0;  // negative: counted from the end

  static constexpr auto kAttrs =
      std::tuple{Attr{"axis", &ScatterElements::axis},
                 Attr{"reduction", &ScatterElements::reduction}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// y[index[i..., :], b...] takes updates[i..., b...].
// ONNX ScatterND.
struct ScatterNd final : OpBase<ScatterNd, ScatterOp> {
  static constexpr absl::string_view kName = "scatter_nd";
  static constexpr Operand kOperands[] = {{"x"}, {"index"}, {"updates"}};

  static constexpr auto kAttrs =
      std::tuple{Attr{"reduction", &ScatterOp::reduction}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// y[n, a..., index[n, t], b...] takes updates[n, a..., t, b...], where t is
// dimension `axis`, which is not the first.
// ONNX TensorScatter.
struct TensorScatter final : OpBase<TensorScatter, ScatterOp> {
  static constexpr absl::string_view kName = "tensor_scatter";
  static constexpr Operand kOperands[] = {{"x"}, {"index"}, {"updates"}};

  int64_t axis = -2;  // negative: counted from the end

  static constexpr auto kAttrs = std::tuple{Attr{"axis", &TensorScatter::axis}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_SCATTER_H_
