// SPDX-License-Identifier: Apache-2.0
// Matrix product of two tensors, over broadcast batches.
#ifndef TINYC_COMPILER_OPS_MATMUL_H_
#define TINYC_COMPILER_OPS_MATMUL_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y[...,m,n] = sum over k of a[...,m,k] * b[...,k,n], as numpy.matmul: an
// operand of one dimension is a row (a) or a column (b), and the result lacks
// that dimension.  Quantized: rounded once, as docs/numbers.md says.  ONNX
// MatMul (https://onnx.ai/onnx/operators/onnx__MatMul.html).
struct Matmul final : OpBase<Matmul> {
  static constexpr absl::string_view kName = "matmul";
  static constexpr Operand kOperands[] = {{"a"}, {"b"}};
  static constexpr std::tuple<> kAttrs = {};

  // The product over whole batches: strides are in elements, 0 where an
  // operand is broadcast.
  struct Sizes {
    Shape batch;
    Shape a_strides;
    Shape b_strides;
    int64_t rows = 1;
    int64_t inner = 1;
    int64_t cols = 1;
  };
  static absl::StatusOr<Sizes> SizesOf(const Shape& a, const Shape& b);

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kFree};
  }
  int64_t Macs(const Node& node) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_MATMUL_H_
