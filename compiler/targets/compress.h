// SPDX-License-Identifier: Apache-2.0
// Weights of 8 bits in the formats of runtime/include/tc_compressed.h.
#ifndef TINYC_COMPILER_TARGETS_COMPRESS_H_
#define TINYC_COMPILER_TARGETS_COMPRESS_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "compiler/ir/attr.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

enum class WeightFormat { kSkip, kMask, kTwoOfFour, kOneOfFour, kCodes };
template <>
struct EnumNames<WeightFormat> {
  // A kernel that reads a format has its name at the end: conv2d_s8_skip.
  static constexpr absl::string_view kNames[] = {"skip", "mask", "2of4", "1of4",
                                                 "codes"};
};
inline constexpr WeightFormat kWeightFormats[] = {
    WeightFormat::kSkip, WeightFormat::kMask, WeightFormat::kTwoOfFour,
    WeightFormat::kOneOfFour, WeightFormat::kCodes};

// How kernels go through the weights of an output channel.
struct WeightRuns {
  int64_t taps = 0;  // of a run: neighbours in memory
  // At a border kernels leave out taps of a run, in multiples of this.
  int64_t unit = 0;
};

// The matrix `rows`, s8[channels][runs * taps], as bytes; nothing when the
// format cannot hold these numbers or is not made for such runs.
std::optional<Tensor> CompressRows(const Tensor& rows, const WeightRuns& runs,
                                   WeightFormat format);

}  // namespace tinyc

#endif  // TINYC_COMPILER_TARGETS_COMPRESS_H_
