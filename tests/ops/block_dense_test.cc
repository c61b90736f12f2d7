// SPDX-License-Identifier: Apache-2.0
// Dense layers with weights of few bits, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;

Tensor Weights(DType dtype, Shape shape, const std::vector<int>& values) {
  Tensor w(TensorType(dtype, std::move(shape)));
  for (size_t i = 0; i < values.size(); ++i) {
    w.SetInt(static_cast<int64_t>(i), values[i]);
  }
  return w;
}

// Two rows of two blocks of two weights, the last one beyond the three inputs.
NodeCase Layer(DType dtype) {
  NodeCase layer("block_dense");
  layer.Set("block", "2").Set("zero", "8");
  layer.Add(Tensor::Of<float>({1, 3}, {1, 10, 100}));
  layer.Add(Weights(dtype, {2, 4}, {9, 10, 7, 15, 8, 0, 11, 15}));
  layer.Add(Tensor::Of<float>({2, 2}, {1, 2, 0.5f, 3}));
  return layer;
}

TEST(BlockDenseTest, OneZeroPointForAll) {
  for (const DType dtype : {DType::kU4, DType::kU8}) {
    // 1 * (1 + 20) + 2 * -100, 0.5 * -80 + 3 * 300
    EXPECT_THAT(Values<float>(Layer(dtype)), ElementsAre(-179, 860));
  }
}

TEST(BlockDenseTest, ZeroPointsAndBias) {
  NodeCase layer = Layer(DType::kU4);
  layer.Add(Weights(DType::kU8, {2, 2}, {9, 7, 0, 10}));
  layer.Add(Tensor::Of<float>({2}, {1000, 2000}));
  // 1 * (0 + 10) + 2 * 0, 0.5 * 8 + 3 * 100
  EXPECT_THAT(Values<float>(layer), ElementsAre(1010, 2304));
}

TEST(BlockDenseTest, Errors) {
  NodeCase layer = Layer(DType::kU4);
  layer.Set("block", "4");
  EXPECT_EQ(ErrorOf(layer), "the scales are not of type f32[2,1]");
  layer.Set("block", "1");
  EXPECT_EQ(ErrorOf(layer),
            "input has rank 2, weight 2, blocks have 1 elements");
  layer.Set("block", "6");
  EXPECT_EQ(ErrorOf(layer),
            "weight has 4 columns, 3 inputs in blocks of 6 take other ones");
}

}  // namespace
}  // namespace tinyc
