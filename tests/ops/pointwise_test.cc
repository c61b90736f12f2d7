// SPDX-License-Identifier: Apache-2.0
// Functions of one or two elements, and conversions, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::NanSensitiveFloatEq;
using testing::Pointwise;

constexpr float kInf = std::numeric_limits<float>::infinity();
const float kNan = std::nanf("");

Tensor Floats(const std::vector<float>& values) {
  return Tensor::Of<float>({static_cast<int64_t>(values.size())}, values);
}

template <typename T>
Tensor Row(const std::vector<T>& values) {
  return Tensor::Of<T>({static_cast<int64_t>(values.size())}, values);
}

TEST(UnaryTest, OfFloats) {
  struct {
    const char* name;
    std::vector<float> x;
    std::vector<float> y;
  } const cases[] = {
      {"abs", {-1.5f, 2}, {1.5f, 2}},
      {"acos", {1, 0}, {0, 1.5707963f}},
      {"acosh", {1, 2}, {0, 1.3169579f}},
      {"asin", {0, 1}, {0, 1.5707963f}},
      {"asinh", {0, 1}, {0, 0.8813736f}},
      {"atan", {0, 1}, {0, 0.7853982f}},
      {"atanh", {0, 0.5f}, {0, 0.5493061f}},
      {"ceil", {-1.5f, 1.2f}, {-1, 2}},
      {"cos", {0, 3.1415927f}, {1, -1}},
      {"cosh", {0, 1}, {1, 1.5430806f}},
      {"erf", {0, 1}, {0, 0.8427008f}},
      {"exp", {0, 1}, {1, 2.7182818f}},
      {"floor", {-1.5f, 1.2f}, {-2, 1}},
      {"gelu", {0, 1, -1}, {0, 0.8413447f, -0.1586553f}},
      {"gelu_tanh", {0, 1, -1}, {0, 0.8411920f, -0.1588080f}},
      {"hard_swish", {-4, -1.5f, 1, 5}, {0, -0.375f, 0.6666667f, 5}},
      {"log", {1, 2, 0}, {0, 0.6931472f, -kInf}},
      {"mish", {0, 1, -1}, {0, 0.8650984f, -0.3034015f}},
      {"neg", {-1, 2}, {1, -2}},
      {"reciprocal", {2, -4}, {0.5f, -0.25f}},
      {"relu", {-1, 2, kNan}, {0, 2, kNan}},
      {"round", {0.5f, 1.5f, -2.5f}, {0, 2, -2}},
      {"sigmoid", {0, 2, -kInf}, {0.5f, 0.8807971f, 0}},
      {"sign", {-3, 0, 2}, {-1, 0, 1}},
      {"sin", {0, 1}, {0, 0.8414710f}},
      {"sinh", {0, 1}, {0, 1.1752012f}},
      {"softplus", {0, 100, -1}, {0.6931472f, 100, 0.3132617f}},
      {"softsign", {1, -3}, {0.5f, -0.75f}},
      {"sqrt", {4, 2}, {2, 1.4142136f}},
      {"tan", {0, 1}, {0, 1.5574077f}},
      {"tanh", {0, 1}, {0, 0.7615942f}},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(Values<float>(NodeCase(c.name).Add(Floats(c.x))),
                Pointwise(NanSensitiveFloatEq(), c.y))
        << c.name;
  }
}

TEST(UnaryTest, OfIntegers) {
  EXPECT_THAT(Values<int8_t>(NodeCase("abs").Add(Row<int8_t>({-5, 5, -128}))),
              ElementsAre(5, 5, -128));
  EXPECT_THAT(Values<int8_t>(NodeCase("neg").Add(Row<int8_t>({-5, 5, -128}))),
              ElementsAre(5, -5, -128));
  EXPECT_THAT(Values<uint8_t>(NodeCase("abs").Add(Row<uint8_t>({255}))),
              ElementsAre(255));
  EXPECT_THAT(Values<int64_t>(NodeCase("relu").Add(Row<int64_t>({-5, 5}))),
              ElementsAre(0, 5));
  EXPECT_THAT(
      Values<uint64_t>(NodeCase("sign").Add(Row<uint64_t>({0, ~uint64_t{0}}))),
      ElementsAre(0, 1));
  EXPECT_THAT(Values<int32_t>(NodeCase("sign").Add(Row<int32_t>({-5, 0, 7}))),
              ElementsAre(-1, 0, 1));
}

TEST(UnaryTest, Questions) {
  const Tensor x = Floats({1, kInf, -kInf, kNan});
  EXPECT_THAT(Values<bool>(NodeCase("is_inf").Add(x)),
              ElementsAre(false, true, true, false));
  EXPECT_THAT(Values<bool>(NodeCase("is_nan").Add(x)),
              ElementsAre(false, false, false, true));
  EXPECT_EQ(ErrorOf(NodeCase("is_nan").Add(Quantized<int8_t>({1}, {1}, 1, 0))),
            "is_nan takes no quantized s8");
}

TEST(UnaryTest, OfQuantizedNumbers) {
  // Reals -1, 0.5, 3 at scale 0.5 and zero point 2; relu at scale 0.25 and
  // zero point -128 stores 0, 0.5 / 0.25 = 2 and 3 / 0.25 = 12 more.
  EXPECT_THAT(
      Values<int8_t>(NodeCase("relu")
                         .Add(Quantized<int8_t>({3}, {0, 3, 8}, 0.5f, 2))
                         .Want(DType::kS8, Quant::PerTensor(0.25f, -128))),
      ElementsAre(-128, -126, -116));
  // exp(0) = 1 = 4 steps of 0.25; exp(4) = 54.6 saturates.
  EXPECT_THAT(
      Values<uint8_t>(NodeCase("exp")
                          .Add(Quantized<uint8_t>({2}, {128, 132}, 1, 128))
                          .Want(DType::kU8, Quant::PerTensor(0.125f, 0))),
      ElementsAre(8, 255));
}

TEST(UnaryTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("exp").Add(Row<int32_t>({1}))),
            "exp takes no s32");
  EXPECT_EQ(ErrorOf(NodeCase("abs").Add(Row<bool>({true}))),
            "abs takes no bool");
  EXPECT_EQ(ErrorOf(NodeCase("neg").Add(Row<uint8_t>({1}))), "neg takes no u8");
  EXPECT_EQ(ErrorOf(NodeCase("exp")
                        .Add(Quantized<int8_t>({1}, {1}, 1, 0))
                        .Want(DType::kS16, Quant::PerTensor(1, 0))),
            "quantized operands and result are all 8 or all 16 bits");
  EXPECT_EQ(ErrorOf(NodeCase("exp")
                        .Add(Quantized<int8_t>({1}, {1}, 1, 0))
                        .Want(DType::kF32, nullptr)),
            "the result of quantized operands is quantized per tensor");
}

TEST(ActivationTest, OfFloats) {
  struct {
    const char* name;
    const char* alpha;
    const char* beta;
    std::vector<float> x;
    std::vector<float> y;
  } const cases[] = {
      {"celu", "2", "0", {-2, 3}, {-1.2642411f, 3}},
      {"elu", "2", "0", {-1, 3}, {-1.2642411f, 3}},
      {"hard_sigmoid", "0.25", "0.5", {-3, 1, 9, kNan}, {0, 0.75f, 1, kNan}},
      {"leaky_relu", "0.25", "0", {-8, 3, kNan}, {-2, 3, kNan}},
      {"selu", "2", "3", {-1, 2}, {-3.7927234f, 6}},
      {"shrink", "1.5", "0.25", {-2, -1.5f, 1, 2}, {-1.75f, 0, 0, 1.75f}},
      {"swish", "1", "0", {0, 2}, {0, 1.7615942f}},
      {"thresholded_relu", "2", "0", {-3, 2, 2.5f}, {0, 0, 2.5f}},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(Values<float>(NodeCase(c.name)
                                  .Set("alpha", c.alpha)
                                  .Set("beta", c.beta)
                                  .Add(Floats(c.x))),
                Pointwise(NanSensitiveFloatEq(), c.y))
        << c.name;
  }
  EXPECT_EQ(ErrorOf(NodeCase("elu").Add(Row<int32_t>({1}))),
            "elu takes no s32");
}

TEST(ActivationTest, OfQuantizedNumbers) {
  // -4 * 0.25 = -1 is -2 steps of 0.5; 3 is 6.
  EXPECT_THAT(Values<int8_t>(NodeCase("leaky_relu")
                                 .Set("alpha", "0.25")
                                 .Add(Quantized<int8_t>({2}, {-4, 3}, 1, 0))
                                 .Want(DType::kS8, Quant::PerTensor(0.5f, 1))),
              ElementsAre(-1, 7));
}

TEST(ClipTest, Limits) {
  EXPECT_THAT(Values<float>(NodeCase("clip")
                                .Set("min", "0")
                                .Set("max", "6")
                                .Add(Floats({-1, 3, 7, kNan}))),
              Pointwise(NanSensitiveFloatEq(), {0.f, 3.f, 6.f, kNan}));
  // With crossed limits the upper one holds.
  EXPECT_THAT(
      Values<float>(
          NodeCase("clip").Set("min", "2").Set("max", "1").Add(Floats({0, 3}))),
      ElementsAre(1, 1));
  EXPECT_THAT(Values<int32_t>(NodeCase("clip")
                                  .Set("min", "-1.5")
                                  .Set("max", "2.5")
                                  .Add(Row<int32_t>({-9, -1, 2, 9}))),
              ElementsAre(-1, -1, 2, 2));
  EXPECT_THAT(
      Values<int64_t>(NodeCase("clip")
                          .Set("min", "0")
                          .Add(Row<int64_t>({(int64_t{1} << 62) + 1, -1}))),
      ElementsAre((int64_t{1} << 62) + 1, 0));
}

TEST(ClipTest, OfQuantizedNumbers) {
  // 6 is 12 steps of 0.5 above the zero point.
  EXPECT_THAT(Values<int8_t>(
                  NodeCase("clip")
                      .Set("min", "0")
                      .Set("max", "6")
                      .Add(Quantized<int8_t>({4}, {-9, 3, 8, 100}, 0.5f, 1))),
              ElementsAre(1, 3, 8, 13));
  EXPECT_THAT(Values<int8_t>(NodeCase("clip")
                                 .Set("max", "1")
                                 .Add(Quantized<int8_t>({2}, {1, 100}, 0.5f, 0))
                                 .Want(DType::kS8, Quant::PerTensor(0.25f, 3))),
              ElementsAre(5, 7));
}

TEST(BinaryTest, Broadcasts) {
  EXPECT_THAT(Values<float>(NodeCase("sub")
                                .Add(Tensor::Of<float>({2, 1}, {10, 20}))
                                .Add(Tensor::Of<float>({3}, {1, 2, 3}))),
              ElementsAre(9, 8, 7, 19, 18, 17));
  EXPECT_EQ(ErrorOf(NodeCase("add")
                        .Add(Tensor::Of<float>({2}, {1, 2}))
                        .Add(Tensor::Of<float>({3}, {1, 2, 3}))),
            "the shapes [2] and [3] do not broadcast");
}

TEST(BinaryTest, OfFloats) {
  const auto result = [](const char* name, float a, float b) {
    const std::vector<float> y =
        Values<float>(NodeCase(name).Add(Floats({a})).Add(Floats({b})));
    return y.empty() ? -1 : y[0];
  };
  EXPECT_EQ(result("add", 1.5f, 2), 3.5f);
  EXPECT_EQ(result("mul", 1.5f, 2), 3);
  EXPECT_EQ(result("div", 1, 0), kInf);
  EXPECT_EQ(result("pow", 2, 0.5f), 1.41421356f);
  EXPECT_EQ(result("min", 1, 2), 1);
  EXPECT_EQ(result("max", 1, 2), 2);
  EXPECT_EQ(result("mod", -7.5f, 2), 0.5f);
  EXPECT_EQ(result("mod", 7.5f, -2), -0.5f);
  EXPECT_EQ(result("fmod", -7.5f, 2), -1.5f);
  EXPECT_EQ(result("mod", 3, -kInf), -kInf);
  EXPECT_EQ(result("fmod", 3, -kInf), 3);
  EXPECT_TRUE(std::signbit(result("mod", 4, -2)));
  EXPECT_TRUE(std::isnan(result("mod", 4, 0)));
  EXPECT_EQ(result("prelu", -3, 0.5f), -1.5f);
  EXPECT_EQ(result("prelu", 3, 0.5f), 3);
  for (const char* name : {"min", "max"}) {
    EXPECT_TRUE(std::isnan(result(name, kNan, 1)));
    EXPECT_TRUE(std::isnan(result(name, 1, kNan)));
  }
}

TEST(BinaryTest, OfIntegers) {
  const auto s8 = [](const char* name, int8_t a, int8_t b) {
    const std::vector<int8_t> y = Values<int8_t>(
        NodeCase(name).Add(Row<int8_t>({a})).Add(Row<int8_t>({b})));
    return y.empty() ? 99 : int{y[0]};
  };
  EXPECT_EQ(s8("add", 127, 1), -128);
  EXPECT_EQ(s8("sub", -128, 1), 127);
  EXPECT_EQ(s8("mul", 100, 3), 44);
  EXPECT_EQ(s8("div", -7, 2), -3);
  EXPECT_EQ(s8("div", 7, 0), 0);
  EXPECT_EQ(s8("div", -128, -1), -128);
  EXPECT_EQ(s8("pow", 3, 4), 81);
  EXPECT_EQ(s8("pow", 2, 8), 0);
  EXPECT_EQ(s8("pow", 2, -1), 0);
  EXPECT_EQ(s8("pow", -1, -3), -1);
  EXPECT_EQ(s8("max", -1, 1), 1);
  // -7 = -3 * 3 + 2 = -2 * 3 - 1; 7 = -3 * -3 - 2 = -2 * -3 + 1.
  EXPECT_EQ(s8("mod", -7, 3), 2);
  EXPECT_EQ(s8("mod", 7, -3), -2);
  EXPECT_EQ(s8("fmod", -7, 3), -1);
  EXPECT_EQ(s8("fmod", 7, -3), 1);
  EXPECT_EQ(s8("mod", 7, 0), 0);
  EXPECT_EQ(s8("fmod", -128, -1), 0);
  EXPECT_EQ(s8("prelu", -3, 5), -15);
  EXPECT_EQ(s8("prelu", 3, 5), 3);
  EXPECT_EQ(s8("shift_left", 3, 6), -64);
  EXPECT_EQ(s8("shift_left", 1, 8), 0);
  EXPECT_EQ(s8("shift_left", 1, -1), 0);
  EXPECT_EQ(s8("shift_right", -5, 1), -3);
  EXPECT_EQ(s8("shift_right", -5, 100), -1);
  EXPECT_EQ(s8("shift_right", -5, -1), -1);
  EXPECT_EQ(s8("shift_right", 5, -1), 0);
  const uint64_t huge = uint64_t{1} << 63;
  EXPECT_THAT(
      Values<uint64_t>(
          NodeCase("max").Add(Row<uint64_t>({huge})).Add(Row<uint64_t>({1}))),
      ElementsAre(huge));
  EXPECT_THAT(
      Values<uint64_t>(
          NodeCase("div").Add(Row<uint64_t>({huge})).Add(Row<uint64_t>({2}))),
      ElementsAre(huge / 2));
}

TEST(BinaryTest, Comparisons) {
  const auto holds = [](const char* name, const auto& a, const auto& b) {
    return Values<bool>(NodeCase(name).Add(Row(a)).Add(Row(b)));
  };
  const std::vector<float> a = {1, 2, kNan, kInf};
  const std::vector<float> b = {2, 2, kNan, 1};
  EXPECT_THAT(holds("equal", a, b), ElementsAre(false, true, false, false));
  EXPECT_THAT(holds("less", a, b), ElementsAre(true, false, false, false));
  EXPECT_THAT(holds("less_or_equal", a, b),
              ElementsAre(true, true, false, false));
  EXPECT_THAT(
      holds("less", std::vector<int8_t>{-1, 1}, std::vector<int8_t>{1, -1}),
      ElementsAre(true, false));
  EXPECT_THAT(holds("less", std::vector<uint64_t>{1, ~uint64_t{0}},
                    std::vector<uint64_t>{~uint64_t{0}, 1}),
              ElementsAre(true, false));
  EXPECT_THAT(holds("equal", std::vector<bool>{true, false},
                    std::vector<bool>{true, true}),
              ElementsAre(true, false));
  EXPECT_EQ(
      ErrorOf(NodeCase("less").Add(Row<bool>({true})).Add(Row<bool>({true}))),
      "less takes no bool");
}

TEST(BinaryTest, OfBits) {
  const Tensor a = Row<bool>({false, false, true, true});
  const Tensor b = Row<bool>({false, true, false, true});
  EXPECT_THAT(Values<bool>(NodeCase("and").Add(a).Add(b)),
              ElementsAre(false, false, false, true));
  EXPECT_THAT(Values<bool>(NodeCase("or").Add(a).Add(b)),
              ElementsAre(false, true, true, true));
  EXPECT_THAT(Values<bool>(NodeCase("xor").Add(a).Add(b)),
              ElementsAre(false, true, true, false));
  EXPECT_THAT(Values<bool>(NodeCase("not").Add(b)),
              ElementsAre(true, false, true, false));
  const Tensor c = Row<int8_t>({0x35, -1});
  const Tensor d = Row<int8_t>({0x0f, 1});
  EXPECT_THAT(Values<int8_t>(NodeCase("and").Add(c).Add(d)), ElementsAre(5, 1));
  EXPECT_THAT(Values<int8_t>(NodeCase("or").Add(c).Add(d)),
              ElementsAre(0x3f, -1));
  EXPECT_THAT(Values<int8_t>(NodeCase("xor").Add(c).Add(d)),
              ElementsAre(0x3a, -2));
  EXPECT_THAT(Values<uint16_t>(NodeCase("not").Add(Row<uint16_t>({1}))),
              ElementsAre(65534));
  EXPECT_EQ(ErrorOf(NodeCase("and").Add(Floats({1})).Add(Floats({1}))),
            "and takes no f32");
  EXPECT_EQ(ErrorOf(NodeCase("not").Add(Floats({1}))), "not takes no f32");
}

TEST(WhereTest, ChoosesWithBroadcasting) {
  EXPECT_THAT(Values<float>(NodeCase("where")
                                .Add(Tensor::Of<bool>({2, 1}, {true, false}))
                                .Add(Floats({1, 2, 3}))
                                .Add(Tensor::Scalar<float>(9))),
              ElementsAre(1, 2, 3, 9, 9, 9));
  const Tensor condition = Row<bool>({true});
  EXPECT_EQ(
      ErrorOf(
          NodeCase("where").Add(Floats({1})).Add(Floats({1})).Add(Floats({1}))),
      "the condition is f32, not bool");
  EXPECT_EQ(ErrorOf(NodeCase("where")
                        .Add(condition)
                        .Add(Floats({1}))
                        .Add(Row<int32_t>({1}))),
            "the operands to choose from differ in type");
  EXPECT_EQ(ErrorOf(NodeCase("where")
                        .Add(Row<bool>({true, false}))
                        .Add(Floats({1, 2, 3}))
                        .Add(Floats({1}))),
            "the shapes [2] and [3] do not broadcast");
}

TEST(BinaryTest, OfQuantizedNumbers) {
  const Tensor a = Quantized<int8_t>({3}, {10, -6, 127}, 0.5f, 2);  // 4 -4 62.5
  const Tensor b = Quantized<int8_t>({3}, {5, 4, 127}, 0.25f, 1);  // 1 .75 31.5
  const auto result = [&](const char* name) {
    return Values<int8_t>(NodeCase(name).Add(a).Add(b).Want(
        DType::kS8, Quant::PerTensor(0.5f, -1)));
  };
  // Real results by 0.5, a tie rounded up, less 1.
  EXPECT_THAT(result("add"), ElementsAre(9, -7, 127));  // 5 -3.25 94
  EXPECT_THAT(result("sub"), ElementsAre(5, -10, 61));  // 3 -4.75 31
  EXPECT_THAT(result("mul"), ElementsAre(7, -7, 127));  // 4 -3 1969
}

TEST(BinaryTest, SelectionKeepsTheScale) {
  const Tensor a = Quantized<int8_t>({2}, {10, -6}, 0.5f, 2);
  EXPECT_THAT(Values<int8_t>(NodeCase("max").Add(a).Add(
                  Quantized<int8_t>({1}, {2}, 0.5f, 2))),
              ElementsAre(10, 2));
  EXPECT_EQ(ErrorOf(NodeCase("max").Add(a).Add(
                Quantized<int8_t>({1}, {2}, 0.25f, 2))),
            "the operands of max differ in quantization or type");
}

TEST(BinaryTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("add").Add(Floats({1})).Add(Row<int32_t>({1}))),
            "the operands differ in element type: f32 and s32");
  EXPECT_EQ(
      ErrorOf(NodeCase("add").Add(Row<bool>({true})).Add(Row<bool>({true}))),
      "add takes no bool");
  const Tensor q = Quantized<int8_t>({1}, {1}, 1, 0);
  EXPECT_EQ(ErrorOf(NodeCase("div").Add(q).Add(q)), "div has no integer form");
  EXPECT_EQ(ErrorOf(NodeCase("add").Add(q).Add(Floats({1}))),
            "either all operands are quantized or none is");
}

TEST(CastTest, Conversions) {
  EXPECT_THAT(Values<int8_t>(NodeCase("cast")
                                 .Set("to", "s8")
                                 .Add(Floats({1.9f, -1.9f, 300, -kInf, kNan}))),
              ElementsAre(1, -1, 127, -128, 0));
  EXPECT_THAT(
      Values<int8_t>(NodeCase("cast").Set("to", "s8").Add(Row<int32_t>({300}))),
      ElementsAre(44));
  EXPECT_THAT(
      Values<uint8_t>(NodeCase("cast").Set("to", "u8").Add(Row<int8_t>({-1}))),
      ElementsAre(255));
  EXPECT_THAT(
      Values<bool>(
          NodeCase("cast").Set("to", "bool").Add(Floats({0, 0.5f, kNan}))),
      ElementsAre(false, true, true));
  EXPECT_THAT(
      Values<float>(NodeCase("cast").Set("to", "f32").Add(Row<bool>({true}))),
      ElementsAre(1));
  // 2^24 + 1 lies between two floats, and 2^-40 of a unit above it decides.
  const int64_t above = (((int64_t{1} << 24) + 1) << 38) + 1;
  EXPECT_THAT(Values<float>(
                  NodeCase("cast").Set("to", "f32").Add(Row<int64_t>({above}))),
              ElementsAre(std::ldexp(16777218.0f, 38)));
  // Of two f16 around 2049, 1 + 2^-11 times 2^11, the even one; of 2049 and a
  // bit, the greater.
  const absl::StatusOr<Tensor> halves = Evaluate(
      NodeCase("cast").Set("to", "f16").Add(Row<double>({2049, 2049.0000001})));
  ASSERT_TRUE(halves.ok());
  EXPECT_EQ(halves->At(0), 2048);
  EXPECT_EQ(halves->At(1), 2050);
  const absl::StatusOr<Tensor> beyond = Evaluate(NodeCase("cast")
                                                     .Set("to", "f8e5m2")
                                                     .Set("saturate", "false")
                                                     .Add(Floats({1e6f})));
  ASSERT_TRUE(beyond.ok());
  EXPECT_EQ(beyond->At(0), kInf);
  EXPECT_EQ(ErrorOf(NodeCase("cast").Add(Quantized<int8_t>({1}, {1}, 1, 0))),
            "the operand is quantized; cast takes plain numbers");
}

}  // namespace
}  // namespace tinyc
