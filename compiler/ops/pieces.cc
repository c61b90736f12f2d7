// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/pieces.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace tinyc {
namespace {

constexpr int64_t kNumbers = 65536;  // that x may store
constexpr int kMostBits = 12;        // of a piece
constexpr int kLeastBits = 7;
constexpr int kFraction = 12;  // bits of a coefficient
constexpr double kMostError = 0.25;
// What lies farther beyond the range of y than this many steps is taken to lie
// here: it is clamped anyway.
constexpr double kBeyond = 65536;

double Limited(const TensorType& y, double steps, double beyond) {
  return std::clamp(steps, static_cast<double>(MinOf(y.dtype)) - beyond,
                    static_cast<double>(MaxOf(y.dtype)) + beyond);
}

// f of every number that x stores, in steps of y.
absl::StatusOr<std::vector<double>> InSteps(
    const TensorType& x, const TensorType& y,
    absl::FunctionRef<double(double)> f) {
  const double scale = x.quant->scale[0];
  const int64_t zero = x.quant->zero_point[0] - MinOf(x.dtype);
  std::vector<double> steps;
  for (int64_t u = 0; u < kNumbers; ++u) {
    const double real = f(scale * static_cast<double>(u - zero));
    if (std::isnan(real)) {
      return Unimplemented("it has no value for some numbers of 16 bits");
    }
    steps.push_back(Limited(
        y, real / double{y.quant->scale[0]} + y.quant->zero_point[0], kBeyond));
  }
  return steps;
}

// The quadratic through three numbers of a piece, near those where it differs
// least from a smooth function in between.
bool FitPiece(const double* steps, int bits, int32_t* coefficients) {
  const double size = std::ldexp(1, bits);
  double t[3];
  double y[3];
  for (int k = 0; k < 3; ++k) {
    const double at = (1 - std::cos((2 * k + 1) * M_PI / 6)) / 2;
    const auto number = static_cast<int64_t>(at * (size - 1) + 0.5);
    t[k] = static_cast<double>(number) / size;
    y[k] = steps[number];
  }
  const double first = (y[1] - y[0]) / (t[1] - t[0]);
  const double second = (y[2] - y[1]) / (t[2] - t[1]);
  const double curve = (second - first) / (t[2] - t[0]);
  const double slope = first - curve * (t[0] + t[1]);
  const double all[] = {y[0] - (slope + curve * t[0]) * t[0], slope, curve};
  for (int k = 0; k < 3; ++k) {
    const double fixed = std::nearbyint(std::ldexp(all[k], kFraction));
    if (std::fabs(fixed) > 2147483647.0) return false;
    coefficients[k] = static_cast<int32_t>(fixed);
  }
  return true;
}

// The value of a piece at its `t`-th number, in 2^-12 of a step.
int64_t ValueOf(const int32_t* coefficients, int bits, int64_t t) {
  const int64_t slope = coefficients[1] + ((coefficients[2] * t) >> bits);
  return coefficients[0] + ((slope * t) >> bits);
}

// Pieces of 2^bits numbers, if they are near enough.
std::optional<Pieces> Fit(const TensorType& y, const std::vector<double>& steps,
                          int bits) {
  const int64_t size = int64_t{1} << bits;
  const int64_t count = kNumbers / size;
  Pieces pieces{bits, Tensor(TensorType(DType::kS32, {count, 3}))};
  int32_t* coefficients = pieces.coefficients.data<int32_t>().data();
  for (int64_t p = 0; p < count; ++p, coefficients += 3) {
    const double* of_piece = steps.data() + p * size;
    if (!FitPiece(of_piece, bits, coefficients)) return std::nullopt;
    for (int64_t t = 0; t < size; ++t) {
      const double fitted = std::ldexp(
          static_cast<double>(ValueOf(coefficients, bits, t)), -kFraction);
      const double error =
          Limited(y, fitted, kMostError) - Limited(y, of_piece[t], kMostError);
      if (std::fabs(error) > kMostError) return std::nullopt;
    }
  }
  return pieces;
}

}  // namespace

int64_t Pieces::At(const TensorType& x, const TensorType& y,
                   int64_t stored) const {
  const int64_t u = stored - MinOf(x.dtype);
  const int32_t* piece = coefficients.data<int32_t>().data() + 3 * (u >> bits);
  const int64_t t = u & ((int64_t{1} << bits) - 1);
  const int64_t half = int64_t{1} << (kFraction - 1);
  return std::clamp((ValueOf(piece, bits, t) + half) >> kFraction,
                    MinOf(y.dtype), MaxOf(y.dtype));
}

absl::StatusOr<Pieces> FitPieces(const TensorType& x, const TensorType& y,
                                 absl::FunctionRef<double(double)> f) {
  TINYC_ASSIGN_OR_RETURN(const std::vector<double> steps, InSteps(x, y, f));
  for (int bits = kMostBits; bits >= kLeastBits; --bits) {
    std::optional<Pieces> pieces = Fit(y, steps, bits);
    if (pieces) return *std::move(pieces);
  }
  return Unimplemented("its curve is too sharp for 16 bits");
}

}  // namespace tinyc
