// SPDX-License-Identifier: Apache-2.0
// What several importers share.
#ifndef TINYC_FRONTENDS_ONNX_IMPORTERS_SHARED_H_
#define TINYC_FRONTENDS_ONNX_IMPORTERS_SHARED_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "frontends/onnx/node.h"

namespace tinyc {

// `axis`, counted from the end when it is negative, as one of 0..rank-1.
absl::StatusOr<int64_t> NormalAxis(int64_t axis, int64_t rank);
// All of them, sorted; a repeated one is an error.
absl::StatusOr<std::vector<int64_t>> NormalAxes(absl::Span<const int64_t> axes,
                                                int64_t rank);

// `x` under another shape: the reshaped value, or `x` when it has that shape.
absl::StatusOr<Value*> ReshapeTo(OnnxNode& node, Value* x,
                                 absl::Span<const int64_t> shape);
// `x` with its dimensions permuted, or `x` when `perm` changes nothing.
absl::StatusOr<Value*> TransposeTo(OnnxNode& node, Value* x,
                                   std::vector<int64_t> perm);
// `x` with its last two dimensions exchanged.
absl::StatusOr<Value*> TransposeMatrix(OnnxNode& node, Value* x);
// `x` in the plain element type `dtype`.
absl::StatusOr<Value*> CastTo(OnnxNode& node, Value* x, DType dtype);
// op(x, number), with the number as a scalar of the type of x.
absl::StatusOr<Value*> WithScalar(OnnxNode& node, absl::string_view op,
                                  Value* x, float number);

// Operand `i` as indices: s32 or s64.
absl::StatusOr<Value*> IndexInput(OnnxNode& node, size_t i);
// OK when all of `indices`, which may be null, are inside dimensions of
// `sizes`, in turn.
absl::Status CheckInside(const Tensor* indices,
                         absl::Span<const int64_t> sizes);

// The window of a convolution or pooling, one entry per spatial dimension:
// attributes kernel_shape, strides, pads, dilations and auto_pad, which becomes
// pads.  `kernel`: that of the weight, which kernel_shape must agree with.
struct WindowAttrs {
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> pads;
  std::vector<int64_t> dilations;
};
absl::StatusOr<WindowAttrs> ReadWindow(
    OnnxNode& node, const Shape& x,
    const std::optional<std::vector<int64_t>>& kernel = std::nullopt);
// The same of a transposed convolution.  output_shape and output_padding become
// pads as well, which may be negative: so many elements that nothing reaches.
absl::StatusOr<WindowAttrs> ReadTransposedWindow(
    OnnxNode& node, const Shape& x, const std::vector<int64_t>& kernel);

// Conv's attributes on given operands; `bias` may be null.
absl::StatusOr<Value*> EmitConv(OnnxNode& node, Value* x, Value* w,
                                Value* bias);

// x * w + bias, as dense when w is a constant, be it quantized.  Null bias:
// none.  x: [..., K]; w: [K, N], or [N, K] when `transposed`.
absl::StatusOr<Value*> EmitLinear(OnnxNode& node, Value* x, Value* w,
                                  bool transposed, Value* bias);
// alpha * a' * b' + beta * c, with a' and b' transposed as the attributes
// transA and transB say.
absl::StatusOr<Value*> EmitGemm(OnnxNode& node, Value* a, Value* b, Value* c,
                                float alpha, float beta);

// x where it is positive, else alpha * x.
absl::StatusOr<Value*> EmitLeakyRelu(OnnxNode& node, Value* x, float alpha);

// softmax, log_softmax or "hardmax" along `axis`, or along all dimensions from
// it on when it `flattens`.
absl::StatusOr<Value*> EmitSoftmax(OnnxNode& node, absl::string_view op,
                                   Value* x, int64_t axis, bool flattens);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_IMPORTERS_SHARED_H_
