// SPDX-License-Identifier: Apache-2.0
// Resizing: kernels against the reference.
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/ir/attr.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

std::vector<int64_t> RandomTable(Random& random, int64_t n, int64_t least,
                                 int64_t most) {
  std::vector<int64_t> table;
  for (int64_t i = 0; i < n; ++i) table.push_back(random.Int(least, most));
  return table;
}

TEST(ResizeKernelsTest, Nearest) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(1, 4), 5);
    const int64_t rank = static_cast<int64_t>(shape.size());
    const int64_t axis = random.Int(0, rank - 1);
    const size_t a = static_cast<size_t>(axis);
    Trial trial("resize_nearest");
    trial.Set("axis", AttrText(axis));
    trial.Set("rows",
              AttrText(RandomTable(random, random.Int(1, 7), 0, shape[a] - 1)));
    if (axis + 1 < rank && random.Chance(0.7)) {
      trial.Set("columns", AttrText(RandomTable(random, random.Int(1, 7), 0,
                                                shape[a + 1] - 1)));
    }
    const DType dtype = random.Pick<DType>(
        {DType::kF32, DType::kF64, DType::kS8, DType::kS16, DType::kBool});
    trial.Add(random.Fill(TensorType(dtype, shape)));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(ResizeKernelsTest, Weighted) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(1, 4), 6);
    const int64_t rank = static_cast<int64_t>(shape.size());
    const int64_t axis = random.Int(0, rank - 1);
    const size_t a = static_cast<size_t>(axis);
    const bool quantized = random.Chance(0.4);
    Trial trial("resize_weighted");
    trial.tolerance = 1e-5;
    trial.Set("axis", AttrText(axis));
    trial.Set("outside", "0.5");
    const auto set = [&](const char* name, const char* weights_name,
                         int64_t size) {
      const int64_t taps = random.Int(1, std::min<int64_t>(size, 4));
      const int64_t n = random.Int(1, 7);
      trial.Set(name, AttrText(RandomTable(random, n, quantized ? 0 : -1,
                                           size - taps)));
      std::vector<float> weights;
      for (int64_t i = 0; i < n * taps; ++i) {
        weights.push_back(static_cast<float>(random.Real(-0.4, 1)));
      }
      trial.Set(weights_name, AttrText(weights));
    };
    set("rows", "row_weights", shape[a]);
    if (axis + 1 < rank && random.Chance(0.7)) {
      set("columns", "column_weights", shape[a + 1]);
    }
    if (quantized) {
      trial.Add(random.Fill(
          TensorType(DType::kS8, shape, random.PerTensor(DType::kS8, 0.1))));
      trial.want = {DType::kS8, random.PerTensor(DType::kS8, 0.1)};
    } else {
      const DType dtype = random.Pick<DType>({DType::kF32, DType::kF64});
      trial.Add(random.Fill(TensorType(dtype, shape)));
    }
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tinyc
