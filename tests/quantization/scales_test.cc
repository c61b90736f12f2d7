// SPDX-License-Identifier: Apache-2.0

#include "passes/quantization/scales.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

void ExpectPerTensor(const ElemType& elem, DType dtype, float scale,
                     int32_t zero) {
  EXPECT_EQ(elem.dtype, dtype);
  EXPECT_THAT(elem.quant->scale, ElementsAre(FloatEq(scale)));
  EXPECT_THAT(elem.quant->zero_point, ElementsAre(zero));
}

TEST(ScalesTest, AsymmetricHoldsZeroExactly) {
  ExpectPerTensor(AsymmetricS8({-1, 3}), DType::kS8, 4 / 255.0f, -64);
  ExpectPerTensor(AsymmetricS8({0, 2.55f}), DType::kS8, 0.01f, -128);
  ExpectPerTensor(AsymmetricS8({-2.55f, 0}), DType::kS8, 0.01f, 127);
  // Zero belongs to every range.
  ExpectPerTensor(AsymmetricS8({1, 2.55f}), DType::kS8, 0.01f, -128);
  // Nothing but zero.
  EXPECT_GT(AsymmetricS8({0, 0}).quant->scale[0], 0);
}

TEST(ScalesTest, SymmetricReachesTheFartherEnd) {
  ExpectPerTensor(SymmetricS16({-1, 3}), DType::kS16, 3 / 32767.0f, 0);
  ExpectPerTensor(SymmetricS16({-4, 3}), DType::kS16, 4 / 32767.0f, 0);
}

TEST(ScalesTest, RangesComeBack) {
  const Range range = RangeOf(AsymmetricS8({-1, 3}));
  EXPECT_FLOAT_EQ(range.min, -64 * 4 / 255.0f);
  EXPECT_FLOAT_EQ(range.max, 191 * 4 / 255.0f);
}

TEST(ScalesTest, WeightsHaveAScalePerRow) {
  const Tensor weights = Tensor::Of<float>({3, 2}, {1, -2, 0.5f, 0.25f, 0, 0});
  const ElemType elem = WeightElem(DType::kS8, weights, {});
  EXPECT_EQ(elem.quant->axis, 0);
  EXPECT_FLOAT_EQ(elem.quant->scale[0], 2 / 127.0f);
  EXPECT_FLOAT_EQ(elem.quant->scale[1], 0.5f / 127);
  EXPECT_GT(elem.quant->scale[2], 0);
  EXPECT_THAT(elem.quant->zero_point, ElementsAre(0, 0, 0));
  const ElemType least = WeightElem(DType::kS8, weights, {0.01f, 0.01f, 0.01f});
  EXPECT_FLOAT_EQ(least.quant->scale[0], 2 / 127.0f);
  EXPECT_FLOAT_EQ(least.quant->scale[1], 0.01f);
  const ElemType narrow = WeightElem(DType::kS4, weights, {});
  EXPECT_EQ(narrow.dtype, DType::kS4);
  EXPECT_FLOAT_EQ(narrow.quant->scale[0], 2 / 7.0f);
}

TEST(ScalesTest, FourBitsLeaveNoIntegerUnused) {
  EXPECT_EQ(WeightSteps(DType::kS8).least, -127);
  EXPECT_EQ(WeightSteps(DType::kS8).greatest, 127);
  EXPECT_EQ(WeightSteps(DType::kS4).least, -8);
  EXPECT_EQ(WeightSteps(DType::kS4).greatest, 7);
}

}  // namespace
}  // namespace tinyc
