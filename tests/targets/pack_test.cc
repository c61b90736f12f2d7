// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tinyc {
namespace {

using testing::ElementsAre;

// Element (r, k) is 10 * r + k.
Tensor Matrix(int64_t rows, int64_t columns) {
  Tensor matrix(TensorType(DType::kS8, {rows, columns}));
  for (int64_t i = 0; i < matrix.size(); ++i) {
    matrix.SetInt(i, i / columns * 10 + i % columns);
  }
  return matrix;
}

TEST(PackRowsTest, BlocksOfOneKeepTheOrder) {
  EXPECT_EQ(PackRows(Matrix(3, 2), 3, 3, 1), Matrix(3, 2));
}

TEST(PackRowsTest, TheLastBlockIsNarrower) {
  EXPECT_THAT(PackRows(Matrix(3, 2), 3, 3, 2).data<int8_t>(),
              ElementsAre(0, 10, 1, 11, 20, 21));
}

TEST(PackRowsTest, ZeroIsOneBlock) {
  EXPECT_THAT(PackRows(Matrix(3, 2), 3, 3, 0).data<int8_t>(),
              ElementsAre(0, 10, 20, 1, 11, 21));
}

TEST(PackRowsTest, ABlockDoesNotCrossAGroup) {
  EXPECT_THAT(PackRows(Matrix(4, 2), 4, 2, 3).data<int8_t>(),
              ElementsAre(0, 10, 1, 11, 20, 30, 21, 31));
}

TEST(PackRowsTest, MovesElementsOfAnyWidth) {
  const Tensor matrix = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(PackRows(matrix, 2, 2, 2).data<float>(), ElementsAre(1, 3, 2, 4));
}

TEST(PackRowsTest, PacksIntegersBelowAByteWithoutGaps) {
  Tensor matrix(TensorType(DType::kS4, {3, 3}));
  for (int64_t i = 0; i < 9; ++i) matrix.SetInt(i, i - 4);
  // -4 -1, -3 0, -2 1, then 2 3 4; the first of two in the low half.
  EXPECT_THAT(PackRows(matrix, 3, 3, 2).bytes(),
              ElementsAre(0xfc, 0x0d, 0x1e, 0x32, 0x04));
}

}  // namespace
}  // namespace tinyc
