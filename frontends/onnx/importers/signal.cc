// SPDX-License-Identifier: Apache-2.0
// Fourier transforms and what goes with them.
#include <cmath>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"
#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

// The integer that operand `i` holds, or `otherwise` when it is absent.
absl::StatusOr<int64_t> IntInput(OnnxNode& node, size_t i, int64_t otherwise) {
  TINYC_ASSIGN_OR_RETURN(const auto values, node.IntsInput(i));
  if (!values) return otherwise;
  if (values->size() != 1) return Invalid("operand ", i, " is no scalar");
  return (*values)[0];
}

// The number that operand `i` holds.
absl::StatusOr<double> NumberInput(OnnxNode& node, size_t i) {
  TINYC_ASSIGN_OR_RETURN(const auto constant, node.ConstantInput(i));
  if (constant == nullptr || constant->size() != 1) {
    return Invalid("operand ", i, " is no scalar");
  }
  return constant->At(0);
}

}  // namespace

absl::Status ImportDft(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const bool inverse = node.Int("inverse", 0) != 0;
  const bool onesided = node.Int("onesided", 0) != 0;
  int64_t axis = node.Int("axis", 1);
  if (node.version() >= 20) {
    TINYC_ASSIGN_OR_RETURN(axis, IntInput(node, 2, -2));
  }
  TINYC_ASSIGN_OR_RETURN(axis, NormalAxis(axis, x->type().rank()));
  const int64_t signal = x->type().shape[static_cast<size_t>(axis)];
  TINYC_ASSIGN_OR_RETURN(
      const int64_t length,
      IntInput(node, 1, inverse && onesided ? 2 * (signal - 1) : signal));
  return node.SetOutput(0, node.Emit("dft", {x},
                                     {{"axis", axis},
                                      {"length", length},
                                      {"inverse", inverse},
                                      {"onesided", onesided}}));
}

absl::Status ImportStft(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const int64_t step, IntInput(node, 1, 0));
  TINYC_ASSIGN_OR_RETURN(Value * window, node.OptionalInput(2));
  if (x->type().rank() != 3) return Invalid("its signal is not of rank 3");
  if (step < 1) return Invalid("its frame_step is ", step);
  const int64_t otherwise =
      window != nullptr ? window->type().num_elements() : x->type().shape[1];
  TINYC_ASSIGN_OR_RETURN(const int64_t length, IntInput(node, 3, otherwise));
  return node.SetOutput(0,
                        node.Emit("dft", {x, window},
                                  {{"axis", int64_t{1}},
                                   {"length", length},
                                   {"onesided", node.Int("onesided", 1) != 0},
                                   {"frame_step", step}}));
}

// Triangles over the elements of a spectrum, whose corners are equally far
// apart on the scale mel(f) = 2595 log10(1 + f / 700).
absl::Status ImportMelWeightMatrix(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const int64_t bins, IntInput(node, 0, 0));
  TINYC_ASSIGN_OR_RETURN(const int64_t length, IntInput(node, 1, 0));
  TINYC_ASSIGN_OR_RETURN(const int64_t rate, IntInput(node, 2, 0));
  TINYC_ASSIGN_OR_RETURN(const double lower, NumberInput(node, 3));
  TINYC_ASSIGN_OR_RETURN(const double upper, NumberInput(node, 4));
  const auto dtype =
      DTypeFromOnnx(static_cast<int>(node.Int("output_datatype", 1)));
  if (!dtype) return Invalid("its output_datatype is no type");
  constexpr int64_t kMost = int64_t{1} << 24;
  if (bins < 1 || bins > kMost || length < 1 || length > kMost || rate < 1) {
    return Invalid("it has ", bins, " bins, a dft_length of ", length,
                   " and a sample_rate of ", rate);
  }
  const auto mel = [](double hertz) {
    return 2595 * std::log10(1 + hertz / 700);
  };
  const int64_t rows = length / 2 + 1;
  // The corner number i as an index into the spectrum.
  const auto corner = [&](int64_t i) {
    const double step =
        (mel(upper) - mel(lower)) / static_cast<double>(bins + 2);
    const double at = mel(lower) + static_cast<double>(i) * step;
    const double hertz = 700 * (std::pow(10, at / 2595) - 1);
    return std::floor(static_cast<double>(length + 1) * hertz /
                      static_cast<double>(rate));
  };
  if (!(corner(0) >= 0 && corner(bins + 1) <= static_cast<double>(rows))) {
    return Invalid("its frequencies ", lower, " .. ", upper,
                   " are not in the spectrum");
  }
  TINYC_ASSIGN_OR_RETURN(TensorType type, CheckedType(*dtype, {rows, bins}));
  Tensor matrix(std::move(type));
  for (int64_t b = 0; b < bins; ++b) {
    const double left = corner(b);
    const double centre = corner(b + 1);
    const double right = corner(b + 2);
    for (int64_t row = 0; row < rows; ++row) {
      const auto at = static_cast<double>(row);
      if (at >= left && at < centre) {
        matrix.Set(row * bins + b, (at - left) / (centre - left));
      } else if (at >= centre && at < right) {
        matrix.Set(row * bins + b, (right - at) / (right - centre));
      } else if (at == centre) {
        matrix.Set(row * bins + b, 1);
      }
    }
  }
  node.SetOutput(0, std::move(matrix));
  return absl::OkStatus();
}

}  // namespace tinyc
