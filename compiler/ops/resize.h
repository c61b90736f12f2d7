// SPDX-License-Identifier: Apache-2.0
// Resizing of one dimension or two neighbouring ones.  How a size and a way to
// map coordinates become tables is the importer's business.
#ifndef TINYC_COMPILER_OPS_RESIZE_H_
#define TINYC_COMPILER_OPS_RESIZE_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y[.., i, j, ..] = x[.., rows[i], columns[j], ..], where i is an index of the
// dimension `axis` and j of the next one; without columns, of `axis` alone.
// ONNX Resize (https://onnx.ai/onnx/operators/onnx__Resize.html) to the nearest
// element.
struct ResizeNearest final : OpBase<ResizeNearest> {
  static constexpr absl::string_view kName = "resize_nearest";
  static constexpr Operand kOperands[] = {{"x"}};

  int64_t axis = 0;
  std::vector<int64_t> rows;
  std::vector<int64_t> columns;

  static constexpr auto kAttrs = std::tuple{
      Attr{"axis", &ResizeNearest::axis}, Attr{"rows", &ResizeNearest::rows},
      Attr{"columns", &ResizeNearest::columns}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kSameScale};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// y[.., i, j, ..] = sum over k, l of row_weights[i][k] * column_weights[j][l] *
//                   x[.., rows[i] + k, columns[j] + l, ..]
// Weights are row-major; each output has the same number of them.  Where
// rows[i] or columns[j] is -1, the result is the number `outside`.  Quantized:
// rounded once, as docs/numbers.md says.  ONNX Resize by linear and cubic
// interpolation.
struct ResizeWeighted final : OpBase<ResizeWeighted> {
  static constexpr absl::string_view kName = "resize_weighted";
  static constexpr Operand kOperands[] = {{"x"}};

  int64_t axis = 0;
  std::vector<int64_t> rows;
  std::vector<float> row_weights;
  std::vector<int64_t> columns;
  std::vector<float> column_weights;
  float outside = 0;

  static constexpr auto kAttrs =
      std::tuple{Attr{"axis", &ResizeWeighted::axis},
                 Attr{"rows", &ResizeWeighted::rows},
                 Attr{"row_weights", &ResizeWeighted::row_weights},
                 Attr{"columns", &ResizeWeighted::columns},
                 Attr{"column_weights", &ResizeWeighted::column_weights},
                 Attr{"outside", &ResizeWeighted::outside}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kFree};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_RESIZE_H_
