// SPDX-License-Identifier: Apache-2.0
// Discrete Fourier transform of a signal or of frames of it.
#ifndef TINYC_COMPILER_OPS_DFT_H_
#define TINYC_COMPILER_OPS_DFT_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// x: [..., S, ..., 1] (real) or [..., S, ..., 2] (complex), S at `axis`;
// window: [length].
//   y[..., k, ...] = sum over j < length of
//                    x[..., j, ...] * window[j] * exp(-2 pi i j k / length)
// where x is 0 beyond S.  The inverse has +i and divides by `length`.
//   onesided: only k = 0 .. length / 2, of a real x; as inverse, x is such a
//     half of a spectrum, and y is real and has all elements.
//   frame_step: when it is not 0, the transforms of all frames of `length`
//     elements, frame_step apart, that lie in x; y has one more dimension, the
//     frames, in front of k.
// ONNX DFT (https://onnx.ai/onnx/operators/onnx__DFT.html) and STFT.
struct Dft final : OpBase<Dft> {
  static constexpr absl::string_view kName = "dft";
  static constexpr Operand kOperands[] = {{"x"},
                                          {"window", Operand::Mode::kOptional}};

  int64_t axis = 0;  // negative: counted from the end
  int64_t length = 0;
  bool inverse = false;
  bool onesided = false;
  int64_t frame_step = 0;

  static constexpr auto kAttrs = std::tuple{
      Attr{"axis", &Dft::axis}, Attr{"length", &Dft::length},
      Attr{"inverse", &Dft::inverse}, Attr{"onesided", &Dft::onesided},
      Attr{"frame_step", &Dft::frame_step}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  int64_t Macs(const Node& node) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;

 private:
  // x as [outer][signal][inner][in_parts], y as
  // [outer][frames][out][inner][out_parts].
  struct Sizes {
    int64_t outer = 1;
    int64_t signal = 0;
    int64_t inner = 1;
    int64_t in_parts = 0;
    int64_t frames = 1;
    int64_t out = 0;
    int64_t out_parts = 2;
  };
  Sizes SizesOf(const Shape& x, size_t at) const;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_DFT_H_
