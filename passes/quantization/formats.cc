// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/formats.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_join.h"

namespace tinyc {
namespace {

template <typename Enum>
absl::StatusOr<Enum> ReadName(const PassOptions& options, absl::string_view key,
                              Enum otherwise) {
  const std::string text = options.Get(key, AttrText(otherwise));
  Enum named = otherwise;
  if (ParseAttr(text, &named)) return named;
  return Invalid(key, " is ", absl::StrJoin(EnumNames<Enum>::kNames, " or "),
                 ", not \"", text, "\"");
}

}  // namespace

absl::StatusOr<Activations> ReadActivations(const PassOptions& options,
                                            absl::string_view key) {
  return ReadName(options, key, Activations::kInt8);
}

absl::StatusOr<Weights> ReadWeights(const PassOptions& options,
                                    absl::string_view key) {
  return ReadName(options, key, Weights::kInt8);
}

absl::StatusOr<FourBits> ReadFourBits(const PassOptions& options,
                                      absl::string_view key) {
  return ReadName(options, key, FourBits::kInner);
}

const ActivationFormat& FormatOf(Activations activations) {
  // In the order of the enumerators.  8 bits: passes that come later may change
  // a bias or its scale a little, and sums stay below 2^31.  16 bits: sums stay
  // below 2^47, but the channels of a layer share the shift of their
  // multipliers.  With 2^32 that of the greatest bias has bits enough, and half
  // a step of a weight is an eighth of a step of the result.
  static constexpr ActivationFormat kFormats[] = {
      {DType::kS8, DType::kS32, 255, 0x1p28},
      {DType::kS16, DType::kS64, 32767, 0x1p32},
  };
  return kFormats[static_cast<size_t>(activations)];
}

ElemType ActivationElem(Activations activations, Range range) {
  return activations == Activations::kInt8 ? AsymmetricS8(range)
                                           : SymmetricS16(range);
}

ElemType FunctionElem(Activations activations, Range range) {
  if (activations == Activations::kInt16) {
    const float far = std::max(std::fabs(range.min), std::fabs(range.max));
    return {DType::kS16, Quant::PerTensor(far * 0x1p-15f, 0)};
  }
  const float scale = (range.max - range.min) * 0x1p-8f;
  const int32_t zero = -128 - static_cast<int32_t>(range.min / scale);
  return {DType::kS8, Quant::PerTensor(scale, zero)};
}

}  // namespace tinyc
