// SPDX-License-Identifier: Apache-2.0

#include "passes/quantization/formats.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;

TEST(FormatsTest, TheElementsAreThoseOfTheFormat) {
  for (const Activations activations :
       {Activations::kInt8, Activations::kInt16}) {
    const DType dtype = FormatOf(activations).dtype;
    EXPECT_EQ(ActivationElem(activations, {-1, 3}).dtype, dtype);
    EXPECT_EQ(FunctionElem(activations, {0, 1}).dtype, dtype);
  }
}

// The steps of a sigmoid and of a tanh; 16 bits have no zero point.
TEST(FormatsTest, FunctionsHaveStepsThatAreAPowerOfTwo) {
  const auto expect = [](Activations activations, Range range, float scale,
                         int32_t zero) {
    const ElemType elem = FunctionElem(activations, range);
    EXPECT_THAT(elem.quant->scale, ElementsAre(scale));
    EXPECT_THAT(elem.quant->zero_point, ElementsAre(zero));
  };
  expect(Activations::kInt8, {0, 1}, 1 / 256.0f, -128);
  expect(Activations::kInt8, {-1, 1}, 1 / 128.0f, 0);
  expect(Activations::kInt16, {0, 1}, 1 / 32768.0f, 0);
  expect(Activations::kInt16, {-1, 1}, 1 / 32768.0f, 0);
}

TEST(FormatsTest, OptionsNameTheFormat) {
  const auto read = [](const std::map<std::string, std::string>& options) {
    return ReadActivations(PassOptions(options), "activations");
  };
  EXPECT_EQ(*read({}), Activations::kInt8);
  EXPECT_EQ(*read({{"activations", "int16"}}), Activations::kInt16);
  EXPECT_EQ(read({{"activations", "int4"}}).status().message(),
            "activations is int8 or int16, not \"int4\"");
  EXPECT_EQ(*ReadWeights(PassOptions(), "weights"), Weights::kInt8);
  EXPECT_EQ(*ReadFourBits(PassOptions(), "four_bits"), FourBits::kInner);
}

}  // namespace
}  // namespace tinyc
