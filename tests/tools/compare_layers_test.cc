// SPDX-License-Identifier: Apache-2.0

#include "tools/driver/compare_layers.h"

#include <string>
#include <vector>

#include "compiler/text/parse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using testing::HasSubstr;

// Two layers on u8 numbers that make-signed has stored as s8: 2 x, then its
// double.
constexpr absl::string_view kDoubles = R"(
graph(%x: s8[2] q(1, 0)) -> (%z) {
  %y = requantize(%x) : s8[2] q(0.5, 0)
  %z = requantize(%y) : s8[2] q(0.25, 0)
  return %z
})";

Tensor Signed(const std::vector<int8_t>& values) {
  return Tensor::Of<int8_t>({static_cast<int64_t>(values.size()) / 2, 2},
                            values);
}

class CompareLayersTest : public testing::Test {
 protected:
  // The comparison with these values, or the error.
  absl::StatusOr<LayersComparison> Run(const std::vector<NamedTensor>& values) {
    TINYC_ASSIGN_OR_RETURN(module_, ParseModule(kDoubles));
    return CompareLayers(*module_.graph, values);
  }

  Module module_;
};

TEST_F(CompareLayersTest, EveryLayerStartsFromTheGivenOperands) {
  const auto result = Run({{"x", Signed({1, 2, 3, 4})},
                           {"y", Signed({2, 4, 6, 18})},
                           {"z", Signed({4, 8, 12, 33})}});
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->layers.size(), 2u);
  // 2 * 4 is 8, not 18; 2 * 18 is 36, not 33, although 2 * 8 is 16.
  EXPECT_EQ(result->layers[0].comparison.max_difference, 10);
  EXPECT_EQ(result->layers[0].comparison.different, 1);
  EXPECT_EQ(result->layers[0].comparison.elements, 4);
  EXPECT_EQ(result->layers[1].comparison.max_difference, 3);
  EXPECT_EQ(result->MaxDifference(/*integer=*/true), 10);
  EXPECT_EQ(result->MaxDifference(/*integer=*/false), 0);
  EXPECT_EQ(result->absent, 0);
}

TEST_F(CompareLayersTest, UnsignedNumbersAreTheSignedOnesPlusHalfTheirRange) {
  const auto result = Run({{"x", Signed({1, -2})},
                           {"y", Tensor::Of<uint8_t>({1, 2}, {130, 124})},
                           {"z", Tensor::Of<uint8_t>({1, 2}, {132, 121})}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->layers[0].comparison.different, 0);
  EXPECT_EQ(result->layers[1].comparison.max_difference, 1);
}

TEST_F(CompareLayersTest, AValueThatIsNotGivenIsComputed) {
  const auto result = Run({{"x", Signed({1, 2})}, {"z", Signed({4, 8})}});
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->layers.size(), 1u);
  EXPECT_EQ(result->layers[0].comparison.different, 0);
  EXPECT_EQ(result->absent, 1);
  EXPECT_THAT(LayersTable(*result),
              HasSubstr("1 results are not in the file\nlargest difference: "
                        "0 LSB of integers"));
}

TEST_F(CompareLayersTest, SaysWhatIsWrongWithTheValues) {
  EXPECT_EQ(Run({}).status().message(), "has no array \"x\"");
  EXPECT_EQ(Run({{"x", Signed({1, 2})}, {"y", Signed({1, 2, 3, 4})}})
                .status()
                .message(),
            "array \"y\" has 2 samples, others have 1");
  EXPECT_THAT(
      std::string(
          Run({{"x", Tensor::Of<float>({1, 2}, {1, 2})}}).status().message()),
      HasSubstr("array \"x\" holds f32"));
}

}  // namespace
}  // namespace tinyc
