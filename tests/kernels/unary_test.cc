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

double Sigmoid(double a) { return 1 / (1 + std::exp(-a)); }

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
          {"gelu",
           [](double a) { return a * 0.5 * std::erfc(-a / std::sqrt(2.0)); }},
          {"gelu_tanh",
           [](double a) {
             const double u =
                 std::sqrt(2 / M_PI) * (a + 0.044715 * std::pow(a, 3));
             return a * Sigmoid(2 * u);
           }},
          {"hard_swish",
           [](double a) {
             return std::isnan(a)
                        ? a
                        : a * std::min(1.0, std::max(0.0, a / 6 + 0.5));
           }},
          {"is_inf", [](double a) { return std::isinf(a); }},
          {"is_nan", [](double a) { return std::isnan(a); }},
          {"log", [](double a) { return std::log(a); }},
          {"mish",
           [](double a) {
             return a * std::tanh(a > 40 ? a : std::log1p(std::exp(a)));
           }},
          {"neg", [](double a) { return -a; }},
          {"reciprocal", [](double a) { return 1 / a; }},
          {"relu", [](double a) { return a < 0 ? 0 : a; }},
          {"round",
           [](double a) {  // half to even, by hand
             const double low = std::floor(a);
             if (a - low != 0.5) return std::floor(a + 0.5);
             return std::fmod(low, 2.0) == 0 ? low : low + 1;
           }},
          {"sigmoid", Sigmoid},
          {"sign", [](double a) { return a > 0   ? 1
                                         : a < 0 ? -1
                                                 : a; }},
          {"sin", [](double a) { return std::sin(a); }},
          {"sinh", [](double a) { return std::sinh(a); }},
          {"softplus",
           [](double a) { return a > 40 ? a : std::log1p(std::exp(a)); }},
          {"softsign", [](double a) { return a / (1 + std::fabs(a)); }},
          {"sqrt", [](double a) { return std::sqrt(a); }},
          {"tan", [](double a) { return std::tan(a); }},
          {"tanh", [](double a) { return std::tanh(a); }},
      };
  return functions;
}

// Gelu multiplies or squares its operand before it takes an exponential, whose
// relative error is the absolute one of what it is of.
double ToleranceOf(std::string_view op) {
  return op.starts_with("gelu") ? 4e-5 : 4e-7;
}

// Equal up to some units in the last place of a float.
void ExpectFloat(double actual, double expected, double of,
                 double tolerance = 4e-7) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << of << " gives " << actual;
  } else if (std::fabs(expected) > std::numeric_limits<float>::max()) {
    EXPECT_TRUE(std::isinf(actual) || std::fabs(actual) > 3e38) << of;
    EXPECT_EQ(std::signbit(actual), std::signbit(expected)) << of;
  } else {
    EXPECT_NEAR(actual, expected, tolerance * std::fabs(expected) + 2e-38)
        << of;
  }
}

// Modulo 2^64, and then of the type.
uint64_t IntegerMeaning(std::string_view op, uint64_t a, bool negative) {
  if (op == "abs") return negative ? 0 - a : a;
  if (op == "neg") return 0 - a;
  if (op == "not") return -1 - a;
  if (op == "relu") return negative ? 0 : a;
  if (op == "sign") return negative ? ~uint64_t{0} : a != 0;
  ADD_FAILURE() << "no meaning of " << op;
  return 0;
}

template <typename T, typename Result>
void TestUnary(const KernelRow& row) {
  const std::string op(OperatorOf(row.family));
  Random random(61);
  const std::vector<T> x = Operands<T>(random);
  const tc_unary_shape s = {kElements};
  Guarded<Result> y(kElements);
  row.As<void(const tc_unary_shape*, const T*, Result*)>()(&s, x.data(),
                                                           y.data());
  for (int32_t i = 0; i < kElements; ++i) {
    if constexpr (std::is_floating_point_v<T>) {
      const auto function = RealFunctions().find(op);
      ASSERT_NE(function, RealFunctions().end()) << "no meaning of " << op;
      ExpectFloat(y[i], function->second(x[i]), x[i], ToleranceOf(op));
    } else {
      ASSERT_EQ(y[i], static_cast<T>(IntegerMeaning(
                          op, static_cast<uint64_t>(x[i]), x[i] < 0)))
          << +x[i];
    }
  }
  if constexpr (std::is_same_v<T, Result>) {
    std::vector<T> in_place = x;
    row.As<void(const tc_unary_shape*, const T*, T*)>()(&s, in_place.data(),
                                                        in_place.data());
    EXPECT_EQ(std::memcmp(in_place.data(), y.data(), kElements * sizeof(T)), 0);
  }
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
  if (row.family == "widen_e8m0_f32") return;  // small_float_test.cc
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
      row.family.starts_with("is_") ? TestUnary<T, uint8_t>(row)
                                    : TestUnary<T, T>(row);
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

// --- functions with parameters ----------------------------------------------

// With alpha 0.75 and beta 0.25.
double ActivationMeaning(std::string_view op, double a) {
  if (op == "celu") return a < 0 ? 0.75 * std::expm1(a / 0.75) : a;
  if (op == "elu") return a < 0 ? 0.75 * std::expm1(a) : a;
  if (op == "hard_sigmoid") {
    return std::isnan(a) ? a : std::min(1.0, std::max(0.0, 0.75 * a + 0.25));
  }
  if (op == "leaky_relu") return a < 0 ? 0.75 * a : a;
  if (op == "selu") return 0.25 * (a < 0 ? 0.75 * std::expm1(a) : a);
  if (op == "shrink") {
    return std::fabs(a) > 0.75 ? a - std::copysign(0.25, a) : 0;
  }
  if (op == "swish") return a * Sigmoid(0.75 * a);
  if (op == "thresholded_relu") return a > 0.75 ? a : 0;
  ADD_FAILURE() << "no meaning of " << op;
  return 0;
}

template <typename T>
void TestActivation(const KernelRow& row) {
  Random random(65);
  const std::vector<T> x = Operands<T>(random);
  const tc_unary_shape s = {kElements};
  const tc_activation p = {0.75f, 0.25f};
  Guarded<T> y(kElements);
  auto* const kernel =
      row.As<void(const tc_unary_shape*, const tc_activation*, const T*, T*)>();
  kernel(&s, &p, x.data(), y.data());
  for (int32_t i = 0; i < kElements; ++i) {
    // The exponential in swish is of a product.
    ExpectFloat(y[i], ActivationMeaning(OperatorOf(row.family), x[i]), x[i],
                4e-6);
  }
  std::vector<T> in_place = x;
  kernel(&s, &p, in_place.data(), in_place.data());
  EXPECT_EQ(std::memcmp(in_place.data(), y.data(), kElements * sizeof(T)), 0);
}

class ActivationTest : public testing::TestWithParam<KernelRow> {};

TEST_P(ActivationTest, ComputesItsFunction) {
  SuffixOf(GetParam().family) == "f32" ? TestActivation<float>(GetParam())
                                       : TestActivation<double>(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Kernels, ActivationTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_ACTIVATION")),
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
