// SPDX-License-Identifier: Apache-2.0
// Operators that move data, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// 0, 1, 2, ...
Tensor Iota(Shape shape) {
  std::vector<int32_t> values(static_cast<size_t>(NumElements(shape)));
  std::iota(values.begin(), values.end(), 0);
  return Tensor::Of<int32_t>(shape, values);
}

// s8 of `shape`, quantized along `axis`.
Tensor PerAxis(Shape shape, int axis) {
  Quant quant;
  quant.axis = axis;
  for (int64_t i = 0; i < shape[static_cast<size_t>(axis)]; ++i) {
    quant.scale.push_back(static_cast<float>(i + 1));
    quant.zero_point.push_back(0);
  }
  return Tensor(
      TensorType(DType::kS8, shape, std::make_shared<const Quant>(quant)));
}

TEST(ReshapeTest, KeepsTheOrder) {
  EXPECT_EQ(TypeOf(NodeCase("reshape").Set("shape", "[3,2]").Add(Iota({2, 3}))),
            "s32[3,2]");
  EXPECT_THAT(Values<int32_t>(
                  NodeCase("reshape").Set("shape", "[6]").Add(Iota({2, 3}))),
              ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(ReshapeTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("reshape").Set("shape", "[4]").Add(Iota({2, 3}))),
            "the shape [4] has 4 elements, the operand 6");
  EXPECT_EQ(ErrorOf(NodeCase("reshape").Set("shape", "[-1]").Add(Iota({2}))),
            "the shape has the dimension -1");
}

TEST(ReshapeTest, ScalesFollowTheirDimension) {
  EXPECT_THAT(
      TypeOf(
          NodeCase("reshape").Set("shape", "[2,2,3]").Add(PerAxis({4, 3}, 1))),
      HasSubstr("q(axis=2, [1,2,3]"));
  EXPECT_THAT(
      TypeOf(
          NodeCase("reshape").Set("shape", "[1,4,3]").Add(PerAxis({4, 3}, 0))),
      HasSubstr("q(axis=1, [1,2,3,4]"));
  EXPECT_THAT(
      ErrorOf(NodeCase("reshape").Set("shape", "[12]").Add(PerAxis({4, 3}, 1))),
      HasSubstr("quantized along dimension 1"));
}

TEST(TransposeTest, MovesDimensions) {
  EXPECT_THAT(Values<int32_t>(
                  NodeCase("transpose").Set("perm", "[1,0]").Add(Iota({2, 3}))),
              ElementsAre(0, 3, 1, 4, 2, 5));
  // [1,2,3] to [3,1,2]: y[k][0][j] = x[0][j][k].
  EXPECT_THAT(
      Values<int32_t>(
          NodeCase("transpose").Set("perm", "[2,0,1]").Add(Iota({1, 2, 3}))),
      ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_EQ(
      TypeOf(NodeCase("transpose").Set("perm", "[2,0,1]").Add(Iota({1, 2, 3}))),
      "s32[3,1,2]");
}

TEST(TransposeTest, MovesElementsBelowAByte) {
  Tensor x(TensorType(DType::kU4, {2, 3}));
  for (int64_t i = 0; i < 6; ++i) x.SetInt(i, 10 + i);
  const absl::StatusOr<Tensor> y =
      Evaluate(NodeCase("transpose").Set("perm", "[1,0]").Add(x));
  ASSERT_TRUE(y.ok()) << y.status();
  const int64_t expected[] = {10, 13, 11, 14, 12, 15};
  for (int64_t i = 0; i < 6; ++i) EXPECT_EQ(y->IntAt(i), expected[i]);
}

TEST(TransposeTest, ScalesFollowTheirDimension) {
  EXPECT_THAT(TypeOf(NodeCase("transpose")
                         .Set("perm", "[1,2,0]")
                         .Add(PerAxis({2, 3, 4}, 0))),
              HasSubstr("s8[3,4,2] q(axis=2, [1,2]"));
}

TEST(TransposeTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("transpose").Set("perm", "[0]").Add(Iota({2, 3}))),
            "perm has 1 entries, the operand rank 2");
  for (const char* perm : {"[0,0]", "[0,2]", "[-1,0]"}) {
    EXPECT_EQ(
        ErrorOf(NodeCase("transpose").Set("perm", perm).Add(Iota({2, 3}))),
        "perm is not a permutation of the dimensions");
  }
}

TEST(ReadRowsTest, KeepsTheOrderOrMakesPixels) {
  EXPECT_THAT(Values<int32_t>(NodeCase("read_rows").Add(Iota({1, 2, 3}))),
              ElementsAre(0, 1, 2, 3, 4, 5));
  NodeCase planes("read_rows");
  planes.Set("planar", "true").Add(Iota({1, 2, 1, 3}));
  EXPECT_EQ(TypeOf(planes), "s32[1,1,3,2]");
  EXPECT_THAT(Values<int32_t>(planes), ElementsAre(0, 3, 1, 4, 2, 5));
}

TEST(ReadRowsTest, Errors) {
  const auto error = [](Tensor x, const char* planar) {
    return ErrorOf(
        NodeCase("read_rows").Set("planar", planar).Add(std::move(x)));
  };
  EXPECT_THAT(error(Iota({1, 2}), "false"), HasSubstr("no rows"));
  EXPECT_THAT(error(Iota({2, 2, 2}), "false"), HasSubstr("no rows"));
  EXPECT_THAT(error(Tensor(TensorType(DType::kU4, {1, 2, 2})), "false"),
              HasSubstr("below a byte"));
  EXPECT_THAT(error(Iota({1, 2, 2}), "true"), HasSubstr("rank 3"));
  EXPECT_THAT(error(PerAxis({1, 2, 2, 2}, 1), "true"),
              HasSubstr("several scales"));
}

TEST(SliceTest, StepsForwardAndBackward) {
  EXPECT_THAT(Values<int32_t>(NodeCase("slice")
                                  .Set("starts", "[0,1]")
                                  .Set("sizes", "[2,2]")
                                  .Add(Iota({2, 4}))),
              ElementsAre(1, 2, 5, 6));
  EXPECT_THAT(Values<int32_t>(NodeCase("slice")
                                  .Set("starts", "[1,3]")
                                  .Set("sizes", "[2,2]")
                                  .Set("steps", "[-1,-2]")
                                  .Add(Iota({2, 4}))),
              ElementsAre(7, 5, 3, 1));
}

TEST(SliceTest, Errors) {
  const auto error = [](const char* starts, const char* sizes,
                        const char* steps) {
    return ErrorOf(NodeCase("slice")
                       .Set("starts", starts)
                       .Set("sizes", sizes)
                       .Set("steps", steps)
                       .Add(Iota({4})));
  };
  EXPECT_EQ(error("[0,0]", "[1]", "[]"),
            "starts, sizes and steps need 1 entries each");
  EXPECT_EQ(error("[0]", "[1]", "[0]"),
            "the slice of dimension 0 has size 1 and step 0");
  EXPECT_EQ(error("[2]", "[2]", "[2]"),
            "the slice of dimension 0 goes from 2 to 4, the operand has 4");
  EXPECT_EQ(error("[1]", "[3]", "[-1]"),
            "the slice of dimension 0 goes from 1 to -1, the operand has 4");
  EXPECT_EQ(error("[9]", "[0]", "[]"), "");  // nothing is read
  EXPECT_THAT(ErrorOf(NodeCase("slice")
                          .Set("starts", "[1]")
                          .Set("sizes", "[2]")
                          .Add(PerAxis({4}, 0))),
              HasSubstr("does not keep whole"));
}

TEST(ExpandTest, RepeatsElements) {
  EXPECT_THAT(Values<int32_t>(
                  NodeCase("expand").Set("shape", "[2,2,3]").Add(Iota({2, 1}))),
              ElementsAre(0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1));
  EXPECT_EQ(ErrorOf(NodeCase("expand").Set("shape", "[2,1]").Add(Iota({2, 3}))),
            "the shape [2,3] does not expand to [2,1]");
}

TEST(ConcatTest, AlongAnAxis) {
  EXPECT_THAT(
      Values<int32_t>(NodeCase("concat")
                          .Set("axis", "1")
                          .Add(Iota({2, 1}))
                          .Add(Tensor::Of<int32_t>({2, 2}, {5, 6, 7, 8}))),
      ElementsAre(0, 5, 6, 1, 7, 8));
  EXPECT_EQ(TypeOf(NodeCase("concat")
                       .Set("axis", "-2")
                       .Add(Iota({2, 3}))
                       .Add(Iota({4, 3}))),
            "s32[6,3]");
}

TEST(ConcatTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("concat").Set("axis", "2").Add(Iota({2, 1}))),
            "axis 2 is outside the rank 2");
  EXPECT_EQ(ErrorOf(NodeCase("concat").Add(Iota({2})).Add(
                Tensor::Of<float>({1}, {0}))),
            "the operands differ in element type: s32[] and f32[]");
  EXPECT_EQ(ErrorOf(NodeCase("concat").Add(Iota({2})).Add(Iota({2, 1}))),
            "the operands have rank 1 and 2");
  EXPECT_EQ(ErrorOf(NodeCase("concat").Add(Iota({2, 1})).Add(Iota({2, 2}))),
            "the operands have shapes [2,1] and [2,2], which differ outside "
            "axis 0");
  EXPECT_EQ(ErrorOf(NodeCase("concat")
                        .Add(Quantized<int8_t>({1}, {1}, 1, 0))
                        .Add(Quantized<int8_t>({1}, {1}, 2, 0))),
            "the operands differ in element type: s8[] q(1, 0) and s8[] "
            "q(2, 0)");
}

TEST(PadTest, Modes) {
  const auto padded = [](const char* mode) {
    return Values<int32_t>(
        NodeCase("pad").Set("pads", "[2,3]").Set("mode", mode).Add(Iota({3})));
  };
  EXPECT_THAT(padded("constant"), ElementsAre(0, 0, 0, 1, 2, 0, 0, 0));
  EXPECT_THAT(padded("edge"), ElementsAre(0, 0, 0, 1, 2, 2, 2, 2));
  EXPECT_THAT(padded("reflect"), ElementsAre(2, 1, 0, 1, 2, 1, 0, 1));
  EXPECT_THAT(padded("wrap"), ElementsAre(1, 2, 0, 1, 2, 0, 1, 2));
}

TEST(PadTest, NegativePadsRemove) {
  EXPECT_THAT(Values<int32_t>(NodeCase("pad")
                                  .Set("pads", "[0,-1,1,1]")
                                  .Set("value", "9")
                                  .Add(Iota({2, 2}))),
              ElementsAre(1, 9, 3, 9, 9, 9));
}

TEST(PadTest, TheValueIsQuantizedAsTheOperand) {
  const auto padded = [](const char* value) {
    return Values<int8_t>(NodeCase("pad")
                              .Set("pads", "[1,0]")
                              .Set("value", value)
                              .Add(Quantized<int8_t>({1}, {50}, 0.5f, 7)));
  };
  EXPECT_THAT(padded("0"), ElementsAre(7, 50));
  EXPECT_THAT(padded("2"), ElementsAre(11, 50));
  EXPECT_THAT(padded("-inf"), ElementsAre(-128, 50));
}

TEST(PadTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("pad").Set("pads", "[1]").Add(Iota({2}))),
            "pads has 1 entries, not 2");
  EXPECT_EQ(ErrorOf(NodeCase("pad").Set("pads", "[-3,0]").Add(Iota({2}))),
            "pads remove more than the 2 elements of dimension 0");
  EXPECT_EQ(ErrorOf(NodeCase("pad")
                        .Set("pads", "[1,0]")
                        .Set("mode", "edge")
                        .Add(Iota({0}))),
            "dimension 0 has no elements to continue");
}

}  // namespace
}  // namespace tinyc
