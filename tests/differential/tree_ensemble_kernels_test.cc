// SPDX-License-Identifier: Apache-2.0
// Decision trees: kernels against the reference.
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

constexpr uint64_t kTrials = 400;

template <typename T>
Tensor List(const std::vector<T>& values) {
  return Tensor::Of<T>({static_cast<int64_t>(values.size())}, values);
}

// Few numbers, so that many are equal, and NaNs.
Tensor Features(Random& random, DType dtype, const Shape& shape) {
  Tensor x(TensorType(dtype, shape));
  for (int64_t i = 0; i < x.size(); ++i) {
    x.Set(i, random.Chance(0.1) ? std::numeric_limits<double>::quiet_NaN()
                                : static_cast<double>(random.Int(-3, 3)));
  }
  return x;
}

TEST(TreeEnsembleKernelsTest, AnyTrees) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const DType dtype = random.Chance(0.5) ? DType::kF32 : DType::kF64;
    const int64_t targets = random.Int(1, 3);
    // Numbers of features beyond 2047 do not fit 16 bits with their test.
    const int64_t features = random.Chance(0.5) ? random.Int(1, 5) : 3000;
    std::vector<int32_t> votes;
    std::vector<int32_t> leaves;
    for (int64_t n = random.Int(1, 5); n > 0; --n) {
      leaves.push_back(~static_cast<int32_t>(votes.size()));
      for (int64_t k = random.Int(0, 2); k > 0; --k) {
        votes.push_back(static_cast<int32_t>(random.Int(0, targets - 1)));
      }
      votes.push_back(~static_cast<int32_t>(random.Int(0, targets - 1)));
    }
    const int64_t count = random.Int(0, 20);
    const auto branch = [&](int64_t from) {
      return from + 1 < count && random.Chance(0.6)
                 ? static_cast<int32_t>(random.Int(from + 1, count - 1))
                 : random.Pick(leaves);
    };
    const bool same = random.Chance(0.5);
    std::vector<int32_t> nodes;
    for (int64_t n = 0; n < count; ++n) {
      nodes.push_back(static_cast<int32_t>(16 * random.Int(0, features - 1) +
                                           8 * random.Int(0, 1) +
                                           (same ? 1 : random.Int(0, 5))));
      nodes.push_back(branch(n));
      nodes.push_back(branch(n));
    }
    std::vector<int32_t> roots;
    for (int64_t n = random.Int(0, 4); n > 0; --n) roots.push_back(branch(-1));
    Trial trial("tree_ensemble");
    trial.Set("targets", absl::StrCat(targets));
    trial.Set("aggregate", random.Pick<std::string>({"sum", "min", "max"}));
    trial.Add(Features(random, dtype, {random.Int(0, 3), features}));
    trial.AddConstant(List(roots));
    trial.AddConstant(Tensor::Of<int32_t>({count, 3}, nodes));
    Tensor splits(TensorType(dtype, {count}));
    for (int64_t i = 0; i < count; ++i) {
      splits.Set(i, static_cast<double>(random.Int(-3, 3)));
    }
    trial.AddConstant(std::move(splits));
    trial.AddConstant(List(votes));
    trial.AddConstant(
        random.Fill(TensorType(dtype, {static_cast<int64_t>(votes.size())})));
    trial.tolerance = 1e-5;
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tinyc
