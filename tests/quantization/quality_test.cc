// SPDX-License-Identifier: Apache-2.0
//
// Two dense layers of two numbers, computed by hand.

#include "passes/quantization/quality.h"

#include "compiler/text/parse.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

// y = [x0 + x1/4, 2 x1], z = y0 + y1.
constexpr absl::string_view kReal = R"(
graph(%x: f32[1,2]) -> (%z) {
  %w = const [1,0.25,0,2] : f32[2,2]
  %y = dense(%x, %w)
  %v = const [1,1] : f32[1,2]
  %z = dense(%y, %v)
  return %z
}
)";

// Nothing but x needs rounding.
constexpr absl::string_view kQuantized = R"(
graph(%x: f32[1,2]) -> (%z) {
  %x_int8 = quantize(%x) : s8[1,2] q(0.5, 0)
  %w = const [4,1,0,2] : s8[2,2] q(axis=0, [0.25,1])
  %y = dense(%x_int8, %w) : s8[1,2] q(0.25, 0)
  %v = const [1,1] : s8[1,2] q(axis=0, [1])
  %z_int8 = dense(%y, %v) : s8[1,1] q(0.25, 0)
  %z = dequantize(%z_int8)
  return %z
}
)";

Sample SampleOf(float a, float b) {
  return {Tensor::Of<float>({1, 2}, {a, b})};
}

class QualityTest : public testing::Test {
 protected:
  QuantizationQuality Measure(absl::string_view real,
                              absl::string_view quantized,
                              const std::vector<Sample>& samples) {
    real_ = *ParseModule(real);
    quantized_ = *ParseModule(quantized);
    const absl::StatusOr<QuantizationQuality> quality =
        MeasureQuantization(*real_.graph, *quantized_.graph, samples);
    EXPECT_TRUE(quality.ok()) << quality.status();
    return *quality;
  }

  Module real_;
  Module quantized_;
};

TEST_F(QualityTest, TellsTheNoiseOfALayerFromThatOfTheOnesBefore) {
  // x0 becomes 1, so that y is [1.75, 6] and z 7.75, for [2, 6] and 8.
  const QuantizationQuality quality =
      Measure(kReal, kQuantized, {SampleOf(1.25f, 3)});
  EXPECT_EQ(quality.samples, 1);
  EXPECT_EQ(quality.layer_samples, 1);
  EXPECT_FALSE(quality.agreement);  // an output of one number
  const double at_output = 0.0625 / 64;
  EXPECT_DOUBLE_EQ(quality.noise, at_output);
  ASSERT_EQ(quality.layers.size(), 3);

  const LayerQuality& x = quality.layers[0];
  EXPECT_EQ(x.value->name(), "x_int8");
  EXPECT_EQ(x.range, (Range{0, 3}));
  EXPECT_DOUBLE_EQ(x.noise, 0.0625 / (1.5625 + 9));
  EXPECT_DOUBLE_EQ(*x.own_noise, x.noise);
  EXPECT_DOUBLE_EQ(*x.output_noise, at_output);

  const LayerQuality& y = quality.layers[1];
  EXPECT_EQ(y.value->name(), "y");
  EXPECT_EQ(y.range, (Range{0, 6}));
  EXPECT_DOUBLE_EQ(y.noise, 0.0625 / (4 + 36));
  // It reads x as rounded.
  EXPECT_DOUBLE_EQ(*y.own_noise, y.noise);
  EXPECT_DOUBLE_EQ(*y.output_noise, at_output);

  // What it reads of the float model is stored exactly.
  const LayerQuality& z = quality.layers[2];
  EXPECT_EQ(z.value->name(), "z_int8");
  EXPECT_DOUBLE_EQ(z.noise, at_output);
  EXPECT_EQ(z.own_noise, 0);
  EXPECT_EQ(z.output_noise, 0);
  EXPECT_EQ(z.saturated, 0);
}

TEST_F(QualityTest, CountsWhatCannotBeStored) {
  // x ends at 63.5: 64 is beyond it by a step, 63.7 rounds to it.  y ends at
  // 31.75.
  const QuantizationQuality quality = Measure(
      kReal, kQuantized,
      {SampleOf(64, 63.7f), SampleOf(0, 1), SampleOf(0, 1), SampleOf(-70, 1)});
  EXPECT_EQ(quality.layer_samples, 4);
  EXPECT_DOUBLE_EQ(quality.layers[0].saturated, 2.0 / 8);
  EXPECT_DOUBLE_EQ(quality.layers[1].saturated, 3.0 / 8);
  EXPECT_EQ(quality.layers[0].range, (Range{-70, 64}));
}

TEST_F(QualityTest, ComparesWinners) {
  constexpr absl::string_view kSoftmax = R"(
graph(%x: f32[1,2]) -> (%p) {
  %p = softmax(%x) {axis=1}
  return %p
}
)";
  constexpr absl::string_view kStored = R"(
graph(%x: f32[1,2]) -> (%p) {
  %x_int8 = quantize(%x) : s8[1,2] q(1, 0)
  %r = dequantize(%x_int8)
  %p = softmax(%r) {axis=1}
  return %p
}
)";
  // 1.2 and 1.4 become equal: the first one wins.
  const QuantizationQuality quality = Measure(
      kSoftmax, kStored,
      {SampleOf(1, 2), SampleOf(1.2f, 1.4f), SampleOf(3, 2), SampleOf(0, -1)});
  EXPECT_DOUBLE_EQ(*quality.agreement, 0.75);
  // At what the softmax reads.
  EXPECT_NEAR(quality.noise, (0.04 + 0.16) / (5 + 1.44 + 1.96 + 13 + 1), 1e-6);
}

}  // namespace
}  // namespace tinyc
