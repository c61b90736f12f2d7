// SPDX-License-Identifier: Apache-2.0
//
// Functions of 16-bit numbers against the functions themselves, for every
// number.
#include "compiler/ops/pieces.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "gtest/gtest.h"

namespace tinyc {
namespace {

TensorType S16(double range) {
  return {{DType::kS16, Quant::PerTensor(static_cast<float>(range / 32768), 0)},
          {1}};
}

struct Curve {
  const char* name;
  std::function<double(double)> f;
  double x;        // range of the operand
  double y;        // and of the result
  int64_t pieces;  // no more than these
};

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

TEST(PiecesTest, AreNearTheFunctionEverywhere) {
  const Curve curves[] = {
      {"line", [](double x) { return 0.7 * x; }, 4, 4, 16},
      {"square", [](double x) { return x * x; }, 4, 16, 16},
      {"sigmoid", Sigmoid, 8, 1, 256},
      {"tanh", [](double x) { return std::tanh(x); }, 4, 1, 512},
      {"tanh", [](double x) { return std::tanh(x); }, 8, 1, 512},
      {"exp", [](double x) { return std::exp(x); }, 4, 64, 256},
      {"swish", [](double x) { return x * Sigmoid(x); }, 16, 16, 512},
      {"erf", [](double x) { return std::erf(x); }, 4, 1, 512},
      {"softplus", [](double x) { return std::log1p(std::exp(x)); }, 16, 16,
       512},
      // A kink where two pieces meet, and saturation anywhere.
      {"leaky_relu", [](double x) { return x < 0 ? 0.01 * x : x; }, 4, 4, 16},
      {"elu", [](double x) { return x < 0 ? std::expm1(x) : x; }, 4, 4, 256},
      {"clamped", [](double x) { return 3 * x; }, 4, 4, 512},
  };
  for (const Curve& c : curves) {
    SCOPED_TRACE(c.name);
    const TensorType x = S16(c.x);
    const TensorType y = S16(c.y);
    const absl::StatusOr<Pieces> pieces = FitPieces(x, y, c.f);
    ASSERT_TRUE(pieces.ok()) << pieces.status();
    EXPECT_LE(pieces->coefficients.shape()[0], c.pieces);
    EXPECT_EQ(pieces->coefficients.shape()[0] << pieces->bits, 65536);
    for (int64_t stored = -32768; stored <= 32767; ++stored) {
      const double real = c.f(static_cast<double>(stored) * c.x / 32768);
      const double steps = std::clamp(real / c.y * 32768, -32768.0, 32767.0);
      // Rounded, and a quarter of a step before that.
      ASSERT_NEAR(static_cast<double>(pieces->At(x, y, stored)), steps, 0.7501)
          << stored;
    }
  }
}

TEST(PiecesTest, CountFromTheLeastNumber) {
  // 2 x, of x with the zero point 100 and y with 7.
  const TensorType x({DType::kU16, Quant::PerTensor(1.0f, 100)}, {1});
  const TensorType y({DType::kU16, Quant::PerTensor(1.0f, 7)}, {1});
  const absl::StatusOr<Pieces> pieces =
      FitPieces(x, y, [](double real) { return 2 * real; });
  ASSERT_TRUE(pieces.ok()) << pieces.status();
  EXPECT_EQ(pieces->At(x, y, 100), 7);
  EXPECT_EQ(pieces->At(x, y, 150), 107);
  EXPECT_EQ(pieces->At(x, y, 0), 0);
  EXPECT_EQ(pieces->At(x, y, 65535), 65535);
}

TEST(PiecesTest, RefuseWhatNoQuadraticsFollow) {
  const std::pair<std::function<double(double)>, const char*> cases[] = {
      {[](double x) { return std::floor(3 * x); },
       "its curve is too sharp for 16 bits"},
      {[](double x) { return x < 0 ? 0 : std::sqrt(x); },
       "its curve is too sharp for 16 bits"},
      // A kink amid a piece.
      {[](double x) { return std::fabs(x - 0.3); },
       "its curve is too sharp for 16 bits"},
      {[](double x) { return std::sqrt(x); },
       "it has no value for some numbers of 16 bits"},
  };
  for (const auto& [f, message] : cases) {
    EXPECT_EQ(FitPieces(S16(4), S16(4), f).status().message(), message);
  }
}

}  // namespace
}  // namespace tinyc
