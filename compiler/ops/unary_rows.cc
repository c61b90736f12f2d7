// SPDX-License-Identifier: Apache-2.0
// THE table of functions of one element: name, types, and the function on reals
// and on integers.
#include <cmath>

#include "compiler/ops/unary.h"

namespace tinyc {
namespace {

using Takes = UnaryRow::Takes;

constexpr double kSqrtHalf = 0.70710678118654752;
constexpr double kSqrtTwoByPi = 0.79788456080286536;

double Softplus(double a) {
  return std::log1p(std::exp(-std::fabs(a))) + (a < 0 ? 0 : a);
}

constexpr UnaryRow kRows[] = {
    {"abs", Takes::kNumbers, [](double a) { return std::fabs(a); },
     [](uint64_t a, bool negative) { return negative ? 0 - a : a; }},
    {"acos", Takes::kFloats, [](double a) { return std::acos(a); }},
    {"acosh", Takes::kFloats, [](double a) { return std::acosh(a); }},
    {"asin", Takes::kFloats, [](double a) { return std::asin(a); }},
    {"asinh", Takes::kFloats, [](double a) { return std::asinh(a); }},
    {"atan", Takes::kFloats, [](double a) { return std::atan(a); }},
    {"atanh", Takes::kFloats, [](double a) { return std::atanh(a); }},
    {"ceil", Takes::kFloats, [](double a) { return std::ceil(a); }},
    {"cos", Takes::kFloats, [](double a) { return std::cos(a); }},
    {"cosh", Takes::kFloats, [](double a) { return std::cosh(a); }},
    {"erf", Takes::kFloats, [](double a) { return std::erf(a); }},
    {"exp", Takes::kFloats, [](double a) { return std::exp(a); }},
    {"floor", Takes::kFloats, [](double a) { return std::floor(a); }},
    {"gelu", Takes::kFloats,
     [](double a) { return 0.5 * a * std::erfc(-a * kSqrtHalf); }},
    {"gelu_tanh", Takes::kFloats,
     [](double a) {
       const double t = std::tanh(kSqrtTwoByPi * (a + 0.044715 * a * a * a));
       return 0.5 * a * (1 + t);
     }},
    {"hard_swish", Takes::kFloats,
     [](double a) {
       const double gate = a / 6 + 0.5;
       return a * (gate < 0 ? 0 : gate > 1 ? 1 : gate);
     }},
    {"is_inf", Takes::kFloats, [](double a) { return std::isinf(a) ? 1. : 0.; },
     nullptr, true},
    {"is_nan", Takes::kFloats, [](double a) { return std::isnan(a) ? 1. : 0.; },
     nullptr, true},
    {"log", Takes::kFloats, [](double a) { return std::log(a); }},
    {"mish", Takes::kFloats,
     [](double a) { return a * std::tanh(Softplus(a)); }},
    {"neg", Takes::kSigned, [](double a) { return -a; },
     [](uint64_t a, bool) { return 0 - a; }},
    {"not", Takes::kBits, nullptr, [](uint64_t a, bool) { return ~a; }},
    {"reciprocal", Takes::kFloats, [](double a) { return 1 / a; }},
    {"relu", Takes::kSigned, [](double a) { return a < 0 ? 0 : a; },
     [](uint64_t a, bool negative) { return negative ? 0 : a; }},
    {"round", Takes::kFloats, [](double a) { return std::nearbyint(a); }},
    {"sigmoid", Takes::kFloats,
     [](double a) { return 1 / (1 + std::exp(-a)); }},
    {"sign", Takes::kNumbers,
     [](double a) { return a > 0   ? 1
                           : a < 0 ? -1
                                   : a; },
     [](uint64_t a, bool negative) {
       return negative ? ~uint64_t{0} : uint64_t{a != 0};
     }},
    {"sin", Takes::kFloats, [](double a) { return std::sin(a); }},
    {"sinh", Takes::kFloats, [](double a) { return std::sinh(a); }},
    {"softplus", Takes::kFloats, Softplus},
    {"softsign", Takes::kFloats,
     [](double a) { return a / (1 + std::fabs(a)); }},
    {"sqrt", Takes::kFloats, [](double a) { return std::sqrt(a); }},
    {"tan", Takes::kFloats, [](double a) { return std::tan(a); }},
    {"tanh", Takes::kFloats, [](double a) { return std::tanh(a); }},
};

}  // namespace

absl::Span<const UnaryRow> UnaryRows() { return kRows; }

}  // namespace tinyc
