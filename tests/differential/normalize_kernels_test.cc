// SPDX-License-Identifier: Apache-2.0
// Normalize: kernels against the reference.
#include <gtest/gtest.h>

#include "compiler/ir/attr.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

TEST(NormalizeKernelsTest, AgreeWithTheReference) {
  for (uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(1, 5), 6);
    const int64_t rank = static_cast<int64_t>(shape.size());
    const DType dtype = random.Pick<DType>({DType::kF32, DType::kF64});
    std::vector<int64_t> axes;
    std::vector<int64_t> scale_axes;
    Shape scale;
    for (const int64_t d : random.Permutation(rank)) {
      if (random.Chance(0.5)) axes.push_back(d);
      if (!random.Chance(0.5)) continue;
      scale_axes.push_back(d);
      scale.push_back(shape[static_cast<size_t>(d)]);
    }
    Trial trial("normalize");
    trial.tolerance = 1e-4;
    trial.Set("axes", AttrText(axes));
    trial.Set("epsilon", "0.5");
    trial.Set("centered", AttrText(random.Chance(0.7)));
    trial.Add(random.Fill(TensorType(dtype, shape)));
    if (random.Chance(0.7)) {
      trial.Set("scale_axes", AttrText(scale_axes));
      trial.Add(random.Fill(TensorType(dtype, scale)));
      if (random.Chance(0.5)) {
        trial.Add(random.Fill(TensorType(dtype, scale)));
      }
    }
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tinyc
