// SPDX-License-Identifier: Apache-2.0
// THE table of functions of two elements: name, form on quantized numbers, and
// the function on reals, signed and unsigned integers.
#include <cmath>

#include "compiler/ops/binary.h"

namespace tinyc {
namespace {

using Quantized = BinaryRow::Quantized;
using Takes = BinaryRow::Takes;

// Sums, differences and products of two's complement have the same bits
// whether signed or not.
int64_t Bits(uint64_t value) { return static_cast<int64_t>(value); }
uint64_t Bits(int64_t value) { return static_cast<uint64_t>(value); }

double Real(bool value) { return value ? 1 : 0; }

uint64_t NaturalPower(uint64_t a, uint64_t b) {
  if (b == 0) return 1;
  const uint64_t root = NaturalPower(a, b / 2);
  return root * root * (b % 2 == 0 ? 1 : a);
}

int64_t WholePower(int64_t a, int64_t b) {
  if (b >= 0) return Bits(NaturalPower(Bits(a), Bits(b)));
  if (a == -1) return b % 2 == 0 ? 1 : -1;
  return a == 1 ? 1 : 0;  // 1 / a^-b truncated
}

// The remainder whose sign is that of the divisor; of 0 too.
double FloorMod(double a, double b) {
  const double rest = std::fmod(a, b);
  if (rest == 0) return std::copysign(0.0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

// The remainder whose sign is that of the dividend.
int64_t Remainder(int64_t a, int64_t b) {
  return b == 0 || b == -1 ? 0 : a % b;  // the least integer by -1 overflows
}

uint64_t NaturalRemainder(uint64_t a, uint64_t b) { return b == 0 ? 0 : a % b; }

// By an amount below 0 as by one of the whole width: copies of the sign come
// in.
int64_t ShiftRight(int64_t a, int64_t b) {
  return b < 0 || b > 63 ? (a < 0 ? -1 : 0) : a >> b;
}

constexpr BinaryRow kRows[] = {
    {"add", Quantized::kSum, [](double a, double b) { return a + b; },
     [](int64_t a, int64_t b) { return Bits(Bits(a) + Bits(b)); },
     [](uint64_t a, uint64_t b) { return a + b; }},
    {"sub", Quantized::kDifference, [](double a, double b) { return a - b; },
     [](int64_t a, int64_t b) { return Bits(Bits(a) - Bits(b)); },
     [](uint64_t a, uint64_t b) { return a - b; }},
    {"mul", Quantized::kProduct, [](double a, double b) { return a * b; },
     [](int64_t a, int64_t b) { return Bits(Bits(a) * Bits(b)); },
     [](uint64_t a, uint64_t b) { return a * b; }},
    {"div", Quantized::kNone, [](double a, double b) { return a / b; },
     [](int64_t a, int64_t b) {
       // The least integer by -1 would overflow.
       return b == 0 ? 0 : b == -1 ? Bits(0 - Bits(a)) : a / b;
     },
     [](uint64_t a, uint64_t b) { return b == 0 ? 0 : a / b; }},
    {"pow", Quantized::kNone, [](double a, double b) { return std::pow(a, b); },
     WholePower, NaturalPower},
    {"mod", Quantized::kNone, FloorMod,
     [](int64_t a, int64_t b) {
       const int64_t rest = Remainder(a, b);
       return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
     },
     NaturalRemainder},
    {"fmod", Quantized::kNone,
     [](double a, double b) { return std::fmod(a, b); }, Remainder,
     NaturalRemainder},
    {"prelu", Quantized::kNone,
     [](double a, double b) { return a < 0 ? a * b : a; },
     [](int64_t a, int64_t b) { return a < 0 ? Bits(Bits(a) * Bits(b)) : a; },
     [](uint64_t a, uint64_t) { return a; }},
    // A NaN in either operand gives a NaN.
    {"min", Quantized::kSelection,
     [](double a, double b) { return a < b || std::isnan(a) ? a : b; },
     [](int64_t a, int64_t b) { return a < b ? a : b; },
     [](uint64_t a, uint64_t b) { return a < b ? a : b; }},
    {"max", Quantized::kSelection,
     [](double a, double b) { return a > b || std::isnan(a) ? a : b; },
     [](int64_t a, int64_t b) { return a > b ? a : b; },
     [](uint64_t a, uint64_t b) { return a > b ? a : b; }},
    // Comparisons; those with a NaN are false.
    {"equal", Quantized::kNone, [](double a, double b) { return Real(a == b); },
     [](int64_t a, int64_t b) { return int64_t{a == b}; },
     [](uint64_t a, uint64_t b) { return uint64_t{a == b}; }, Takes::kAll,
     true},
    {"less", Quantized::kNone, [](double a, double b) { return Real(a < b); },
     [](int64_t a, int64_t b) { return int64_t{a < b}; },
     [](uint64_t a, uint64_t b) { return uint64_t{a < b}; }, Takes::kNumbers,
     true},
    {"less_or_equal", Quantized::kNone,
     [](double a, double b) { return Real(a <= b); },
     [](int64_t a, int64_t b) { return int64_t{a <= b}; },
     [](uint64_t a, uint64_t b) { return uint64_t{a <= b}; }, Takes::kNumbers,
     true},
    {"shift_left", Quantized::kNone, nullptr,
     [](int64_t a, int64_t b) {
       return b < 0 || b > 63 ? 0 : Bits(Bits(a) << b);
     },
     [](uint64_t a, uint64_t b) { return b > 63 ? 0 : a << b; },
     Takes::kIntegers},
    {"shift_right", Quantized::kNone, nullptr, ShiftRight,
     [](uint64_t a, uint64_t b) { return b > 63 ? 0 : a >> b; },
     Takes::kIntegers},
    // Bit by bit: a bool is one bit.
    {"and", Quantized::kNone, nullptr,
     [](int64_t a, int64_t b) { return a & b; },
     [](uint64_t a, uint64_t b) { return a & b; }, Takes::kBits},
    {"or", Quantized::kNone, nullptr,
     [](int64_t a, int64_t b) { return a | b; },
     [](uint64_t a, uint64_t b) { return a | b; }, Takes::kBits},
    {"xor", Quantized::kNone, nullptr,
     [](int64_t a, int64_t b) { return a ^ b; },
     [](uint64_t a, uint64_t b) { return a ^ b; }, Takes::kBits},
};

}  // namespace

absl::Span<const BinaryRow> BinaryRows() { return kRows; }

}  // namespace tinyc
