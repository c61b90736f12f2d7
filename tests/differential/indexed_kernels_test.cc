// SPDX-License-Identifier: Apache-2.0
// Operators that take indices: kernels against the reference.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/attr.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

constexpr uint64_t kTrials = 300;

// Elements of any width, now and then quantized.
Tensor AnyTensor(Random& random, const Shape& shape) {
  const DType dtype =
      random.Pick<DType>({DType::kS8, DType::kBool, DType::kS16, DType::kF16,
                          DType::kF32, DType::kS32, DType::kF64, DType::kS64});
  if (dtype == DType::kS8 && random.Chance(0.5)) {
    return random.Fill(TensorType(dtype, shape, random.PerTensor(dtype, 0.1)));
  }
  return random.Fill(TensorType(dtype, shape));
}

// Indices around -n..n, some of them outside.
Tensor Indices(Random& random, const Shape& shape, int64_t n) {
  Tensor index(
      TensorType(random.Chance(0.5) ? DType::kS32 : DType::kS64, shape));
  for (int64_t i = 0; i < index.size(); ++i) {
    index.SetInt(
        i, random.Chance(0.02) ? int64_t{1} << 31 : random.Int(-n - 1, n));
  }
  return index;
}

size_t AnyAxis(Random& random, const Shape& shape) {
  return static_cast<size_t>(
      random.Int(0, static_cast<int64_t>(shape.size()) - 1));
}

TEST(IndexedKernelsTest, Gather) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(1, 4), 6);
    const size_t axis = AnyAxis(random, shape);
    Shape index = random.Dims(random.Int(0, 3), 4);
    if (random.Chance(0.05)) index.push_back(0);
    Trial trial("gather");
    trial.Set("axis", absl::StrCat(axis));
    trial.Add(AnyTensor(random, shape));
    trial.Add(Indices(random, index, shape[axis]));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(IndexedKernelsTest, GatherElements) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(1, 4), 6);
    const size_t axis = AnyAxis(random, shape);
    Shape index;
    for (const int64_t dim : shape) index.push_back(random.Int(1, dim));
    index[axis] = random.Int(1, 7);
    Trial trial("gather_elements");
    trial.Set("axis", absl::StrCat(axis));
    trial.Add(AnyTensor(random, shape));
    trial.Add(Indices(random, index, shape[axis]));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(IndexedKernelsTest, GatherNd) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(1, 5), 5);
    const int64_t rank = static_cast<int64_t>(shape.size());
    const int64_t batch = random.Int(0, rank - 1);
    Shape index(shape.begin(), shape.begin() + batch);
    const Shape more = random.Dims(random.Int(0, 2), 4);
    index.insert(index.end(), more.begin(), more.end());
    index.push_back(random.Int(1, rank - batch));
    Trial trial("gather_nd");
    trial.Set("batch_dims", absl::StrCat(batch));
    trial.Add(AnyTensor(random, shape));
    trial.Add(Indices(random, index, 5));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

// Types that can be combined, or any when elements are only replaced.
Tensor Target(Random& random, const Shape& shape, const std::string& how) {
  if (how == "none") return AnyTensor(random, shape);
  return random.Fill(TensorType(
      random.Pick<DType>({DType::kF32, DType::kF64, DType::kS8, DType::kU8,
                          DType::kS16, DType::kU16, DType::kS32, DType::kU32,
                          DType::kS64, DType::kU64}),
      shape));
}

std::string AnyReduction(Random& random) {
  return random.Pick<std::string>({"none", "none", "add", "mul", "min", "max"});
}

TEST(IndexedKernelsTest, ScatterElements) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(1, 4), 5);
    const size_t axis = AnyAxis(random, shape);
    Shape index;
    for (const int64_t dim : shape) index.push_back(random.Int(1, dim));
    index[axis] = random.Int(0, 7);
    const std::string how = AnyReduction(random);
    Trial trial("scatter_elements");
    trial.Set("axis", absl::StrCat(axis)).Set("reduction", how);
    const Tensor x = Target(random, shape, how);
    trial.Add(x);
    trial.Add(Indices(random, index, shape[axis]));
    trial.Add(random.Fill(TensorType(x.type().elem(), index)));
    trial.tolerance = 1e-4;
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(IndexedKernelsTest, ScatterNd) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(1, 4), 5);
    const int64_t parts = random.Int(1, static_cast<int64_t>(shape.size()));
    Shape index = random.Dims(random.Int(0, 2), 4);
    Shape updates = index;
    index.push_back(parts);
    updates.insert(updates.end(), shape.begin() + parts, shape.end());
    const std::string how = AnyReduction(random);
    Trial trial("scatter_nd");
    trial.Set("reduction", how);
    const Tensor x = Target(random, shape, how);
    trial.Add(x);
    trial.Add(Indices(random, index, 5));
    trial.Add(random.Fill(TensorType(x.type().elem(), updates)));
    trial.tolerance = 1e-4;
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(IndexedKernelsTest, TensorScatter) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(2, 4), 5);
    const int64_t axis = random.Int(1, static_cast<int64_t>(shape.size()) - 1);
    Shape updates = shape;
    updates[static_cast<size_t>(axis)] = random.Int(1, 6);
    Trial trial("tensor_scatter");
    trial.Set("axis", absl::StrCat(axis));
    const Tensor x = AnyTensor(random, shape);
    trial.Add(x);
    trial.Add(Indices(random, {shape[0], updates[static_cast<size_t>(axis)]},
                      shape[static_cast<size_t>(axis)]));
    trial.Add(random.Fill(TensorType(x.type().elem(), updates)));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(IndexedKernelsTest, TopK) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(1, 4), 9);
    const size_t axis = AnyAxis(random, shape);
    Tensor x = Target(random, shape, "max");
    // Few values, so that many are equal.
    for (int64_t i = 0; i < x.size(); ++i) x.SetInt(i, random.Int(0, 4));
    Trial trial("top_k");
    trial.Set("axis", absl::StrCat(axis));
    trial.Set("k", absl::StrCat(random.Int(0, shape[axis])));
    trial.Set("largest", random.Chance(0.5) ? "true" : "false");
    trial.Add(x);
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(IndexedKernelsTest, ReverseSequence) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(2, 4), 6);
    const size_t batch = random.Chance(0.5) ? 0 : 1;
    Tensor lengths(TensorType(DType::kS64, {shape[batch]}));
    for (int64_t i = 0; i < lengths.size(); ++i) {
      lengths.SetInt(i, random.Int(-1, 7));
    }
    Trial trial("reverse_sequence");
    trial.Set("batch_axis", absl::StrCat(batch));
    trial.Set("time_axis", absl::StrCat(1 - batch));
    trial.Add(AnyTensor(random, shape));
    trial.Add(lengths);
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(IndexedKernelsTest, Ngrams) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    Tensor x(TensorType(random.Chance(0.5) ? DType::kS32 : DType::kS64,
                        random.Dims(random.Int(1, 2), 12)));
    for (int64_t i = 0; i < x.size(); ++i) x.SetInt(i, random.Int(0, 2));
    std::vector<int64_t> grams;
    for (int64_t g = random.Int(0, 6); g > 0; --g) {
      const int64_t length = random.Int(1, 4);
      grams.push_back(length);
      grams.push_back(random.Int(0, 3));
      for (int64_t k = 0; k < length; ++k) grams.push_back(random.Int(0, 2));
    }
    Trial trial("ngrams");
    trial.Set("grams", AttrText(grams)).Set("size", "4");
    trial.Set("max_skip", absl::StrCat(random.Int(0, 20)));
    trial.Add(x);
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(IndexedKernelsTest, OneHot) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(0, 3), 5);
    const int64_t depth = random.Int(0, 6);
    const int64_t rank = static_cast<int64_t>(shape.size());
    Trial trial("one_hot");
    trial.Set("depth", absl::StrCat(depth));
    trial.Set("axis", absl::StrCat(random.Int(-rank - 1, rank)));
    trial.Add(Indices(random, shape, depth));
    trial.Add(AnyTensor(random, {2}));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(IndexedKernelsTest, Trilu) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    Trial trial("trilu");
    trial.Set("upper", random.Chance(0.5) ? "true" : "false");
    trial.Add(AnyTensor(random, random.Dims(random.Int(2, 4), 6)));
    if (random.Chance(0.8)) {
      trial.Add(Tensor::Scalar<int64_t>(
          random.Chance(0.1) ? random.Int(-1, 1) << 40 : random.Int(-8, 8)));
    }
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(IndexedKernelsTest, Cumulative) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const DType dtype =
        random.Pick<DType>({DType::kF32, DType::kF64, DType::kS32, DType::kU32,
                            DType::kS64, DType::kU64});
    const Shape shape = random.Dims(random.Int(1, 4), 6);
    const int64_t rank = static_cast<int64_t>(shape.size());
    Trial trial(random.Chance(0.5) ? "cum_sum" : "cum_prod");
    trial.Set("exclusive", random.Chance(0.5) ? "true" : "false");
    trial.Set("reverse", random.Chance(0.5) ? "true" : "false");
    trial.Add(random.Fill(TensorType(dtype, shape)));
    trial.Add(Tensor::Scalar<int64_t>(random.Int(-rank - 1, rank)));
    trial.tolerance = 1e-4;
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tinyc
