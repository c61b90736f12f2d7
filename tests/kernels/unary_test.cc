// SPDX-License-Identifier: Apache-2.0
//
// Every function of one element, clip, table and conversion, in place too.

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/types.h"

namespace tinyc {
namespace {

constexpr int32_t kElements = 1000;

// Ordinary numbers and those at which something happens.
template <typename T>
std::vector<T> Operands(Random& random) {
  std::vector<T> x = random.Elements<T>(kElements);
  if constexpr (std::is_floating_point_v<T>) {
    for (size_t i = 0; i < x.size(); ++i) {
      x[i] *= static_cast<T>(std::pow(2.0, random.Int(-8, 68)));
    }
    const T inf = std::numeric_limits<T>::infinity();
    for (const T v : {T{0},
                      -T{0},
                      T{0.5},
                      T{1.5},
                      T{2.5},
                      T{-0.5},
                      inf,
                      -inf,
                      std::numeric_limits<T>::quiet_NaN(),
                      T{127},
                      T{128},
                      T{-128},
                      T{-129},
                      T{255},
                      T{256},
                      T{2147483648.0},
                      T{-2147483648.0},
                      T{9223372036854775808.0},
                      T{18446744073709551616.0},
                      T{-128.5},
                      T{127.5}}) {
      x[random.Int(0, kElements - 1)] = v;
    }
  }
  return x;
}

using RealFunction = std::function<double(double)>;

const std::map<std::string, RealFunction, std::less<>>& RealFunctions() {
  static const auto& functions =
      *new std::map<std::string, RealFunction, std::less<>>{
          {"abs", [](double a) { return std::fabs(a); }},
          {"acos", [](double a) { return std::acos(a); }},
          {"acosh", [](double a) { return std::acosh(a); }},
          {"asin", [](double a) { return std::asin(a); }},
          {"asinh", [](double a) { return std::asinh(a); }},
          {"atan", [](double a) { return std::atan(a); }},
          {"atanh", [](double a) { return std::atanh(a); }},
          {"ceil", [](double a) { return std::ceil(a); }},
          {"cos", [](double a) { return std::cos(a); }},
          {"cosh", [](double a) { return std::cosh(a); }},
          {"erf", [](double a) { return std::erf(a); }},
          {"exp", [](double a) { return std::exp(a); }},
          {"floor", [](double a) { return std::floor(a); }},
          {"log", [](double a) { return std::log(a); }},
          {"neg", [](double a) { return -a; }},
          {"reciprocal", [](double a) { return 1 / a; }},
          {"relu", [](double a) { return a < 0 ? 0 : a; }},
          {"round",
           [](double a) {  // half to even, by hand
             const double low = std::floor(a);
             if (a - low != 0.5) return std::floor(a + 0.5);
             return std::fmod(low, 2.0) == 0 ? low : low + 1;
           }},
          {"sigmoid", [](double a) { return 1 / (1 + std::exp(-a)); }},
          {"sign", [](double a) { return a > 0   ? 1
                                         : a < 0 ? -1
                                                 : a; }},
          {"sin", [](double a) { return std::sin(a); }},
          {"sinh", [](double a) { return std::sinh(a); }},
          {"softplus",
           [](double a) { return a > 40 ? a : std::log1p(std::exp(a)); }},
          {"sqrt", [](double a) { return std::sqrt(a); }},
          {"tan", [](double a) { return std::tan(a); }},
          {"tanh", [](double a) { return std::tanh(a); }},
      };
  return functions;
}

// Equal up to some units in the last place of a float.
void ExpectFloat(float actual, double expected, float of) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << of << " gives " << actual;
  } else if (std::fabs(expected) > std::numeric_limits<float>::max()) {
    EXPECT_TRUE(std::isinf(actual) || std::fabs(actual) > 3e38f) << of;
    EXPECT_EQ(std::signbit(actual), std::signbit(expected)) << of;
  } else {
    EXPECT_NEAR(actual, expected, 4e-7 * std::fabs(expected) + 2e-38) << of;
  }
}

template <typename T>
void TestUnary(const KernelRow& row) {
  const std::string op(OperatorOf(row.family));
  Random random(61);
  const std::vector<T> x = Operands<T>(random);
  const tc_unary_shape s = {kElements};
  Guarded<T> y(kElements);
  auto* const kernel = row.As<void(const tc_unary_shape*, const T*, T*)>();
  kernel(&s, x.data(), y.data());
  for (int32_t i = 0; i < kElements; ++i) {
    if constexpr (std::is_floating_point_v<T>) {
      const auto function = RealFunctions().find(op);
      ASSERT_NE(function, RealFunctions().end()) << "no meaning of " << op;
      ExpectFloat(y[i], function->second(x[i]), x[i]);
    } else {
      // Modulo 2^64, and then of the type.
      const uint64_t a = static_cast<uint64_t>(x[i]);
      if (op == "not") {
        ASSERT_EQ(y[i], static_cast<T>(-1 - a)) << +x[i];
        continue;
      }
      ASSERT_TRUE(op == "abs" || op == "neg") << "no meaning of " << op;
      const bool negate = op == "neg" || x[i] < 0;
      ASSERT_EQ(y[i], static_cast<T>(negate ? ~a + 1 : a)) << x[i];
    }
  }
  std::vector<T> in_place = x;
  kernel(&s, in_place.data(), in_place.data());
  EXPECT_EQ(std::memcmp(in_place.data(), y.data(), kElements * sizeof(T)), 0);
}

// Of bools.
void TestNot(const KernelRow& row) {
  ASSERT_EQ(row.family, "not_bool");
  const std::vector<uint8_t> x = {1, 0, 1};
  const tc_unary_shape s = {3};
  Guarded<uint8_t> y(3);
  row.As<void(const tc_unary_shape*, const uint8_t*, uint8_t*)>()(&s, x.data(),
                                                                  y.data());
  EXPECT_EQ(y[0], 0);
  EXPECT_EQ(y[1], 1);
  EXPECT_EQ(y[2], 0);
}

// --- conversions ------------------------------------------------------------

template <typename From, typename To>
To Convert(From a) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (std::isnan(a)) return 0;
    const long double whole = std::trunc(static_cast<long double>(a));
    if (whole < std::numeric_limits<To>::min()) {
      return std::numeric_limits<To>::min();
    }
    if (whole > std::numeric_limits<To>::max()) {
      return std::numeric_limits<To>::max();
    }
    return static_cast<To>(whole);
  } else {
    return static_cast<To>(a);
  }
}

template <typename From, typename To>
void TestCast(const KernelRow& row) {
  using In = std::conditional_t<std::is_same_v<From, BoolByte>, uint8_t, From>;
  using Out = std::conditional_t<std::is_same_v<To, BoolByte>, uint8_t, To>;
  Random random(62);
  std::vector<In> x = Operands<In>(random);
  if (std::is_same_v<From, BoolByte>) {
    for (In& a : x) a = static_cast<In>(a > 100);
  } else if (!std::is_floating_point_v<From>) {
    x[3] = x[4] = 0;
  }
  const tc_unary_shape s = {kElements};
  Guarded<Out> y(kElements);
  row.As<void(const tc_unary_shape*, const In*, Out*)>()(&s, x.data(),
                                                         y.data());
  for (int32_t i = 0; i < kElements; ++i) {
    Out expected;
    if constexpr (std::is_same_v<To, BoolByte>) {
      expected = x[i] == 0 ? 0 : 1;
    } else {
      expected = Convert<In, Out>(x[i]);
    }
    if (expected != expected) {
      ASSERT_NE(y[i], y[i]);
    } else {
      ASSERT_EQ(y[i], expected) << "from " << +x[i];
    }
  }
}

class UnaryTest : public testing::TestWithParam<KernelRow> {};

TEST_P(UnaryTest, ComputesItsFunction) {
  const KernelRow& row = GetParam();
  if (row.family.starts_with("cast_")) {
    const std::string_view to = SuffixOf(row.family);
    const std::string_view from = SuffixOf(OperatorOf(row.family));
    WithType(from, [&](auto from_type) {
      WithType(to, [&](auto to_type) {
        TestCast<typename decltype(from_type)::type,
                 typename decltype(to_type)::type>(row);
      });
    });
    return;
  }
  WithType(SuffixOf(row.family), [&](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_arithmetic_v<T>) {
      TestUnary<T>(row);
    } else {
      TestNot(row);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Functions, UnaryTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_UNARY")),
                         RowName());
INSTANTIATE_TEST_SUITE_P(Truncations, UnaryTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_CAST_TRUNC")),
                         RowName());

class ClipTest : public testing::TestWithParam<KernelRow> {};

TEST_P(ClipTest, LimitsEveryElement) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_arithmetic_v<T> && sizeof(T) <= 4) {
      using Act =
          std::conditional_t<std::is_same_v<T, float>, tc_act_f32, tc_act_int>;
      Random random(63);
      const std::vector<T> x = Operands<T>(random);
      const tc_unary_shape s = {kElements};
      const Act act = {7, 101};
      Guarded<T> y(kElements);
      GetParam().As<void(const tc_unary_shape*, const Act*, const T*, T*)>()(
          &s, &act, x.data(), y.data());
      for (int32_t i = 0; i < kElements; ++i) {
        if (x[i] != x[i]) {
          ASSERT_NE(y[i], y[i]);
        } else {
          ASSERT_EQ(y[i], std::min<T>(std::max<T>(x[i], 7), 101));
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, ClipTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_CLIP")),
                         RowName());

class LutTest : public testing::TestWithParam<KernelRow> {};

TEST_P(LutTest, LooksEveryElementUp) {
  WithType(SuffixOf(GetParam().family), [](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_integral_v<T> && sizeof(T) == 1) {
      Random random(64);
      const std::vector<T> table = random.Elements<T>(256);
      std::vector<T> x;
      for (int v = 0; v < 256; ++v) {
        x.push_back(static_cast<T>(std::numeric_limits<T>::min() + v));
      }
      const tc_unary_shape s = {256};
      Guarded<T> y(256);
      GetParam().As<void(const tc_unary_shape*, const T*, const T*, T*)>()(
          &s, x.data(), table.data(), y.data());
      for (int v = 0; v < 256; ++v) ASSERT_EQ(y[v], table[v]);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, LutTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_LUT")),
                         RowName());

}  // namespace
}  // namespace tinyc
