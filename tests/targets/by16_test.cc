// SPDX-License-Identifier: Apache-2.0
//
// The words of runtime/include/tc_by16.h, written out by hand.
#include "compiler/targets/by16.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(By16Test, FillsUpChannelsAndTaps) {
  const Tensor words =
      By16Rows(Of(DType::kS8, {2, 5}, {1, 2, 3, 4, 5, -1, -2, -3, -4, -5}),
               Of(DType::kS32, {2}, {7, -8}), Of(DType::kS32, {2}, {9, 10}));
  EXPECT_EQ(words.dtype(), DType::kU32);
  EXPECT_THAT(words.data<uint32_t>(),
              testing::ElementsAre(7, 0xfffffff8, 0, 0,     // biases
                                   0x04030201, 5, 0, 0,     // channel 0
                                   0xfcfdfeff, 0xfb, 0, 0,  // channel 1
                                   0, 0, 0, 0, 0, 0, 0, 0,  //
                                   9, 10, 0, 0));           // multipliers
}

TEST(By16Test, TakesChannelsInTurn) {
  std::vector<int64_t> weights(5 * 17);
  weights[16] = 3;           // channel 0, the last tap
  weights[3 * 17 + 15] = 4;  // channel 3, the last one of the first 16
  weights[4 * 17] = 5;       // channel 4, the first one
  const Tensor words = By16Rows(Of(DType::kS8, {5, 17}, weights),
                                Of(DType::kS32, {5}, {0, 0, 0, 0, 0}),
                                Of(DType::kS32, {5}, {0, 0, 0, 0, 0}));
  ASSERT_EQ(words.size(), 2 * 40);
  for (int64_t i = 0; i < words.size(); ++i) {
    const int64_t expected = i == 4 + 15   ? 4 << 24
                             : i == 4 + 16 ? 3
                             : i == 40 + 4 ? 5
                                           : 0;
    EXPECT_EQ(words.IntAt(i), expected) << i;
  }
}

}  // namespace
}  // namespace tinyc
