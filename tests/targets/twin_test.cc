// SPDX-License-Identifier: Apache-2.0
//
// The words of runtime/include/tc_twin.h, written out by hand.
#include "compiler/targets/twin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace tinyc {
namespace {

Tensor Of(DType dtype, const Shape& shape, const std::vector<int64_t>& values) {
  Tensor tensor(TensorType(dtype, shape));
  for (size_t i = 0; i < values.size(); ++i) {
    tensor.SetInt(static_cast<int64_t>(i), values[i]);
  }
  return tensor;
}

// One channel.
std::optional<Tensor> TwinRow(const std::vector<int64_t>& weights) {
  return TwinRows(
      Of(DType::kS8, {1, static_cast<int64_t>(weights.size())}, weights),
      Of(DType::kS32, {1}, {0}), Of(DType::kS32, {1}, {0}));
}

TEST(TwinTest, FillsUpChannelsAndTaps) {
  const std::optional<Tensor> words = TwinRows(
      Of(DType::kS8, {3, 3}, {1, 2, 3, -1, -2, -3, 4, 5, 6}),
      Of(DType::kS32, {3}, {7, -8, 9}), Of(DType::kS32, {3}, {10, 11, 12}));
  ASSERT_TRUE(words);
  EXPECT_EQ(words->dtype(), DType::kU32);
  EXPECT_THAT(words->data<uint32_t>(),
              testing::ElementsAre(7, 10, 0xfffffff8, 11, 9, 12, 0xfeff0201,
                                   0x0504,              // taps 0 and 1
                                   0x00fd0003, 0x06));  // tap 2
}

TEST(TwinTest, TakesBlocksInTurn) {
  std::vector<int64_t> weights(6 * 4);
  weights[5 * 4 + 2] = 3;  // channel 5, tap 2
  const std::vector<int64_t> zeros(6);
  const std::optional<Tensor> words =
      TwinRows(Of(DType::kS8, {6, 4}, weights), Of(DType::kS32, {6}, zeros),
               Of(DType::kS32, {6}, zeros));
  ASSERT_TRUE(words);
  ASSERT_EQ(words->size(), 12 + 2 * 4);
  for (int64_t i = 0; i < words->size(); ++i) {
    EXPECT_EQ(words->IntAt(i), i == 12 + 4 + 2 ? 3 << 16 : 0) << i;
  }
}

TEST(TwinTest, RefusesPairsOfTheLeastWeight) {
  EXPECT_FALSE(TwinRow({1, 2, -128, -128}));
  EXPECT_TRUE(TwinRow({1, -128, -128, 2, -128}));
}

}  // namespace
}  // namespace tinyc
