// SPDX-License-Identifier: Apache-2.0
// The numbers of a constant as text.  Every form reads back to the same bits.
#ifndef TINYC_COMPILER_TEXT_CONSTANT_TEXT_H_
#define TINYC_COMPILER_TEXT_CONSTANT_TEXT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

// A constant and how the source wrote it, so that a test reads `rand(7)`
// before and after a pass that leaves the numbers alone.
struct ConstantText {
  std::shared_ptr<const Tensor> tensor;
  std::string text;  // "rand(7) : f32[64,32]"
};
using ConstantTexts = std::vector<ConstantText>;

// "[1,2.5,-3]", "fill(0)" or "hex(\"00ff...\")", the first that keeps the bits
// and, for a list, has at most kMaxListed elements.
inline constexpr int64_t kMaxListed = 16;
std::string ConstantNumbers(const Tensor& tensor);
// The same but for hex, for which it gives "".
std::string ShortConstantNumbers(const Tensor& tensor);

// Whether every element has the bits of the first.
bool IsUniform(const Tensor& tensor);

// Stores element `i`; false when `text` is no number of the tensor's type.
bool SetElementText(Tensor* tensor, int64_t i, absl::string_view text);

// Numbers for tests, the same on every machine.  Floats are multiples of
// 2^-10, so that short sums of them are exact, and lie within
// +-1/sqrt(elements per index of the first dimension), as weights do.  Integers
// cover all of an 8-bit type but the least value of a signed one, and
// +-1000 (0..1000) of a wider one.  About `zeros` percent of them are zero, but
// for those that are so by chance.
Tensor RandomConstant(const TensorType& type, uint64_t seed, int64_t zeros = 0);
// Scales between 1/256 and 1/64.
std::vector<float> RandomScales(size_t count, uint64_t seed);

}  // namespace tinyc

#endif  // TINYC_COMPILER_TEXT_CONSTANT_TEXT_H_
