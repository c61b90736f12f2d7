// SPDX-License-Identifier: Apache-2.0
// Fourier transforms, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::Pointwise;

Tensor Real(const std::vector<float>& values) {
  return Tensor::Of<float>({static_cast<int64_t>(values.size()), 1}, values);
}

Tensor Complex(const std::vector<float>& values) {
  return Tensor::Of<float>({static_cast<int64_t>(values.size()) / 2, 2},
                           values);
}

TEST(DftTest, RealSignal) {
  NodeCase dft("dft");
  dft.Set("length", "4").Add(Real({1, 2, 3, 5}));
  EXPECT_EQ(TypeOf(dft), "f32[4,2]");
  EXPECT_THAT(Values<float>(dft), ElementsAre(11, 0, -2, 3, -3, 0, -2, -3));
  dft.Set("onesided", "true");
  EXPECT_THAT(Values<float>(dft), ElementsAre(11, 0, -2, 3, -3, 0));
}

TEST(DftTest, InverseOfAComplexSpectrum) {
  NodeCase dft("dft");
  dft.Set("length", "4").Set("inverse", "true");
  dft.Add(Complex({11, 0, -2, 3, -3, 0, -2, -3}));
  EXPECT_THAT(Values<float>(dft), ElementsAre(1, 0, 2, 0, 3, 0, 5, 0));
}

// The imaginary parts of what must be real, 7 and 9 here, do not count.
TEST(DftTest, InverseOfHalfASpectrum) {
  NodeCase dft("dft");
  dft.Set("length", "4").Set("inverse", "true").Set("onesided", "true");
  dft.Add(Complex({11, 7, -2, 3, -3, 9}));
  EXPECT_EQ(TypeOf(dft), "f32[4,1]");
  EXPECT_THAT(Values<float>(dft), ElementsAre(1, 2, 3, 5));
  dft.Set("length", "3");  // the third element of the spectrum is not used
  EXPECT_THAT(Values<float>(dft),
              Pointwise(FloatNear(1e-5f), {7.0f / 3, (13 - 5.196152f) / 3,
                                           (13 + 5.196152f) / 3}));
}

TEST(DftTest, SignalsAreCutOrFilledWithZeros) {
  NodeCase dft("dft");
  dft.Set("length", "2").Add(Real({1, 2, 100}));
  EXPECT_THAT(Values<float>(dft), ElementsAre(3, 0, -1, 0));
  dft.Set("length", "4");
  dft.operands[0] = Real({1, 2});
  EXPECT_THAT(Values<float>(dft), ElementsAre(3, 0, 1, -2, -1, 0, 1, 2));
}

TEST(DftTest, AlongAnyAxis) {
  NodeCase dft("dft");
  dft.Set("length", "2").Set("axis", "1");
  dft.Add(Tensor::Of<float>({1, 2, 3, 1}, {1, 2, 3, 10, 20, 30}));
  EXPECT_EQ(TypeOf(dft), "f32[1,2,3,2]");
  EXPECT_THAT(Values<float>(dft),
              ElementsAre(11, 0, 22, 0, 33, 0, -9, 0, -18, 0, -27, 0));
}

TEST(DftTest, FramesWithAWindow) {
  NodeCase dft("dft");
  dft.Set("length", "2").Set("axis", "1").Set("onesided", "true");
  dft.Set("frame_step", "3");
  dft.Add(Tensor::Of<float>({1, 6, 1}, {1, 2, 3, 4, 5, 6}));
  dft.Add(Tensor::Of<float>({2}, {1, 10}));
  EXPECT_EQ(TypeOf(dft), "f32[1,2,2,2]");
  EXPECT_THAT(Values<float>(dft), ElementsAre(21, 0, -19, 0, 54, 0, -46, 0));
}

TEST(DftTest, Errors) {
  NodeCase dft("dft");
  dft.Set("length", "2").Set("axis", "1").Add(Real({1, 2}));
  EXPECT_EQ(ErrorOf(dft),
            "an operand of shape [2,1] holds no real or complex signals along "
            "axis 1");
  dft.Set("axis", "0").Set("length", "0");
  EXPECT_EQ(ErrorOf(dft), "the length of the transform is 0");
  dft.Set("length", "3").Set("frame_step", "1");
  EXPECT_EQ(ErrorOf(dft),
            "a frame of 3 elements is longer than the signal of 2");
  dft.Set("frame_step", "0").Set("inverse", "true").Set("onesided", "true");
  EXPECT_EQ(ErrorOf(dft),
            "a onesided transform is one of real signals, its inverse one of "
            "complex spectra");
}

TEST(DetTest, Matrices) {
  NodeCase det("det");
  det.Add(Tensor::Of<float>({2, 3, 3}, {0, 2, 1, 3, 0, 4, 5, 6, 0,  //
                                        1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(TypeOf(det), "f32[2]");
  EXPECT_THAT(Values<float>(det),
              ElementsAre(FloatNear(58, 1e-4f), FloatNear(0, 1e-4f)));
}

TEST(DetTest, EmptyMatrixAndErrors) {
  EXPECT_THAT(Values<float>(NodeCase("det").Add(Tensor::Of<float>({0, 0}, {}))),
              ElementsAre(1));
  EXPECT_EQ(ErrorOf(NodeCase("det").Add(Tensor::Of<float>({1, 2}, {1, 2}))),
            "an operand of shape [1,2] is no square matrix");
}

}  // namespace
}  // namespace tinyc
