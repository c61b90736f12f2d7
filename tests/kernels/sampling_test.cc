// SPDX-License-Identifier: Apache-2.0
//
// The kernels that read images between their elements, on images that are a
// linear function of the place: there, bilinear values are exact.

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

constexpr int32_t kHeight = 7;
constexpr int32_t kWidth = 9;

double ValueAt(int64_t image, double row, double column) {
  return static_cast<double>(image) * 10 + 2 * row - 3 * column;
}

// `images` of them, one after another.
std::vector<float> LinearImages(int32_t images) {
  std::vector<float> x;
  for (int32_t n = 0; n < images; ++n) {
    for (int32_t i = 0; i < kHeight; ++i) {
      for (int32_t j = 0; j < kWidth; ++j) {
        x.push_back(static_cast<float>(ValueAt(n, i, j)));
      }
    }
  }
  return x;
}

TEST(GridSampleTest, FindsPlaces) {
  for (const KernelRow& row : KernelRows("grid_sample_")) {
    Random random(51);
    const std::vector<float> x = LinearImages(6);
    for (const int32_t corners : {0, 1}) {
      for (const int32_t mode : {0, 1}) {
        const tc_grid_sample_shape s = {3,  2,    2, {1, kHeight, kWidth},
                                        20, mode, 0, corners};
        std::vector<double> places;
        std::vector<float> grid;
        for (int32_t p = 0; p < s.batch * s.points; ++p) {
          for (const int32_t size : {kWidth, kHeight}) {
            places.push_back(random.Float(0, static_cast<float>(size - 1)));
            const double at = places.back();
            grid.push_back(static_cast<float>(
                corners ? 2 * at / (size - 1) - 1 : (2 * at + 1) / size - 1));
          }
        }
        Guarded<float> y(s.batch * s.channels * s.points);
        row.As<tc_grid_sample_f32_fn>()(&s, x.data(), grid.data(), y.data());
        for (int32_t k = 0; k < s.batch * s.channels * s.points; ++k) {
          const int32_t image = k / s.points;
          const int32_t p = image / s.channels * s.points + k % s.points;
          double column = places[static_cast<size_t>(2 * p)];
          double line = places[static_cast<size_t>(2 * p + 1)];
          if (mode == 0) column = std::nearbyint(column);
          if (mode == 0) line = std::nearbyint(line);
          ASSERT_NEAR(y[k], ValueAt(image, line, column), 1e-3);
        }
      }
    }
  }
}

// In the middle of a volume of 2, at its end, a quarter of it beyond.
TEST(GridSampleTest, MixesAndPads) {
  for (const KernelRow& row : KernelRows("grid_sample_")) {
    const std::vector<float> x = {1, 1, 1, 1, 5, 5, 5, 5};
    const std::vector<float> grid = {0, 0, 0, 0, 0, 1, 0, 0, 1.5f};
    const float beyond[3] = {5 * 0.75f, 5, 5 * 0.75f + 1 * 0.25f};
    for (const int32_t padding : {0, 1, 2}) {
      const tc_grid_sample_shape s = {1, 1, 3, {2, 2, 2}, 3, 1, padding, 1};
      Guarded<float> y(3);
      row.As<tc_grid_sample_f32_fn>()(&s, x.data(), grid.data(), y.data());
      EXPECT_FLOAT_EQ(y[0], 3);
      EXPECT_FLOAT_EQ(y[1], 5);
      EXPECT_FLOAT_EQ(y[2], beyond[padding]);
    }
  }
}

TEST(RoiAlignTest, TakesTheMeanOfACell) {
  for (const KernelRow& row : KernelRows("roi_align_")) {
    const std::vector<float> x = LinearImages(4);
    // Regions of images 1, 0 and of one that is not there, in half elements.
    const std::vector<float> rois = {2, 2, 12, 8, 4, 0, 8, 12, 0, 0, 4, 4};
    const std::vector<int64_t> image_of = {1, 0, 2};
    const tc_roi_align_scale scale = {0.5f};
    for (const int32_t samples : {0, 1, 3}) {
      const tc_roi_align_shape s = {2, 2, kHeight, kWidth, 3,
                                    2, 3, samples, 0,      0};
      Guarded<float> y(3 * 2 * 2 * 3);
      row.As<tc_roi_align_f32_fn>()(&s, &scale, x.data(), rois.data(),
                                    image_of.data(), y.data());
      for (int32_t k = 0; k < 36; ++k) {
        const size_t r = static_cast<size_t>(k / 12);
        const float* roi = &rois[r * 4];
        const double column =
            (roi[0] + (roi[2] - roi[0]) * (k % 3 + 0.5) / 3) / 2;
        const double line =
            (roi[1] + (roi[3] - roi[1]) * (k / 3 % 2 + 0.5) / 2) / 2;
        const int64_t image = image_of[r] * 2 + k / 6 % 2;
        ASSERT_NEAR(y[k], r == 2 ? 0 : ValueAt(image, line, column), 1e-3);
      }
    }
  }
}

TEST(DeformConvTest, MovesItsTaps) {
  for (const KernelRow& row : KernelRows("deform_conv_")) {
    const std::vector<float> x = LinearImages(2);
    // Two taps of one channel each, of which the second is moved and masked.
    const tc_deform_conv_shape s = {1, kHeight, kWidth, 2, kHeight, kWidth - 1,
                                    1, 1,       2,      1, 1,       0,
                                    0, 1,       1,      1, 1};
    const int32_t area = s.out_h * s.out_w;
    const std::vector<float> w = {1, 10, 100, 1000};
    std::vector<float> offset(static_cast<size_t>(4 * area));
    for (int32_t p = 0; p < area; ++p) {
      offset[static_cast<size_t>(2 * area + p)] = 0.25f;
      offset[static_cast<size_t>(3 * area + p)] = -0.5f;
    }
    std::vector<float> mask(static_cast<size_t>(2 * area), 1);
    for (int32_t p = 0; p < area; ++p) mask[static_cast<size_t>(area + p)] = 3;
    const float bias = 7;
    Guarded<float> column(4);
    Guarded<float> y(area);
    row.As<tc_deform_conv_f32_fn>()(&s, x.data(), w.data(), offset.data(),
                                    &bias, mask.data(), column.data(),
                                    y.data());
    for (int32_t p = 0; p < area; ++p) {
      const double i = p / s.out_w;
      const double j = p % s.out_w;
      if (i + 1 == kHeight) continue;  // reads beyond the image
      const double expected =
          7 + ValueAt(0, i, j) + 30 * ValueAt(0, i + 0.25, j + 0.5) +
          100 * ValueAt(1, i, j) + 3000 * ValueAt(1, i + 0.25, j + 0.5);
      ASSERT_NEAR(y[p], expected, 1e-5 * std::abs(expected) + 0.05) << p;
    }
  }
}

}  // namespace
}  // namespace tinyc
