// SPDX-License-Identifier: Apache-2.0
// Sums of products with constant weights (convolution, dense), in integers.
#ifndef TINYC_COMPILER_OPS_WEIGHTED_H_
#define TINYC_COMPILER_OPS_WEIGHTED_H_

#include <cstdint>
#include <optional>

#include "compiler/base/status.h"
#include "compiler/ir/tensor.h"
#include "compiler/ops/fixed_point.h"

namespace tinyc {

// Where the zero point of the activations is made up for.
enum class InputZero {
  kInBias,    // the kernel sums w * x over all taps, those outside the input
              // reading z_x
  kInKernel,  // the kernel sums w * (x - z_x) over the taps inside
};

// What a kernel needs beside the weights, with x or x - z_x for v:
//   y = clamp(requantize(bias[o] + sum of w * v - w_zero[o] * sum of v) + z_y)
struct WeightedInts {
  Tensor bias;  // s32 for 8-bit activations, s64 for 16-bit ones
  Tensor mult;  // s32, one per output channel
  std::optional<Tensor> w_zero;  // s32; absent when all are zero
  int32_t shift = 0;
  IntRange clamp = {0, 0};
};

// x: type of the activations (s8 or s16, per tensor).  w: quantized weights
// [out][...], scales per tensor or along axis 0.  bias: s32 or s64 [out] with
// scale s_x * s_w, or null.  y: type of the result, as wide as x.
// Unimplemented when an accumulator could overflow for some input.
absl::StatusOr<WeightedInts> FoldWeighted(const TensorType& x, const Tensor& w,
                                          const Tensor* bias,
                                          const TensorType& y, float act_min,
                                          float act_max, InputZero input_zero);

// s_x * s_w / s_y per output channel.
std::vector<double> WeightedRatios(const TensorType& x, const TensorType& w,
                                   const TensorType& y);

// The element type of a weighted operator's result, checked: plain f32 (or
// another float) for plain operands; quantized operands want a quantized
// result as wide as x.
absl::StatusOr<ElemType> WeightedResult(const TensorType& x,
                                        const TensorType& w,
                                        const TensorType* bias,
                                        const ElemType& wanted);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_WEIGHTED_H_
