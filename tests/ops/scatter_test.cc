// SPDX-License-Identifier: Apache-2.0
// ScatterElements, ScatterND and TensorScatter, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;

Tensor Zeros(Shape shape) { return Tensor(TensorType(DType::kS32, shape)); }

Tensor Ints(Shape shape, const std::vector<int32_t>& values) {
  return Tensor::Of<int32_t>(std::move(shape), values);
}

TEST(ScatterElementsTest, ReplacesOneElementPerPosition) {
  NodeCase rows("scatter_elements");
  rows.Add(Zeros({2, 3})).Add(Ints({1, 2}, {1, -2})).Add(Ints({1, 2}, {5, 6}));
  EXPECT_THAT(Values<int32_t>(rows), ElementsAre(0, 6, 0, 5, 0, 0));
  NodeCase columns("scatter_elements");
  columns.Set("axis", "1").Add(Zeros({2, 3})).Add(Ints({2, 1}, {2, 9}));
  columns.Add(Ints({2, 1}, {5, 6}));
  EXPECT_THAT(Values<int32_t>(columns), ElementsAre(0, 0, 5, 0, 0, 6));
}

// Elements 1 and 10; the updates of the first are 3, then 2.
NodeCase Reduced(const char* reduction) {
  NodeCase node("scatter_elements");
  node.Set("reduction", reduction).Add(Ints({2}, {1, 10}));
  node.Add(Ints({3}, {0, 1, 0})).Add(Ints({3}, {3, 5, 2}));
  return node;
}

TEST(ScatterElementsTest, CombinesInOrder) {
  EXPECT_THAT(Values<int32_t>(Reduced("none")), ElementsAre(2, 5));
  EXPECT_THAT(Values<int32_t>(Reduced("add")), ElementsAre(6, 15));
  EXPECT_THAT(Values<int32_t>(Reduced("mul")), ElementsAre(6, 50));
  EXPECT_THAT(Values<int32_t>(Reduced("min")), ElementsAre(1, 5));
  EXPECT_THAT(Values<int32_t>(Reduced("max")), ElementsAre(3, 10));
}

TEST(ScatterElementsTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("scatter_elements")
                        .Add(Zeros({2}))
                        .Add(Ints({2}, {0, 0}))
                        .Add(Ints({1}, {0}))),
            "the indices have the shape [2], the updates [1]");
  EXPECT_EQ(ErrorOf(NodeCase("scatter_elements")
                        .Add(Zeros({1}))
                        .Add(Ints({1}, {0}))
                        .Add(Tensor::Of<float>({1}, {0}))),
            "the operand is s32[] and the updates are f32[]");
  EXPECT_EQ(ErrorOf(NodeCase("scatter_elements")
                        .Set("reduction", "add")
                        .Add(Quantized<int8_t>({1}, {0}, 1, 0))
                        .Add(Ints({1}, {0}))
                        .Add(Quantized<int8_t>({1}, {0}, 1, 0))),
            "add takes no s8[] q(1, 0)");
}

TEST(ScatterNdTest, ReplacesElementsAndRows) {
  NodeCase elements("scatter_nd");
  elements.Add(Zeros({2, 2})).Add(Ints({2, 2}, {1, 0, 0, -1}));
  elements.Add(Ints({2}, {5, 6}));
  EXPECT_THAT(Values<int32_t>(elements), ElementsAre(0, 6, 5, 0));
  NodeCase rows("scatter_nd");
  rows.Set("reduction", "add").Add(Ints({2, 2}, {1, 1, 1, 1}));
  rows.Add(Ints({2, 1}, {1, 1})).Add(Ints({2, 2}, {2, 3, 4, 5}));
  EXPECT_THAT(Values<int32_t>(rows), ElementsAre(1, 1, 7, 9));
}

TEST(ScatterNdTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("scatter_nd")
                        .Add(Zeros({2, 2}))
                        .Add(Ints({1, 1}, {0}))
                        .Add(Ints({1}, {0}))),
            "the updates have the shape [1], not [1,2]");
}

// Two sequences of three steps of one element; each gets two steps.
TEST(TensorScatterTest, EverySequenceHasItsIndices) {
  NodeCase node("tensor_scatter");
  node.Set("axis", "1").Add(Zeros({2, 3, 1})).Add(Ints({2, 2}, {1, 2, 2, 0}));
  node.Add(Ints({2, 2, 1}, {5, 6, 7, 8}));
  EXPECT_THAT(Values<int32_t>(node), ElementsAre(0, 5, 6, 8, 0, 7));
}

TEST(TensorScatterTest, Errors) {
  EXPECT_EQ(ErrorOf(NodeCase("tensor_scatter")
                        .Set("axis", "0")
                        .Add(Zeros({2, 2}))
                        .Add(Ints({2, 2}, {0, 1, 0, 1}))
                        .Add(Zeros({2, 2}))),
            "updates of shape [2,2] do not fit [2,2] along axis 0");
}

}  // namespace
}  // namespace tinyc
