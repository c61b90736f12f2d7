// SPDX-License-Identifier: Apache-2.0
// From ranges of real numbers to the integers that stand for them.
#ifndef TINYC_PASSES_QUANTIZATION_SCALES_H_
#define TINYC_PASSES_QUANTIZATION_SCALES_H_

#include "absl/types/span.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

// An interval of real numbers.
struct Range {
  float min = 0;
  float max = 0;
  bool operator==(const Range&) const = default;
};
// That of the elements of an f32 tensor, and 0.
Range RangeOf(const Tensor& tensor);

// s8, one scale: 255 steps from the least to the greatest number of `range`,
// which is widened to hold 0.  0 is stored exactly.
ElemType AsymmetricS8(Range range);
// s16 with the zero point 0, 32767 steps to the number of `range` that is
// farthest from 0.
ElemType SymmetricS16(Range range);
// The numbers that the integers of a type of one scale stand for.
Range RangeOf(const ElemType& elem);

// `dtype`, s8 or s4, with a scale for each index of the first dimension of
// `weights` (f32): 127 or 7 steps to its element farthest from 0, but no scale
// below that of `least`, which has one for each index or is empty.
ElemType WeightElem(DType dtype, const Tensor& weights,
                    absl::Span<const float> least);

// The integers that fitted weights may become: -127 to 127; with 4 bits -8 to
// 7, since a sixteenth of the numbers there are is too much to leave unused.
struct StepRange {
  double least;
  double greatest;
};
StepRange WeightSteps(DType dtype);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_SCALES_H_
