// SPDX-License-Identifier: Apache-2.0
// Operators that sum: convolution, dense, matmul, pooling, reductions,
// softmax, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "compiler/ir/graph.h"
#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;

Tensor Floats(Shape shape, const std::vector<float>& values) {
  return Tensor::Of<float>(std::move(shape), values);
}

TEST(ConvTest, InBothLayouts) {
  // Two channels of 1x3, one output channel of 1x2 taps, padded on the left.
  const Tensor w = Floats({1, 2, 1, 2}, {1, 2, 10, 20});
  const Tensor bias = Floats({1}, {100});
  const Tensor nchw = Floats({1, 2, 1, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor nhwc = Floats({1, 1, 3, 2}, {1, 4, 2, 5, 3, 6});
  const auto expected =
      ElementsAre(100 + 2 * 1 + 20 * 4, 100 + 1 + 2 * 2 + 10 * 4 + 20 * 5,
                  100 + 2 + 2 * 3 + 10 * 5 + 20 * 6);
  EXPECT_THAT(
      Values<float>(
          NodeCase("conv").Set("pads", "[0,1,0,0]").Add(nchw).Add(w).Add(bias)),
      expected);
  EXPECT_THAT(Values<float>(NodeCase("conv")
                                .Set("pads", "[0,1,0,0]")
                                .Set("layout", "nhwc")
                                .Add(nhwc)
                                .Add(w)
                                .Add(bias)),
              expected);
}

TEST(ConvTest, OfASpreadInput) {
  // 1 0 2 0 3 with a window of 3, as a transposed convolution sees it.
  NodeCase spread("conv");
  spread.Set("spread", "[2]").Set("pads", "[1,2]");
  spread.Add(Floats({1, 1, 3}, {1, 2, 3})).Add(Floats({1, 1, 3}, {1, 10, 100}));
  EXPECT_EQ(TypeOf(spread), "f32[1,1,6]");
  EXPECT_THAT(Values<float>(spread),
              ElementsAre(10 * 1, 1 + 100 * 2, 10 * 2, 2 + 100 * 3, 10 * 3, 3));
  EXPECT_EQ(ErrorOf(spread.Set("spread", "[0]")),
            "spread is not 1 numbers from 1 to 65536");
}

TEST(DenseTest, OfFloats) {
  const Tensor x = Floats({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor w = Floats({2, 3}, {1, 0, -1, 2, 2, 2});
  EXPECT_THAT(Values<float>(NodeCase("dense").Add(x).Add(w)),
              ElementsAre(-2, 12, -2, 30));
  EXPECT_THAT(Values<float>(NodeCase("dense")
                                .Set("act_min", "0")
                                .Set("act_max", "20")
                                .Add(x)
                                .Add(w)
                                .Add(Floats({2}, {5, 1}))),
              ElementsAre(3, 13, 3, 20));
}

TEST(DenseTest, OfQuantizedNumbers) {
  // x is 1, -0.5; w is 2, 3 and 0, -1; bias 4 and -8 steps of 0.5 * 1.
  const Tensor x = Quantized<int8_t>({1, 2}, {5, 2}, 0.5f, 3);
  const Tensor w = Quantized<int8_t>({2, 2}, {2, 3, 0, -1}, 1, 0);
  const Tensor bias = Tensor::Of<int32_t>({2}, {4, -8});
  // 2 - 1.5 + 2 = 2.5 and 0.5 - 4 = -3.5, in steps of 0.25 above 10.
  EXPECT_THAT(Values<int8_t>(NodeCase("dense").Add(x).Add(w).Add(bias).Want(
                  DType::kS8, Quant::PerTensor(0.25f, 10))),
              ElementsAre(20, -4));
  EXPECT_THAT(
      Values<int8_t>(NodeCase("dense")
                         .Set("act_min", "0")
                         .Add(x)
                         .Add(w)
                         .Add(bias)
                         .Want(DType::kS8, Quant::PerTensor(0.25f, 10))),
      ElementsAre(20, 10));
}

TEST(DenseTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("dense")
                        .Add(Floats({1, 2}, {1, 2}))
                        .Add(Floats({1, 3}, {1, 2, 3}))),
            "weight has 3 input features, input has 2");
  EXPECT_EQ(ErrorOf(NodeCase("dense")
                        .Add(Floats({2}, {1, 2}))
                        .Add(Floats({1, 2}, {1, 2}))
                        .Add(Floats({2}, {1, 2}))),
            "bias has shape [2], weight has 1 output features");
  EXPECT_EQ(
      ErrorOf(
          NodeCase("dense").Add(Floats({2}, {1, 2})).Add(Floats({2}, {1, 2}))),
      "input has rank 1, weight 1");
}

TEST(DenseTest, CountsMacs) {
  const absl::StatusOr<NodeGraph> built =
      Build(NodeCase("dense")
                .Add(Tensor(TensorType(DType::kF32, {4, 3})))
                .Add(Tensor(TensorType(DType::kF32, {5, 3}))));
  ASSERT_TRUE(built.ok());
  EXPECT_EQ(built->node->op().Macs(*built->node), 4 * 5 * 3);
}

TEST(MatmulTest, ShapesOfNumpy) {
  const auto type = [](Shape a, Shape b) {
    return TypeOf(NodeCase("matmul")
                      .Add(Tensor(TensorType(DType::kF32, a)))
                      .Add(Tensor(TensorType(DType::kF32, b))));
  };
  EXPECT_EQ(type({2, 3}, {3, 4}), "f32[2,4]");
  EXPECT_EQ(type({3}, {3, 4}), "f32[4]");
  EXPECT_EQ(type({2, 3}, {3}), "f32[2]");
  EXPECT_EQ(type({3}, {3}), "f32[]");
  EXPECT_EQ(type({5, 1, 2, 3}, {6, 3, 4}), "f32[5,6,2,4]");
  EXPECT_EQ(type({6, 2, 3}, {3}), "f32[6,2]");
  EXPECT_EQ(type({2, 3}, {4, 3}),
            "the shapes [2,3] and [4,3] share no inner dimension: 3 and 4");
  EXPECT_EQ(type({}, {4, 3}), "matmul takes no scalars");
  EXPECT_EQ(type({2, 1, 3}, {4, 3, 1}),
            "the shapes [2] and [4] do not broadcast");
}

TEST(MatmulTest, Products) {
  EXPECT_THAT(Values<float>(NodeCase("matmul")
                                .Add(Floats({2, 1, 2}, {1, 2, 3, 4}))
                                .Add(Floats({2, 2}, {1, 2, 3, 4}))),
              ElementsAre(7, 10, 15, 22));
  EXPECT_THAT(Values<int32_t>(NodeCase("matmul")
                                  .Add(Tensor::Of<int32_t>({2}, {1 << 30, 1}))
                                  .Add(Tensor::Of<int32_t>({2}, {4, 7}))),
              ElementsAre(7));
  // (1 * 2 + 3 * -1) * 0.5 * 0.5 = -0.25, in steps of 0.125 from 4.
  EXPECT_THAT(
      Values<int8_t>(NodeCase("matmul")
                         .Add(Quantized<int8_t>({1, 2}, {2, 4}, 0.5f, 1))
                         .Add(Quantized<int8_t>({2, 1}, {0, -3}, 0.5f, -2))
                         .Want(DType::kS8, Quant::PerTensor(0.125f, 4))),
      ElementsAre(2));
}

TEST(PoolTest, Maximum) {
  const Tensor x = Floats({1, 1, 2, 3}, {-1, -2, -3, -4, -5, -6});
  EXPECT_THAT(Values<float>(NodeCase("max_pool")
                                .Set("kernel", "[2,2]")
                                .Set("pads", "[1,1,0,0]")
                                .Add(x)),
              ElementsAre(-1, -1, -2, -1, -1, -2));
  EXPECT_THAT(
      Values<int8_t>(NodeCase("max_pool")
                         .Set("kernel", "[2]")
                         .Set("strides", "[2]")
                         .Set("ceil_mode", "true")
                         .Set("layout", "nhwc")
                         .Add(Quantized<int8_t>({1, 3, 1}, {4, 7, -9}, 1, 5))),
      ElementsAre(7, -9));
}

TEST(PoolTest, Average) {
  const Tensor x = Floats({1, 1, 4}, {1, 2, 3, 6});
  const auto average = [&](const char* pads, const char* include) {
    return Values<float>(NodeCase("average_pool")
                             .Set("kernel", "[3]")
                             .Set("strides", "[2]")
                             .Set("pads", pads)
                             .Set("count_include_pad", include)
                             .Add(x));
  };
  EXPECT_THAT(average("[1,1]", "false"), ElementsAre(1.5f, FloatEq(11 / 3.f)));
  EXPECT_THAT(average("[1,1]", "true"), ElementsAre(1, FloatEq(11 / 3.f)));
  EXPECT_THAT(average("[0,1]", "true"), ElementsAre(2, 3));
  // A window that hangs over the padded end counts only what is there.
  EXPECT_THAT(Values<float>(NodeCase("average_pool")
                                .Set("kernel", "[3]")
                                .Set("strides", "[2]")
                                .Set("ceil_mode", "true")
                                .Set("count_include_pad", "true")
                                .Add(x)),
              ElementsAre(2, 4.5f));
}

TEST(PoolTest, AverageOfQuantizedNumbers) {
  // Reals 1, 2 and 4; the means 1, 1.5 and 3 of one or two of them.
  EXPECT_THAT(
      Values<int8_t>(NodeCase("average_pool")
                         .Set("kernel", "[2]")
                         .Set("pads", "[1,0]")
                         .Add(Quantized<int8_t>({1, 1, 3}, {3, 5, 9}, 0.5f, 1))
                         .Want(DType::kS8, Quant::PerTensor(0.25f, -8))),
      ElementsAre(-4, -2, 4));
}

TEST(PoolTest, Errors) {
  const Tensor x = Floats({1, 1, 2}, {1, 2});
  EXPECT_EQ(ErrorOf(NodeCase("max_pool").Set("kernel", "[3]").Add(x)),
            "the window covers 3 elements of spatial dimension 0, the padded "
            "input has 2");
  EXPECT_EQ(ErrorOf(NodeCase("max_pool")
                        .Set("kernel", "[2]")
                        .Set("pads", "[2,0]")
                        .Add(x)),
            "window 0 of spatial dimension 0 lies in the padding altogether");
  EXPECT_EQ(ErrorOf(NodeCase("max_pool")
                        .Set("kernel", "[1]")
                        .Add(Floats({1, 2}, {1, 2}))),
            "input has rank 2, at least 3 is needed");
  EXPECT_EQ(ErrorOf(NodeCase("average_pool")
                        .Set("kernel", "[1]")
                        .Add(Tensor::Of<int32_t>({1, 1, 1}, {1}))),
            "average_pool takes no s32");
}

TEST(ReduceTest, Rows) {
  const Tensor x = Floats({2, 3}, {1, 2, 3, 4, 5, 7});
  const auto along = [&](const char* name, const char* axes) {
    return Values<float>(NodeCase(name).Set("axes", axes).Add(x));
  };
  EXPECT_THAT(along("reduce_sum", "[1]"), ElementsAre(6, 16));
  EXPECT_THAT(along("reduce_sum", "[-2]"), ElementsAre(5, 7, 10));
  EXPECT_THAT(along("reduce_mean", "[1]"), ElementsAre(2, FloatEq(16 / 3.f)));
  EXPECT_THAT(along("reduce_prod", "[]"), ElementsAre(840));
  EXPECT_THAT(along("reduce_max", "[0]"), ElementsAre(4, 5, 7));
  EXPECT_THAT(along("reduce_min", "[0,1]"), ElementsAre(1));
  EXPECT_THAT(along("reduce_sum_square", "[1]"), ElementsAre(14, 90));
  const float log2 = std::log(2.0f);
  EXPECT_THAT(
      Values<float>(
          NodeCase("reduce_log_sum_exp").Add(Floats({3}, {0, log2, 0}))),
      ElementsAre(FloatEq(2 * log2)));
  EXPECT_THAT(
      Values<float>(NodeCase("reduce_l1").Add(Floats({3}, {1, -2, -3}))),
      ElementsAre(6));
}

TEST(ReduceTest, Shapes) {
  const Tensor x(TensorType(DType::kF32, {2, 3, 4}));
  const auto type = [&](const char* axes, const char* keepdims) {
    return TypeOf(NodeCase("reduce_sum")
                      .Set("axes", axes)
                      .Set("keepdims", keepdims)
                      .Add(x));
  };
  EXPECT_EQ(type("[1]", "true"), "f32[2,1,4]");
  EXPECT_EQ(type("[0,2]", "false"), "f32[3]");
  EXPECT_EQ(type("[]", "false"), "f32[]");
  EXPECT_EQ(type("[3]", "true"), "axis 3 is outside the rank 3");
  EXPECT_EQ(type("[1,-2]", "true"), "axis -2 is named twice");
}

TEST(ReduceTest, OfIntegers) {
  const Tensor x = Tensor::Of<int32_t>({3}, {1 << 30, 1 << 30, 5});
  EXPECT_THAT(Values<int32_t>(NodeCase("reduce_sum").Add(x)),
              ElementsAre(std::numeric_limits<int32_t>::min() + 5));
  EXPECT_THAT(
      Values<int32_t>(
          NodeCase("reduce_mean").Add(Tensor::Of<int32_t>({2}, {-2, -3}))),
      ElementsAre(-2));
  const Tensor y = Tensor::Of<int32_t>({2}, {-2, 3});
  EXPECT_THAT(Values<int32_t>(NodeCase("reduce_l1").Add(y)), ElementsAre(5));
  EXPECT_THAT(Values<int32_t>(NodeCase("reduce_sum_square").Add(y)),
              ElementsAre(13));
  EXPECT_EQ(ErrorOf(NodeCase("reduce_log_sum_exp").Add(y)),
            "reduce_log_sum_exp takes no s32");
  // The sum is 2^32, half of which is no s32.
  EXPECT_THAT(
      Values<uint32_t>(NodeCase("reduce_mean")
                           .Add(Tensor::Of<uint32_t>({2}, {0xffffffffu, 1}))),
      ElementsAre(0x80000000u));
}

TEST(ReduceTest, OfBooleans) {
  const Tensor x = Tensor::Of<bool>({2, 2}, {true, false, true, true});
  EXPECT_THAT(Values<bool>(NodeCase("reduce_max").Set("axes", "[1]").Add(x)),
              ElementsAre(true, true));
  EXPECT_THAT(Values<bool>(NodeCase("reduce_min").Set("axes", "[1]").Add(x)),
              ElementsAre(false, true));
  EXPECT_EQ(ErrorOf(NodeCase("reduce_sum").Add(x)), "reduce_sum takes no bool");
}

TEST(ReduceTest, OfQuantizedNumbers) {
  const Tensor x = Quantized<int8_t>({4}, {3, 5, 9, 1}, 0.5f, 1);  // 1 2 4 0
  EXPECT_THAT(Values<int8_t>(NodeCase("reduce_mean")
                                 .Add(x)
                                 .Want(DType::kS8, Quant::PerTensor(0.25f, 2))),
              ElementsAre(9));
  EXPECT_THAT(Values<int8_t>(NodeCase("reduce_sum")
                                 .Add(x)
                                 .Want(DType::kS8, Quant::PerTensor(0.25f, 2))),
              ElementsAre(30));
  EXPECT_THAT(Values<int8_t>(NodeCase("reduce_max").Add(x)), ElementsAre(9));
  EXPECT_EQ(ErrorOf(NodeCase("reduce_prod").Add(x)),
            "reduce_prod has no integer form");
}

TEST(ReduceTest, OfNothing) {
  const Tensor x(TensorType(DType::kF32, {0}));
  EXPECT_THAT(Values<float>(NodeCase("reduce_sum").Add(x)), ElementsAre(0));
  EXPECT_THAT(Values<float>(NodeCase("reduce_prod").Add(x)), ElementsAre(1));
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_THAT(Values<float>(NodeCase("reduce_max").Add(x)), ElementsAre(-inf));
  EXPECT_THAT(Values<float>(NodeCase("reduce_log_sum_exp").Add(x)),
              ElementsAre(-inf));
  const Tensor whole(TensorType(DType::kU8, {0}));
  EXPECT_THAT(Values<uint8_t>(NodeCase("reduce_max").Add(whole)),
              ElementsAre(0));
  EXPECT_THAT(Values<uint8_t>(NodeCase("reduce_min").Add(whole)),
              ElementsAre(255));
  EXPECT_EQ(ErrorOf(NodeCase("reduce_mean").Add(whole)),
            "reduce_mean folds no elements");
}

TEST(SoftmaxTest, OfFloats) {
  const float log2 = std::log(2.0f);
  EXPECT_THAT(
      Values<float>(NodeCase("softmax").Add(Floats({2, 2}, {0, log2, 9, 9}))),
      ElementsAre(FloatEq(1 / 3.f), FloatEq(2 / 3.f), 0.5f, 0.5f));
  EXPECT_THAT(Values<float>(NodeCase("softmax")
                                .Set("axis", "0")
                                .Add(Floats({2, 2}, {0, 1000, 0, 0}))),
              ElementsAre(0.5f, 1, 0.5f, 0));
  EXPECT_THAT(Values<float>(NodeCase("log_softmax").Add(Floats({2}, {5, 5}))),
              ElementsAre(FloatEq(-log2), FloatEq(-log2)));
}

TEST(SoftmaxTest, OfQuantizedNumbers) {
  // Differences of 0, 1 and 2 steps of log 2: 4/7, 2/7 and 1/7 of 256 steps.
  const Tensor x = Quantized<int8_t>({3}, {3, 2, 1}, std::log(2.0f), 0);
  EXPECT_THAT(Values<int8_t>(NodeCase("softmax").Add(x).Want(
                  DType::kS8, Quant::PerTensor(1.0f / 256, -128))),
              ElementsAre(146 - 128, 73 - 128, 37 - 128));
  // Certainty is 256 steps, one more than there are.
  EXPECT_THAT(
      Values<int8_t>(NodeCase("softmax")
                         .Add(Quantized<int8_t>({2}, {127, -128}, 1, 0))
                         .Want(DType::kS8, Quant::PerTensor(1.0f / 256, -128))),
      ElementsAre(127, -128));
}

TEST(SoftmaxTest, OfQuantizedNumbersOf16Bits) {
  const auto of = [](const std::vector<int16_t>& x, float scale) {
    const auto n = static_cast<int64_t>(x.size());
    return Values<int16_t>(
        NodeCase("softmax")
            .Add(Quantized<int16_t>({n}, x, scale, 0))
            .Want(DType::kS16, Quant::PerTensor(1.0f / 32768, 0)));
  };
  const float log2 = std::log(2.0f);
  // 4/7, 2/7 and 1/7 of 32768 steps.
  EXPECT_THAT(of({3, 2, 1}, log2), ElementsAre(18725, 9362, 4681));
  // 256 steps make the factor 2, 384 that of sqrt(8): 1 / 2.5, 0.5 / 2.5, ...,
  // and sqrt(8) / (1 + sqrt(8)).
  EXPECT_THAT(of({300, 44, 300}, log2 / 256), ElementsAre(13107, 6554, 13107));
  EXPECT_THAT(of({-100, -484}, log2 / 256), ElementsAre(24209, 8559));
  // All the steps there are; certainty is one more.
  EXPECT_THAT(of({32767, -32768}, 1), ElementsAre(32767, 0));
}

TEST(SoftmaxTest, OfManyQuantizedNumbersOf16Bits) {
  // One of 1 and 32767 of exp(-20000 / 2048): 32768 / (1 + 32767 * 5.74e-5).
  std::vector<int16_t> x(32768, -10000);
  x[77] = 10000;
  const std::vector<int16_t> y = Values<int16_t>(
      NodeCase("softmax")
          .Add(Quantized<int16_t>({32768}, x, 1.0f / 2048, 0))
          .Want(DType::kS16, Quant::PerTensor(1.0f / 32768, 0)));
  const double rest = std::exp(-20000.0 / 2048);
  EXPECT_NEAR(y[77], 32768 / (1 + 32767 * rest), 1);
  EXPECT_NEAR(y[0], 32768 * rest / (1 + 32767 * rest), 0.5);
}

TEST(SoftmaxTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("softmax").Set("axis", "1").Add(Floats({1}, {1}))),
            "axis 1 is outside the rank 1");
  EXPECT_EQ(ErrorOf(NodeCase("softmax").Add(Tensor::Of<int32_t>({1}, {1}))),
            "softmax takes no s32");
  EXPECT_EQ(
      ErrorOf(NodeCase("log_softmax").Add(Quantized<int8_t>({1}, {1}, 1, 0))),
      "log_softmax takes plain floats");
  EXPECT_THAT(
      ErrorOf(NodeCase("softmax")
                  .Add(Tensor(TensorType({DType::kS16, Quant::PerTensor(1, 0)},
                                         {65537})))
                  .Want(DType::kS16, Quant::PerTensor(1.0f / 32768, 0))),
      HasSubstr("for 65537 elements, more than 65536"));
}

TEST(ArgMaxPoolTest, CountsWithTheChannelsFirst) {
  // Two channels of 2x3, windows of 1x2.
  const Tensor nchw =
      Floats({1, 2, 2, 3}, {1, 3, 3, 9, 8, 7, 0, 0, 5, -1, NAN, -2});
  const auto expected = ElementsAre(1, 1, 3, 4, 6, 8, 9, 11);
  EXPECT_THAT(Values<int64_t>(
                  NodeCase("arg_max_pool").Set("kernel", "[1,2]").Add(nchw)),
              expected);
  EXPECT_THAT(Values<int64_t>(NodeCase("arg_max_pool")
                                  .Set("kernel", "[1,2]")
                                  .Set("column_major", "true")
                                  .Add(nchw)),
              ElementsAre(2, 2, 1, 3, 6, 10, 7, 11));
}

TEST(LpPoolTest, IsANorm) {
  const Tensor x = Floats({1, 1, 3}, {3, -4, 12});
  EXPECT_THAT(Values<float>(NodeCase("lp_pool").Set("kernel", "[2]").Add(x)),
              ElementsAre(FloatEq(5), FloatEq(std::sqrt(160.0f))));
  EXPECT_THAT(
      Values<float>(
          NodeCase("lp_pool").Set("kernel", "[2]").Set("p", "1").Add(x)),
      ElementsAre(7, 16));
  EXPECT_EQ(
      ErrorOf(NodeCase("lp_pool").Set("kernel", "[2]").Set("p", "0").Add(x)),
      "there is no 0-norm");
}

TEST(MaxUnpoolTest, PutsElementsBack) {
  NodeCase unpool("max_unpool");
  unpool.Set("shape", "[1,1,5]").Add(Floats({1, 1, 2}, {7, 8}));
  unpool.Add(Tensor::Of<int64_t>({1, 1, 2}, {3, 0}));
  EXPECT_THAT(Values<float>(unpool), ElementsAre(8, 0, 0, 7, 0));
  EXPECT_EQ(ErrorOf(unpool.Set("shape", "[-1]")), "a dimension is -1");
}

}  // namespace
}  // namespace tinyc
