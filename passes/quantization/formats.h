// SPDX-License-Identifier: Apache-2.0
// How a quantized model stores its activations and weights.
#ifndef TINYC_PASSES_QUANTIZATION_FORMATS_H_
#define TINYC_PASSES_QUANTIZATION_FORMATS_H_

#include "compiler/base/status.h"
#include "compiler/ir/attr.h"
#include "passes/pass.h"
#include "passes/quantization/scales.h"

namespace tinyc {

// THE list: 8 bits with a zero point, or 16 bits around 0.
enum class Activations { kInt8, kInt16 };
template <>
struct EnumNames<Activations> {
  static constexpr absl::string_view kNames[] = {"int8", "int16"};
};

// The option `key` of a pass: int8 without it.
absl::StatusOr<Activations> ReadActivations(const PassOptions& options,
                                            absl::string_view key);

// THE list: weights have 8 bits, or 4 in some layers.
enum class Weights { kInt8, kInt4 };
template <>
struct EnumNames<Weights> {
  static constexpr absl::string_view kNames[] = {"int8", "int4"};
};

// The option `key` of a pass: int8 without it.
absl::StatusOr<Weights> ReadWeights(const PassOptions& options,
                                    absl::string_view key);

// Which layers have weights of 4 bits, among those whose kernels unpack them
// (passes/quantization/four_bits.h): all but the ends of the model that are
// small, or all.
enum class FourBits { kInner, kAll };
template <>
struct EnumNames<FourBits> {
  static constexpr absl::string_view kNames[] = {"inner", "all"};
};

// The option `key` of a pass: inner without it.
absl::StatusOr<FourBits> ReadFourBits(const PassOptions& options,
                                      absl::string_view key);

struct ActivationFormat {
  DType dtype;
  DType bias;    // of the layers that read them
  double steps;  // in a range
  // A bias takes at most this many steps of the accumulator.
  double most_bias;
};
const ActivationFormat& FormatOf(Activations activations);

// The type of activations that lie in `range`.
ElemType ActivationElem(Activations activations, Range range);
// That of the results of a function, which never lie beyond `range`: its steps
// are a power of two, and the greatest number stored is one step below the end.
ElemType FunctionElem(Activations activations, Range range);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_FORMATS_H_
