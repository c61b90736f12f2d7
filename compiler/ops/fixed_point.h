// SPDX-License-Identifier: Apache-2.0
// Fixed-point rendering of real scales, the arithmetic of docs/numbers.md,
// stated independently of the C kernels (runtime/include/tc_fixed.h).
//
// 8-bit results:   y = floor((acc * 2^shift * mult + 2^31) / 2^32)
//                  ratio ~ mult * 2^(shift - 32), shift >= 0 as small as keeps
//                  every mult below 2^31; a ratio above 2^14 counts as 2^14,
//                  which leaves no number but 0 within 8 bits either: so
//                  shift <= 16
// 16-bit results:  y = floor((acc * mult + 2^(shift - 1)) / 2^shift)
//                  ratio ~ mult * 2^-shift, the greatest mult in [2^30, 2^31)
// Sums of two, 8 and 16 bits:
//   y = floor((a * 2^shift * a_mult + b * 2^shift * b_mult + offset) / 2^32)
//       + z_y
//   s_a / s_y ~ a_mult * 2^(shift - 32), s_b / s_y ~ b_mult * 2^(shift - 32),
//   shift >= 0 as small as keeps both below 2^31,
//   offset = 2^31 - 2^shift * (z_a * a_mult + z_b * b_mult)
// One rounding, to nearest, ties towards plus infinity.
#ifndef TINYC_COMPILER_OPS_FIXED_POINT_H_
#define TINYC_COMPILER_OPS_FIXED_POINT_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

// One multiplier per ratio, one shift for all of them.
struct FixedScale {
  std::vector<int32_t> mult;
  int32_t shift = 0;
  bool wide = false;  // the rendering for 16-bit results
};

// Renders positive ratios for results of type `out` (s8 or s16).  An error
// when a ratio is not finite and positive, or when an accumulator of magnitude
// up to `acc_bound` could overflow the arithmetic.
absl::StatusOr<FixedScale> RenderScale(absl::Span<const double> ratios,
                                       DType out, int64_t acc_bound);

// The formula above for multiplier `c`, saturated to 32 bits.
int32_t Rescale(int64_t acc, const FixedScale& scale, size_t c);

// A sum or difference; b_mult of a difference is negative.
struct FixedSum {
  int32_t a_mult = 0;
  int32_t b_mult = 0;
  int32_t shift = 0;
  int64_t offset = 0;
};

// a + b, or a - b when `subtract`.  All types are quantized per tensor, with 8
// or 16 bits.
absl::StatusOr<FixedSum> RenderSum(const TensorType& a, const TensorType& b,
                                   const TensorType& y, bool subtract);

// The formula above for stored a and b, without z_y.
int64_t SumOf(int64_t a, int64_t b, const FixedSum& sum);

// The greatest magnitude of a number of an integer type of at most 32 bits,
// and of its difference from a zero point.
int64_t StoredBound(DType dtype);
int64_t CenteredBound(DType dtype);

// The range of stored integers to which a clamp of real numbers to
// [real_min, real_max] amounts in `type` (s8 or s16, per tensor).
struct IntRange {
  int32_t lo;
  int32_t hi;
};
IntRange QuantizedClamp(const TensorType& type, float real_min, float real_max);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_FIXED_POINT_H_
