// SPDX-License-Identifier: Apache-2.0

#include "tools/driver/compare.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace tinyc {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

TEST(CompareTest, HoldsIntegersToTheBit) {
  const Comparison c = Compare(Tensor::Of<int8_t>({4}, {1, 2, 3, -128}),
                               Tensor::Of<int8_t>({4}, {1, 3, 3, 127}));
  EXPECT_EQ(c.elements, 4);
  EXPECT_EQ(c.different, 2);
  EXPECT_EQ(c.max_difference, 255);
  EXPECT_EQ(c.first_beyond, 1);
}

TEST(CompareTest, TellsNeighboursBeyondDoubleApart) {
  const int64_t big = int64_t{1} << 60;
  const Comparison c =
      Compare(Tensor::Scalar<int64_t>(big), Tensor::Scalar<int64_t>(big + 1));
  EXPECT_EQ(c.different, 1);
  EXPECT_EQ(c.max_difference, 1);
  EXPECT_EQ(c.first_beyond, 0);
}

TEST(CompareTest, AllowsFloatsAShareOfTheLargest) {
  // 1e-5 of 100 is 1e-3.
  const Tensor expected = Tensor::Of<float>({3}, {100, 0, 1});
  Comparison c = Compare(expected, Tensor::Of<float>({3}, {100, 9e-4f, 1}));
  EXPECT_EQ(c.different, 1);
  EXPECT_FLOAT_EQ(c.max_difference, 9e-4f);
  EXPECT_EQ(c.largest, 100);
  EXPECT_EQ(c.first_beyond, -1);
  c = Compare(expected, Tensor::Of<float>({3}, {100, 0, 1.0011f}));
  EXPECT_EQ(c.first_beyond, 2);
}

TEST(CompareTest, ComparesWhatIsNotFinite) {
  const Tensor expected = Tensor::Of<float>({5}, {kNan, kInf, -kInf, -0.f, 1});
  EXPECT_EQ(Compare(expected, Tensor::Of<float>({5}, {kNan, kInf, -kInf, 0, 1}))
                .different,
            0);
  for (const auto& [i, wrong] : {std::pair{0, 1.f},
                                 {1, -kInf},
                                 {1, kNan},
                                 {2, 1e30f},
                                 {4, kInf},
                                 {4, kNan}}) {
    Tensor actual = expected;
    actual.data<float>()[i] = wrong;
    const Comparison c = Compare(expected, actual);
    EXPECT_EQ(c.first_beyond, i) << wrong;
    EXPECT_EQ(c.max_difference, kInf) << wrong;
  }
}

TEST(CompareTest, AllowsShortFloatsTwoSteps) {
  const auto half = [](double value) {
    Tensor tensor(TensorType(DType::kF16, {1}));
    tensor.Set(0, value);
    return tensor;
  };
  EXPECT_EQ(Compare(half(1), half(1 + 0x2p-10)).first_beyond, -1);
  EXPECT_EQ(Compare(half(1), half(1 + 0x3p-10)).first_beyond, 0);
}

TEST(CompareTest, JoinsComparisons) {
  Comparison sum =
      Compare(Tensor::Of<int8_t>({2}, {1, 2}), Tensor::Of<int8_t>({2}, {1, 2}));
  sum.Add(Compare(Tensor::Of<int8_t>({2}, {1, 9}),
                  Tensor::Of<int8_t>({2}, {1, 4})));
  EXPECT_EQ(sum.elements, 4);
  EXPECT_EQ(sum.different, 1);
  EXPECT_EQ(sum.first_beyond, 3);
  EXPECT_EQ(sum.max_difference, 5);
  EXPECT_EQ(sum.largest, 9);
}

TEST(CompareTest, DescribesTheFirstDifference) {
  EXPECT_EQ(DescribeDifference("output \"y\"", 5,
                               Tensor::Of<int8_t>({2, 3}, {0, 0, 0, 0, 0, 7}),
                               Tensor::Of<int8_t>({2, 3}, {0, 0, 0, 0, 0, 8})),
            "output \"y\" differs first at [1,2]: 8, the reference says 7");
  EXPECT_EQ(
      DescribeDifference("y", 0, Tensor::Scalar(0.5f), Tensor::Scalar(0.25f)),
      "y differs first at []: 0.25, the reference says 0.5");
}

}  // namespace
}  // namespace tinyc
