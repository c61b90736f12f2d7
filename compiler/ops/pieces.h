// SPDX-License-Identifier: Apache-2.0
// Functions of one quantized value of 16 bits as pieces of quadratics, which a
// table of 65536 entries would be too large for.
#ifndef TINYC_COMPILER_OPS_PIECES_H_
#define TINYC_COMPILER_OPS_PIECES_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "compiler/base/status.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

struct Pieces {
  int bits = 0;              // 2^bits of the numbers that x stores make a piece
  Tensor coefficients = {};  // s32 [pieces, 3], in 2^-12 of a step of y

  // What y stores for what x does; see runtime/kernels/pointwise/pieces.h.
  int64_t At(const TensorType& x, const TensorType& y, int64_t stored) const;
};

// The fewest pieces, 16 to 512, that are nowhere more than a quarter of a step
// from y = f(x), before it is rounded.  An error says why there are none: a
// kink within a piece, a pole, no number.
absl::StatusOr<Pieces> FitPieces(const TensorType& x, const TensorType& y,
                                 absl::FunctionRef<double(double)> f);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_PIECES_H_
