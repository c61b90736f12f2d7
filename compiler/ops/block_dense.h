// SPDX-License-Identifier: Apache-2.0
// Fully connected layer of floats with weights of few bits.
#ifndef TINYC_COMPILER_OPS_BLOCK_DENSE_H_
#define TINYC_COMPILER_OPS_BLOCK_DENSE_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// x: f32 [...,K]; w: u4 or u8 [N,B*block] with B*block >= K; scale: f32 [N,B];
// zeros: u8 [N,B], or absent for `zero` everywhere; bias: f32 [N].
//   y[...,n] = bias[n] + sum over k of
//              scale[n,k/block] * (w[n,k] - zeros[n,k/block]) * x[...,k]
// com.microsoft MatMulNBits.
struct BlockDense final : OpBase<BlockDense> {
  static constexpr absl::string_view kName = "block_dense";
  static constexpr Operand kOperands[] = {{"x"},
                                          {"w"},
                                          {"scale"},
                                          {"zeros", Operand::Mode::kOptional},
                                          {"bias", Operand::Mode::kOptional}};

  int64_t block = 1;  // weights that share a scale; even when they are u4
  int64_t zero = 0;

  static constexpr auto kAttrs = std::tuple{Attr{"block", &BlockDense::block},
                                            Attr{"zero", &BlockDense::zero}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  int64_t Macs(const Node& node) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_BLOCK_DENSE_H_
