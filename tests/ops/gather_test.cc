// SPDX-License-Identifier: Apache-2.0
// Gather, GatherElements, GatherND and OneHot, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// 0 1 2
// 3 4 5
Tensor Table() { return Tensor::Of<float>({2, 3}, {0, 1, 2, 3, 4, 5}); }

Tensor Indices(Shape shape, const std::vector<int64_t>& values) {
  return Tensor::Of<int64_t>(std::move(shape), values);
}

TEST(GatherTest, TakesRowsAndColumns) {
  NodeCase rows("gather");
  rows.Add(Table()).Add(Tensor::Of<int32_t>({3}, {1, 0, 1}));
  EXPECT_EQ(TypeOf(rows), "f32[3,3]");
  EXPECT_THAT(Values<float>(rows), ElementsAre(3, 4, 5, 0, 1, 2, 3, 4, 5));
  NodeCase columns("gather");
  columns.Set("axis", "-1").Add(Table()).Add(Indices({1, 2}, {2, 0}));
  EXPECT_EQ(TypeOf(columns), "f32[2,1,2]");
  EXPECT_THAT(Values<float>(columns), ElementsAre(2, 0, 5, 3));
}

TEST(GatherTest, AScalarIndexDropsTheAxis) {
  NodeCase row("gather");
  row.Add(Table()).Add(Tensor::Scalar<int64_t>(1));
  EXPECT_EQ(TypeOf(row), "f32[3]");
  EXPECT_THAT(Values<float>(row), ElementsAre(3, 4, 5));
}

TEST(GatherTest, IndicesFromTheEndAndOutside) {
  EXPECT_THAT(Values<float>(NodeCase("gather")
                                .Set("axis", "1")
                                .Add(Table())
                                .Add(Indices({4}, {-1, -3, -9, 7}))),
              ElementsAre(2, 0, 0, 2, 5, 3, 3, 5));
}

TEST(GatherTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("gather").Add(Table()).Add(Table())),
            "the indices are f32[], not s32 or s64");
  EXPECT_EQ(ErrorOf(NodeCase("gather")
                        .Set("axis", "2")
                        .Add(Table())
                        .Add(Indices({1}, {0}))),
            "axis 2 is outside the rank 2");
  EXPECT_EQ(ErrorOf(NodeCase("gather")
                        .Add(Tensor::Of<float>({0, 2}, {}))
                        .Add(Indices({1}, {0}))),
            "the axis 0 has no elements");
}

TEST(GatherElementsTest, TakesOneElementPerPosition) {
  NodeCase along("gather_elements");
  along.Set("axis", "1").Add(Table()).Add(Indices({2, 2}, {0, -1, 1, 1}));
  EXPECT_EQ(TypeOf(along), "f32[2,2]");
  EXPECT_THAT(Values<float>(along), ElementsAre(0, 2, 4, 4));
  EXPECT_THAT(Values<float>(NodeCase("gather_elements")
                                .Add(Table())
                                .Add(Indices({1, 3}, {1, 0, 5}))),
              ElementsAre(3, 1, 5));
}

TEST(GatherElementsTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("gather_elements")
                        .Set("axis", "1")
                        .Add(Table())
                        .Add(Indices({3, 1}, {0, 0, 0}))),
            "the indices of shape [3,1] do not fit [2,3] along axis 1");
}

TEST(GatherNdTest, TakesElementsAndRowsByTuples) {
  EXPECT_THAT(Values<float>(NodeCase("gather_nd")
                                .Add(Table())
                                .Add(Indices({2, 2}, {1, 2, 0, -3}))),
              ElementsAre(5, 0));
  NodeCase rows("gather_nd");
  rows.Add(Table()).Add(Indices({2, 1}, {1, 0}));
  EXPECT_EQ(TypeOf(rows), "f32[2,3]");
  EXPECT_THAT(Values<float>(rows), ElementsAre(3, 4, 5, 0, 1, 2));
}

TEST(GatherNdTest, BatchDimensionsAreShared) {
  NodeCase batched("gather_nd");
  batched.Set("batch_dims", "1").Add(Table()).Add(Indices({2, 1}, {2, 0}));
  EXPECT_EQ(TypeOf(batched), "f32[2]");
  EXPECT_THAT(Values<float>(batched), ElementsAre(2, 3));
}

TEST(GatherNdTest, Errors) {
  EXPECT_THAT(
      ErrorOf(
          NodeCase("gather_nd").Add(Table()).Add(Indices({1, 3}, {0, 0, 0}))),
      HasSubstr("do not fit [2,3]"));
  EXPECT_EQ(ErrorOf(NodeCase("gather_nd")
                        .Set("batch_dims", "1")
                        .Add(Table())
                        .Add(Indices({3, 1}, {0, 0, 0}))),
            "batch dimension 0 is 2 and 3");
}

TEST(OneHotTest, MarksTheIndex) {
  NodeCase last("one_hot");
  last.Set("depth", "3").Add(Indices({2}, {1, -1}));
  last.Add(Tensor::Of<float>({2}, {5, 7}));
  EXPECT_EQ(TypeOf(last), "f32[2,3]");
  EXPECT_THAT(Values<float>(last), ElementsAre(5, 7, 5, 5, 5, 7));
  NodeCase first("one_hot");
  first.Set("depth", "2").Set("axis", "0").Add(Indices({3}, {1, 0, 1}));
  first.Add(Tensor::Of<int8_t>({2}, {0, 1}));
  EXPECT_THAT(Values<int8_t>(first), ElementsAre(0, 1, 0, 1, 0, 1));
}

TEST(OneHotTest, AnIndexOutsideIsNowhere) {
  EXPECT_THAT(Values<int8_t>(NodeCase("one_hot")
                                 .Set("depth", "2")
                                 .Add(Indices({3}, {2, -3, -2}))
                                 .Add(Tensor::Of<int8_t>({2}, {0, 1}))),
              ElementsAre(0, 0, 0, 0, 1, 0));
}

TEST(OneHotTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("one_hot")
                        .Set("depth", "2")
                        .Add(Indices({1}, {0}))
                        .Add(Tensor::Of<int8_t>({1}, {0}))),
            "the values have the shape [1], not [2]");
}

}  // namespace
}  // namespace tinyc
