// SPDX-License-Identifier: Apache-2.0
// Quantize, dequantize, requantize and reinterpret, by hand; and every
// quantized operator against the same operator on real numbers.
#include "compiler/ops/quantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "compiler/ir/attr.h"
#include "tests/support/node_case.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

using testing::ElementsAre;

TEST(QuantizeTest, RoundsToEvenAndSaturates) {
  EXPECT_THAT(Values<int8_t>(NodeCase("quantize")
                                 .Add(Tensor::Of<float>(
                                     {5}, {0.25f, 0.75f, -0.25f, 1e9f, -99}))
                                 .Want(DType::kS8, Quant::PerTensor(0.5f, 10))),
              ElementsAre(10, 12, 10, 127, -128));
}

TEST(QuantizeTest, ScalesAlongAnAxis) {
  Quant quant{{1, 0.5f}, {0, 100}, 1};
  const NodeCase c =
      std::move(NodeCase("quantize")
                    .Add(Tensor::Of<float>({2, 2}, {3, 3, -2, -2}))
                    .Want(DType::kU8, std::make_shared<const Quant>(quant)));
  EXPECT_THAT(Values<uint8_t>(c), ElementsAre(3, 106, 0, 96));
}

TEST(QuantizeTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("quantize").Add(Tensor::Of<float>({1}, {1}))),
            "the result of quantize has a quantized type");
  EXPECT_EQ(ErrorOf(NodeCase("quantize").Add(Tensor::Of<int32_t>({1}, {1}))),
            "only plain floats can be quantized");
  EXPECT_EQ(ErrorOf(NodeCase("quantize")
                        .Add(Tensor::Of<float>({2}, {1, 2}))
                        .Want(DType::kS8, std::make_shared<const Quant>(
                                              Quant{{1, 1, 1}, {0, 0, 0}, 0}))),
            "there are 3 scales along axis 0 of a tensor of shape [2]");
}

TEST(DequantizeTest, ComputesInFloat) {
  EXPECT_THAT(
      Values<float>(NodeCase("dequantize")
                        .Add(Quantized<uint8_t>({2}, {0, 200}, 0.1f, 128))),
      ElementsAre(-128 * 0.1f, 72 * 0.1f));
  // A bias beyond the 24 bits of a float is rounded before the product.
  EXPECT_THAT(
      Values<float>(NodeCase("dequantize")
                        .Add(Quantized<int32_t>({1}, {16777217}, 0.1f, 0))),
      ElementsAre(16777216.0f * 0.1f));
  EXPECT_EQ(ErrorOf(NodeCase("dequantize").Add(Tensor::Of<float>({1}, {1}))),
            "only quantized numbers can be dequantized");
}

TEST(RequantizeTest, RoundsOnceTiesUp) {
  // 3, -3, 1 and 254 halves: 1.5 and -1.5 round up, the last saturates.
  EXPECT_THAT(
      Values<int8_t>(NodeCase("requantize")
                         .Add(Quantized<uint8_t>({4}, {4, 0, 2, 255}, 0.5f, 1))
                         .Want(DType::kS8, Quant::PerTensor(1, 10))),
      ElementsAre(12, 10, 11, 127));
  EXPECT_THAT(Values<int16_t>(
                  NodeCase("requantize")
                      .Add(Quantized<int8_t>({2}, {-128, 127}, 0.5f, 0))
                      .Want(DType::kS16, Quant::PerTensor(0.001953125f, 5))),
              ElementsAre(-32763, 32517));
  EXPECT_EQ(ErrorOf(NodeCase("requantize")
                        .Add(Quantized<int8_t>({1}, {1}, 1, 0))
                        .Want(DType::kS32, Quant::PerTensor(1, 0))),
            "operand and result of requantize are quantized per tensor, with "
            "8 or 16 bits");
}

TEST(ReinterpretTest, KeepsTheBytes) {
  EXPECT_THAT(Values<int8_t>(NodeCase("reinterpret")
                                 .Add(Tensor::Of<uint8_t>({2}, {255, 1}))
                                 .Want(DType::kS8, Quant::PerTensor(2, 0))),
              ElementsAre(-1, 1));
  EXPECT_EQ(ErrorOf(NodeCase("reinterpret")
                        .Add(Tensor::Of<uint8_t>({1}, {0}))
                        .Want(DType::kF32, nullptr)),
            "elements of 8 bits cannot be taken for f32");
}

// The real numbers of a quantized tensor.
Tensor RealOf(const Tensor& x) {
  if (!x.type().quantized()) return x;
  Tensor real(TensorType(DType::kF64, x.shape()));
  for (int64_t i = 0; i < x.size(); ++i) real.Set(i, x.Real(i));
  return real;
}

// Expects the quantized result to be the real one, rounded to the nearest step
// or, within `slack` of a tie, to either neighbour.
void ExpectRounded(NodeCase quantized, double slack) {
  SCOPED_TRACE(quantized.Describe());
  const absl::StatusOr<Tensor> y = Evaluate(quantized);
  for (std::optional<Tensor>& operand : quantized.operands) {
    operand = RealOf(*operand);
  }
  quantized.want.reset();
  const absl::StatusOr<Tensor> real = Evaluate(quantized);
  ASSERT_TRUE(y.ok() && real.ok()) << y.status() << real.status();
  const Quant& quant = *y->type().quant;
  for (int64_t i = 0; i < y->size(); ++i) {
    const double lo = static_cast<double>(MinOf(y->dtype()));
    const double hi = static_cast<double>(MaxOf(y->dtype()));
    double steps = real->At(i) / quant.scale[0] + quant.zero_point[0];
    steps = std::min(std::max(steps, lo), hi);
    ASSERT_NEAR(y->At(i), steps, 0.5 + slack) << "element " << i;
  }
}

TEST(QuantizedMeaningTest, EveryOperatorRoundsTheRealResultOnce) {
  struct {
    const char* name;
    size_t operands;
    double natural;  // scale of the result, of operands of scale 0.05
    double slack;
  } const cases[] = {
      {"add", 2, 0.1, 1e-5},           {"sub", 2, 0.1, 1e-5},
      {"mul", 2, 0.3, 1e-5},           {"matmul", 2, 1, 1e-5},
      {"average_pool", 1, 0.05, 1e-5}, {"reduce_mean", 1, 0.03, 1e-5},
      {"reduce_sum", 1, 0.3, 1e-5},    {"softmax", 1, 0.004, 0.01},
  };
  for (const auto& c : cases) {
    for (const DType dtype :
         {DType::kS8, DType::kU8, DType::kS16, DType::kU16}) {
      for (uint64_t seed = 0; seed < 20; ++seed) {
        Random random(seed);
        // 16-bit scales are finer in proportion to their range.
        const double unit =
            255 / static_cast<double>(MaxOf(dtype) - MinOf(dtype));
        NodeCase node(c.name);
        if (c.name == std::string("average_pool")) {
          node.Set("kernel", "[2]").Set("pads", "[1,1]");
        }
        for (size_t i = 0; i < c.operands; ++i) {
          node.Add(random.Fill(TensorType(
              dtype, {2, 6, 6}, random.PerTensor(dtype, 0.05 * unit))));
        }
        // Those of a softmax are at least 2^-16.
        const double finest = c.name == std::string("softmax") ? 0x1p-13 : 0;
        node.Want(dtype,
                  random.PerTensor(dtype, std::max(c.natural * unit, finest)));
        ExpectRounded(std::move(node), c.slack);
      }
    }
  }
}

}  // namespace
}  // namespace tinyc
