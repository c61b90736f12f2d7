// SPDX-License-Identifier: Apache-2.0
//
// Every function of two elements, with broadcasting and in place.

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/types.h"

namespace tinyc {
namespace {

// A shape whose operands are contiguous but for broadcast dimensions.
struct Problem {
  tc_binary_shape s = {};
  int64_t n = 1;
  int64_t a_size = 1;
  int64_t b_size = 1;
};

Problem RandomProblem(Random& random) {
  Problem p;
  p.s.rank = random.Int(1, 4);
  const int32_t broadcast = random.Int(0, 3);  // of a and of b
  for (int32_t d = p.s.rank - 1; d >= 0; --d) {
    p.s.dims[d] = random.Int(1, p.s.rank == 1 ? 100 : 9);
    if ((broadcast & 1) == 0 || random.Bool()) {
      p.s.a_stride[d] = static_cast<int32_t>(p.a_size);
      p.a_size *= p.s.dims[d];
    }
    if ((broadcast & 2) == 0 || random.Bool()) {
      p.s.b_stride[d] = static_cast<int32_t>(p.b_size);
      p.b_size *= p.s.dims[d];
    }
    p.n *= p.s.dims[d];
  }
  return p;
}

// Where the operands of output `at` lie.
void Locate(const tc_binary_shape& s, int64_t at, int64_t* a, int64_t* b) {
  *a = *b = 0;
  for (int32_t d = s.rank - 1; d >= 0; --d) {
    *a += at % s.dims[d] * s.a_stride[d];
    *b += at % s.dims[d] * s.b_stride[d];
    at /= s.dims[d];
  }
}

template <typename T>
T FloatMeaning(std::string_view op, T a, T b) {
  if (op == "add") return a + b;
  if (op == "sub") return a - b;
  if (op == "mul") return a * b;
  if (op == "div") return a / b;
  if (op == "pow") return std::pow(a, b);
  if (op == "fmod") return std::fmod(a, b);
  if (op == "mod") {
    const T rest = std::fmod(a, b);
    if (rest == 0) return std::copysign(rest, b);
    return std::signbit(rest) == std::signbit(b) ? rest : rest + b;
  }
  if (op == "prelu") return std::isnan(a) || a >= 0 ? a : a * b;
  if (op == "equal") return a == b ? 1 : 0;
  if (op == "less") return a < b ? 1 : 0;
  if (op == "less_or_equal") return a < b || a == b ? 1 : 0;
  if (std::isnan(a) || std::isnan(b)) {
    return std::numeric_limits<T>::quiet_NaN();
  }
  if (op == "min") return std::min(a, b);
  if (op == "max") return std::max(a, b);
  ADD_FAILURE() << "no meaning of " << op;
  return 0;
}

// a^b, reduced modulo 2^64 by hand.
Int128 Power(Int128 a, Int128 b) {
  if (b < 0) {
    if (a == 1) return 1;
    if (a == -1) return b % 2 == 0 ? 1 : -1;
    return 0;
  }
  uint64_t power = 1;
  for (int bit = 63; bit >= 0; --bit) {
    power *= power;
    if (b >> bit & 1) power *= static_cast<uint64_t>(a);
  }
  return power;
}

// floor(a / 2^by) of numbers with `bits` bits; all of them leave when `by` is
// no number of 0 .. bits - 1.
Int128 ShiftRight(Int128 a, Int128 by, int bits) {
  const bool all = by < 0 || by >= bits;
  return FloorShift(a, all ? bits : static_cast<int>(by));
}

Int128 ShiftLeft(Int128 a, Int128 by, int bits) {
  return by < 0 || by >= bits
             ? 0
             : static_cast<uint64_t>(a) << static_cast<int>(by);
}

Int128 IntegerMeaning(std::string_view op, Int128 a, Int128 b, int bits) {
  if (op == "add" || op == "add_wrap") return a + b;
  if (op == "sub") return a - b;
  if (op == "mul" || op == "mul_wrap") {
    return static_cast<uint64_t>(a) * static_cast<uint64_t>(b);
  }
  if (op == "div") return b == 0 ? 0 : a / b;
  if (op == "min") return std::min(a, b);
  if (op == "max") return std::max(a, b);
  if (op == "pow") return Power(a, b);
  if (op == "fmod") return b == 0 ? 0 : a - a / b * b;
  if (op == "mod") {
    const Int128 rest = b == 0 ? 0 : a - a / b * b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  }
  if (op == "prelu") {
    return a < 0 ? static_cast<uint64_t>(a) * static_cast<uint64_t>(b) : a;
  }
  if (op == "shift_left") return ShiftLeft(a, b, bits);
  if (op == "shift_right") return ShiftRight(a, b, bits);
  if (op == "equal") return a - b == 0;
  if (op == "less") return a - b < 0;
  if (op == "less_or_equal") return a - b <= 0;
  if (op == "and") return a & b;
  if (op == "or") return a | b;
  if (op == "xor") return a ^ b;
  ADD_FAILURE() << "no meaning of " << op;
  return 0;
}

template <typename T, typename Result>
void ExpectMeaning(std::string_view op, Result actual, T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    const T expected = FloatMeaning(op, a, b);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(actual)) << a << " " << op << " " << b;
    } else if (op == "pow" && std::isfinite(expected)) {
      ASSERT_NEAR(actual, expected, 1e-6 * std::fabs(expected));
    } else {
      ASSERT_EQ(actual, expected) << a << " " << op << " " << b;
    }
  } else {
    ASSERT_EQ(actual,
              static_cast<Result>(IntegerMeaning(op, a, b, 8 * int{sizeof(T)})))
        << +a << " " << op << " " << +b;
  }
}

template <typename T, typename Result>
void TestBinary(const KernelRow& row) {
  const std::string op(OperatorOf(row.family));
  auto* const kernel =
      row.As<void(const tc_binary_shape*, const T*, const T*, Result*)>();
  Random random(71);
  for (int i = 0; i < 200; ++i) {
    const Problem p = RandomProblem(random);
    std::vector<T> a = random.Elements<T>(p.a_size);
    std::vector<T> b = random.Elements<T>(p.b_size);
    // Small numbers, zeros, and what division must not trip over.
    for (T& v : b) {
      if (random.Int(0, 3) == 0) v = static_cast<T>(random.Int(-2, 5));
    }
    a[0] = std::numeric_limits<T>::lowest();
    b[0] = static_cast<T>(-1);
    if (std::is_floating_point_v<T> && random.Bool()) {
      (random.Bool() ? a : b)[0] = std::numeric_limits<T>::quiet_NaN();
    }
    Guarded<Result> y(p.n);
    kernel(&p.s, a.data(), b.data(), y.data());
    for (int64_t k = 0; k < p.n; ++k) {
      int64_t at_a;
      int64_t at_b;
      Locate(p.s, k, &at_a, &at_b);
      ExpectMeaning<T>(op, y[k], a[at_a], b[at_b]);
    }
    if constexpr (std::is_same_v<T, Result>) {
      if (p.a_size == p.n) {
        kernel(&p.s, a.data(), b.data(), a.data());
        ASSERT_EQ(std::memcmp(a.data(), y.data(), a.size() * sizeof(T)), 0);
      } else if (p.b_size == p.n) {
        kernel(&p.s, a.data(), b.data(), b.data());
        ASSERT_EQ(std::memcmp(b.data(), y.data(), b.size() * sizeof(T)), 0);
      }
    }
  }
}

class BinaryTest : public testing::TestWithParam<KernelRow> {};

TEST_P(BinaryTest, ComputesItsFunction) {
  const std::string_view op = OperatorOf(GetParam().family);
  const bool compares = op == "equal" || op == "less" || op == "less_or_equal";
  WithType(SuffixOf(GetParam().family), [&](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_arithmetic_v<T>) {
      compares ? TestBinary<T, uint8_t>(GetParam())
               : TestBinary<T, T>(GetParam());
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, BinaryTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_BINARY")),
                         RowName());

// --- quantized ---------------------------------------------------------------

template <typename T>
void TestAdd(const KernelRow& row) {
  const int32_t least = std::numeric_limits<T>::min();
  const int32_t greatest = std::numeric_limits<T>::max();
  Random random(72);
  for (int i = 0; i < 200; ++i) {
    const Problem p = RandomProblem(random);
    const std::vector<T> a = random.Elements<T>(p.a_size);
    const std::vector<T> b = random.Elements<T>(p.b_size);
    // Scales of one half to three, as mult * 2^(shift - 32), or times 64.
    tc_add_quant q = {};
    q.shift = sizeof(T) == 1 ? 20 : 14;
    const int32_t times = random.Int(0, 9) == 0 ? 64 : 1;
    q.a_mult = random.Int(1 << (31 - q.shift), 3 << (32 - q.shift)) * times;
    q.b_mult = random.Int(1 << (31 - q.shift), 3 << (32 - q.shift));
    if (random.Bool()) q.b_mult = -q.b_mult;
    q.out_zero = random.Int(least, greatest);
    q.lo = random.Bool() ? least : 0;
    q.hi = greatest;
    const int32_t a_zero = random.Int(least, greatest);
    const int32_t b_zero = random.Int(least, greatest);
    const Int128 offset = (Int128{1} << 31) - (Int128{a_zero} * q.a_mult +
                                               Int128{b_zero} * q.b_mult) *
                                                  (1 << q.shift);
    q.offset = static_cast<int64_t>(offset);
    Guarded<T> y(p.n);
    row.As<void(const tc_binary_shape*, const tc_add_quant*, const T*, const T*,
                T*)>()(&p.s, &q, a.data(), b.data(), y.data());
    for (int64_t k = 0; k < p.n; ++k) {
      int64_t at_a;
      int64_t at_b;
      Locate(p.s, k, &at_a, &at_b);
      const Int128 sum = Int128{a[at_a] - a_zero} * q.a_mult +
                         Int128{b[at_b] - b_zero} * q.b_mult;
      ASSERT_EQ(y[k], ClampTo<T>(RoundScaled(sum, 1, 32 - q.shift) + q.out_zero,
                                 q.lo, q.hi));
    }
  }
}

template <typename T>
void TestMul(const KernelRow& row) {
  const int32_t least = std::numeric_limits<T>::min();
  const int32_t greatest = std::numeric_limits<T>::max();
  Random random(73);
  for (int i = 0; i < 200; ++i) {
    const Problem p = RandomProblem(random);
    const std::vector<T> a = random.Elements<T>(p.a_size);
    const std::vector<T> b = random.Elements<T>(p.b_size);
    const Scale scale =
        RandomScale<T>(random, 4.0 * (greatest + 1.0) * (greatest + 1.0));
    const tc_mul_quant q = {random.Int(least, greatest),
                            random.Int(least, greatest),
                            random.Int(least, greatest),
                            scale.mult,
                            scale.shift,
                            random.Bool() ? least : 0,
                            greatest};
    Guarded<T> y(p.n);
    row.As<void(const tc_binary_shape*, const tc_mul_quant*, const T*, const T*,
                T*)>()(&p.s, &q, a.data(), b.data(), y.data());
    for (int64_t k = 0; k < p.n; ++k) {
      int64_t at_a;
      int64_t at_b;
      Locate(p.s, k, &at_a, &at_b);
      const Int128 product = Int128{a[at_a] - q.a_zero} * (b[at_b] - q.b_zero);
      ASSERT_EQ(y[k],
                ClampTo<T>(RoundScaled(product, scale.mult, scale.exponent) +
                               q.out_zero,
                           q.lo, q.hi));
    }
  }
}

class BinaryQuantTest : public testing::TestWithParam<KernelRow> {};

TEST_P(BinaryQuantTest, RoundsOnce) {
  const KernelRow& row = GetParam();
  if (row.family == "add_s8") {
    TestAdd<int8_t>(row);
  } else if (row.family == "add_s16") {
    TestAdd<int16_t>(row);
  } else if (row.family == "mul_s8") {
    TestMul<int8_t>(row);
  } else if (row.family == "mul_s16") {
    TestMul<int16_t>(row);
  } else {
    FAIL() << "no test for the family " << row.family;
  }
}

// The host does not take this way.
TEST(AddByHalvesTest, IsTheSum) {
  Random random(74);
  for (int i = 0; i < 100000; ++i) {
    tc_add_quant q = {};
    q.a_mult = random.Int(0, INT32_MAX);
    q.b_mult = random.Int(-INT32_MAX, INT32_MAX);
    q.offset = int64_t{random.Int(INT32_MIN, INT32_MAX)} *
               random.Int(1, 1 << random.Int(0, 30));
    const int32_t a = random.Int(-8192, 8191);
    const int32_t b = random.Int(-8192, 8191);
    const Int128 sum = Int128{a} * q.a_mult + Int128{b} * q.b_mult + q.offset;
    ASSERT_EQ(tc_add_by_halves(&q, a, b), static_cast<int32_t>(sum >> 32));
  }
}

INSTANTIATE_TEST_SUITE_P(OfFour, BinaryQuantTest,
                         testing::Values(KernelRows("add_s8")[1],
                                         KernelRows("add_s8")[2]),
                         RowName());
INSTANTIATE_TEST_SUITE_P(Kernels, BinaryQuantTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_BINARY_QUANT")),
                         RowName());

}  // namespace
}  // namespace tinyc
