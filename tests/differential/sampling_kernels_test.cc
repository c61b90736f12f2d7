// SPDX-License-Identifier: Apache-2.0
// Grid sampling, regions of images, deformable convolution: kernels against the
// reference.
#include <gtest/gtest.h>

#include "compiler/ir/attr.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

constexpr uint64_t kTrials = 200;

Tensor Reals(Random& random, const Shape& shape, double lo, double hi) {
  Tensor tensor(TensorType(DType::kF32, shape));
  for (int64_t i = 0; i < tensor.size(); ++i) {
    tensor.Set(i, random.Real(lo, hi));
  }
  return tensor;
}

TEST(SamplingKernelsTest, GridSample) {
  for (uint64_t seed = 0; seed < 2 * kTrials; ++seed) {
    Random random(seed);
    const int64_t rank = random.Int(2, 3);
    const int64_t batch = random.Int(1, 2);
    Shape x{batch, random.Int(1, 3)};
    Shape grid{batch};
    for (int64_t d = 0; d < rank; ++d) {
      x.push_back(random.Int(1, 6));
      grid.push_back(random.Int(1, 4));
    }
    grid.push_back(rank);
    Trial trial("grid_sample");
    trial.tolerance = 2e-4;
    trial.Set("mode", random.Pick<const char*>({"nearest", "linear", "cubic"}));
    trial.Set("padding",
              random.Pick<const char*>({"zeros", "border", "reflection"}));
    trial.Set("align_corners", AttrText(random.Chance(0.5)));
    trial.Add(random.Fill(TensorType(DType::kF32, x)));
    trial.Add(Reals(random, grid, -2.5, 2.5));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(SamplingKernelsTest, RoiAlign) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const int64_t batch = random.Int(1, 3);
    const int64_t regions = random.Int(1, 4);
    Tensor image_of(TensorType(DType::kS64, {regions}));
    for (int64_t i = 0; i < regions; ++i) {
      image_of.SetInt(i, random.Int(-1, batch));
    }
    Trial trial("roi_align");
    trial.tolerance = 2e-4;
    trial.Set("height", AttrText(random.Int(1, 3)));
    trial.Set("width", AttrText(random.Int(1, 3)));
    trial.Set("samples", AttrText(random.Int(0, 3)));
    trial.Set("scale", "0.5");
    trial.Set("maximum", AttrText(random.Chance(0.4)));
    trial.Set("half_pixel", AttrText(random.Chance(0.5)));
    trial.Add(random.Fill(TensorType(
        DType::kF32,
        {batch, random.Int(1, 3), random.Int(1, 7), random.Int(1, 7)})));
    trial.Add(Reals(random, {regions, 4}, -5, 18));
    trial.Add(image_of);
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(SamplingKernelsTest, DeformConv) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const int64_t batch = random.Int(1, 2);
    const int64_t group = random.Int(1, 3);
    const int64_t offset_group = random.Int(1, 2);
    const int64_t in = group * offset_group * random.Int(1, 2);
    const int64_t out = group * random.Int(1, 3);
    const int64_t kernel_h = random.Int(1, 3);
    const int64_t kernel_w = random.Int(1, 3);
    const int64_t in_h = random.Int(kernel_h, 6);
    const int64_t in_w = random.Int(kernel_w, 6);
    const int64_t stride = random.Int(1, 2);
    const int64_t pad = random.Int(0, 2);
    const int64_t out_h = (in_h + 2 * pad - kernel_h) / stride + 1;
    const int64_t out_w = (in_w + 2 * pad - kernel_w) / stride + 1;
    const int64_t places = offset_group * kernel_h * kernel_w;
    Trial trial("deform_conv");
    trial.tolerance = 5e-4;
    trial.Set("strides", AttrText(std::vector<int64_t>{stride, stride}));
    trial.Set("pads", AttrText(std::vector<int64_t>{pad, pad, pad, pad}));
    trial.Set("group", AttrText(group));
    trial.Set("offset_group", AttrText(offset_group));
    trial.Add(random.Fill(TensorType(DType::kF32, {batch, in, in_h, in_w})));
    trial.Add(random.Fill(
        TensorType(DType::kF32, {out, in / group, kernel_h, kernel_w})));
    trial.Add(Reals(random, {batch, 2 * places, out_h, out_w}, -3, 3));
    trial.Add(random.Fill(TensorType(DType::kF32, {out})));
    if (random.Chance(0.5)) {
      trial.Add(
          random.Fill(TensorType(DType::kF32, {batch, places, out_h, out_w})));
    }
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tinyc
