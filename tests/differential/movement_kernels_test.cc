// SPDX-License-Identifier: Apache-2.0
// Operators that move data: kernels against the reference.
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/ir/attr.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

constexpr uint64_t kTrials = 400;

std::vector<int64_t> List(const Shape& shape) {
  return {shape.begin(), shape.end()};
}

// Plain numbers of any width, or quantized ones.
TensorType AnyType(Random& random, Shape shape) {
  const DType dtype = random.Pick<DType>(
      {DType::kS8, DType::kU8, DType::kBool, DType::kS16, DType::kF16,
       DType::kF32, DType::kS32, DType::kF64, DType::kS64});
  if (InfoOf(dtype).bits <= 16 && IsInteger(dtype) && random.Chance(0.5)) {
    return TensorType(dtype, shape, random.PerTensor(dtype, 0.1));
  }
  return TensorType(dtype, shape);
}

TEST(MovementKernelsTest, Reshape) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(0, 4), 5);
    const int64_t n = NumElements(shape);
    Trial trial("reshape");
    trial.Set("shape", AttrText(std::vector<int64_t>{1, n}));
    trial.Add(random.Fill(AnyType(random, shape)));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(MovementKernelsTest, Copy) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    Trial trial("copy");
    trial.Add(random.Fill(AnyType(random, random.Dims(random.Int(0, 4), 5))));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(MovementKernelsTest, ReadRows) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const bool planar = random.Chance(0.5);
    Shape shape = random.Dims(planar ? 4 : random.Int(3, 5), 6);
    shape[0] = 1;
    Trial trial("read_rows");
    trial.Set("planar", planar ? "true" : "false");
    trial.Add(random.Fill(AnyType(random, shape)));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(MovementKernelsTest, Transpose) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const int64_t rank = random.Int(0, 6);
    Trial trial("transpose");
    trial.Set("perm", AttrText(random.Permutation(rank)));
    // Beyond the tiles of the kernel now and then.
    const int64_t most = rank <= 3 ? 40 : 5;
    trial.Add(random.Fill(AnyType(random, random.Dims(rank, most))));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(MovementKernelsTest, TransposeOfTooManyDimensionsIsRefused) {
  Trial trial("transpose");
  trial.Set("perm", "[8,7,6,5,4,3,2,1,0]");
  trial.Add(Tensor(TensorType(DType::kS8, Shape(9, 2))));
  EXPECT_FALSE(CheckTrial(trial));
  Trial merged("transpose");
  merged.Set("perm", "[5,6,7,8,0,1,2,3,4]");
  merged.Add(Tensor(TensorType(DType::kS8, Shape(9, 2))));
  EXPECT_TRUE(CheckTrial(merged));
}

TEST(MovementKernelsTest, Slice) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(0, 5), 8);
    std::vector<int64_t> starts, sizes, steps;
    for (const int64_t dim : shape) {
      int64_t step = random.Int(1, 3);
      const int64_t start = random.Chance(0.3) ? 0 : random.Int(0, dim - 1);
      if (random.Chance(0.3)) step = -step;
      const int64_t room = step > 0 ? dim - 1 - start : start;
      const int64_t most = room / std::abs(step) + 1;
      starts.push_back(start);
      steps.push_back(step);
      sizes.push_back(random.Chance(0.5) ? most : random.Int(1, most));
    }
    Trial trial("slice");
    trial.Set("starts", AttrText(starts));
    trial.Set("sizes", AttrText(sizes));
    trial.Set("steps", AttrText(steps));
    trial.Add(random.Fill(AnyType(random, shape)));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(MovementKernelsTest, Expand) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(0, 5), 5);
    Trial trial("expand");
    trial.Set("shape", AttrText(List(shape)));
    trial.Add(random.Fill(AnyType(random, random.Broadcastable(shape))));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(MovementKernelsTest, Concat) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    TensorType type = AnyType(random, random.Dims(random.Int(1, 5), 5));
    const int64_t axis = random.Int(0, type.rank() - 1);
    Trial trial("concat");
    trial.Set("axis", AttrText(random.Chance(0.5) ? axis : axis - type.rank()));
    // More operands than one call takes among them.
    for (int64_t i = random.Int(1, 6); i > 0; --i) {
      type.shape[static_cast<size_t>(axis)] = random.Int(1, 5);
      trial.Add(random.Fill(type));
    }
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(MovementKernelsTest, Pad) {
  for (const char* mode : {"constant", "edge", "reflect", "wrap"}) {
    for (uint64_t seed = 0; seed < kTrials; ++seed) {
      Random random(seed);
      const Shape shape = random.Dims(random.Int(0, 5), 5);
      std::vector<int64_t> before, after;
      for (const int64_t dim : shape) {
        // Some are removed, but never all; some are more than there are.
        const int64_t least = random.Chance(0.3) ? -(dim - 1) : 0;
        before.push_back(random.Int(least, 4));
        after.push_back(random.Int(
            std::min<int64_t>(0, least - std::min<int64_t>(before.back(), 0)),
            7));
      }
      before.insert(before.end(), after.begin(), after.end());
      Trial trial("pad");
      trial.Set("pads", AttrText(before));
      trial.Set("mode", mode);
      if (random.Chance(0.5)) trial.Set("value", "2.7");
      trial.Add(random.Fill(AnyType(random, shape)));
      EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
    }
  }
}

TEST(MovementKernelsTest, PadThatRemovesAndAdds) {
  Trial trial("pad");
  trial.Set("pads", "[-2,1,3,-1]");
  trial.Add(Random(1).Fill(TensorType(DType::kS32, {4, 3})));
  EXPECT_TRUE(CheckTrial(trial));
}

}  // namespace
}  // namespace tinyc
