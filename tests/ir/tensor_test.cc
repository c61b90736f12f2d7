// SPDX-License-Identifier: Apache-2.0

#include "compiler/ir/tensor.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;

Tensor Filled(TensorType type, const std::vector<double>& values) {
  Tensor tensor(std::move(type));
  for (size_t i = 0; i < values.size(); ++i) {
    tensor.Set(static_cast<int64_t>(i), values[i]);
  }
  return tensor;
}

TEST(TensorTest, PacksTypesBelowAByteLowBitsFirst) {
  const Tensor s4 = Filled({DType::kS4, {5}}, {1, -2, 7, -8, 3});
  EXPECT_THAT(s4.bytes(), ElementsAre(0xe1, 0x87, 0x03));
  EXPECT_EQ(s4.At(1), -2);
  EXPECT_EQ(s4.At(3), -8);

  const Tensor u2 = Filled({DType::kU2, {5}}, {0, 1, 2, 3, 1});
  EXPECT_THAT(u2.bytes(), ElementsAre(0xe4, 0x01));
  EXPECT_EQ(u2.At(3), 3);
}

TEST(TensorTest, StoringLeavesTheNeighboursAlone) {
  Tensor u4 = Filled({DType::kU4, {4}}, {15, 15, 15, 15});
  u4.SetInt(1, 0);
  EXPECT_THAT(u4.bytes(), ElementsAre(0x0f, 0xff));
}

TEST(TensorTest, RoundsTiesToEvenAndSaturates) {
  const Tensor s8 = Filled({DType::kS8, {8}},
                           {2.5, 3.5, -2.5, 200, -200, NAN, INFINITY, 0.49});
  EXPECT_THAT(s8.data<int8_t>(),
              ElementsAre(2, 4, -2, 127, -128, -128, 127, 0));
  const Tensor u8 = Filled({DType::kU8, {3}}, {-1, 255.5, 254.5});
  EXPECT_THAT(u8.data<uint8_t>(), ElementsAre(0, 255, 254));
  const Tensor s64 = Filled({DType::kS64, {2}}, {1e19, -1e19});
  EXPECT_THAT(s64.data<int64_t>(), ElementsAre(INT64_MAX, INT64_MIN));
  const Tensor u64 = Filled({DType::kU64, {3}}, {1e20, -1, 1e19});
  EXPECT_THAT(u64.data<uint64_t>(),
              ElementsAre(UINT64_MAX, 0, 10000000000000000000u));
}

TEST(TensorTest, RealValuesUseScaleAndZeroPoint) {
  Tensor x(TensorType(DType::kS8, {3}, Quant::PerTensor(0.5f, -1)));
  x.SetReal(0, 2);     // 4 - 1
  x.SetReal(1, 0.25);  // 0.5 is a tie: 0, - 1
  x.SetReal(2, 1000);
  EXPECT_THAT(x.data<int8_t>(), ElementsAre(3, -1, 127));
  EXPECT_EQ(x.Real(0), 2);
  EXPECT_EQ(x.Real(2), 64);
}

TEST(TensorTest, ScalesFollowTheirAxisAndBlocks) {
  const auto along = [](int axis, int64_t block, size_t count) {
    Quant quant{.scale = std::vector<float>(count, 1),
                .zero_point = std::vector<int32_t>(count, 0),
                .axis = axis,
                .block = block};
    return TensorType(DType::kS8, {2, 4},
                      std::make_shared<const Quant>(std::move(quant)));
  };
  EXPECT_EQ(QuantIndex(along(0, 0, 2), 3), 0u);
  EXPECT_EQ(QuantIndex(along(0, 0, 2), 4), 1u);
  EXPECT_EQ(QuantIndex(along(1, 0, 4), 6), 2u);
  // Two blocks of two in each row.
  EXPECT_EQ(QuantIndex(along(1, 2, 4), 1), 0u);
  EXPECT_EQ(QuantIndex(along(1, 2, 4), 2), 1u);
  EXPECT_EQ(QuantIndex(along(1, 2, 4), 7), 3u);
}

}  // namespace
}  // namespace tinyc
