// SPDX-License-Identifier: Apache-2.0
// Fourier transforms and determinants: kernels against the reference.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

Tensor Reals(Random& random, DType dtype, const Shape& shape) {
  Tensor tensor(TensorType(dtype, shape));
  for (int64_t i = 0; i < tensor.size(); ++i) tensor.Set(i, random.Real(-1, 1));
  return tensor;
}

TEST(DftKernelsTest, AgreeWithTheReference) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Trial trial("dft");
    trial.tolerance = 2e-5;
    const bool inverse = random.Chance(0.4);
    const bool onesided = random.Chance(0.5);
    const bool framed = random.Chance(0.3);
    const int64_t length = random.Int(1, 70);
    Shape shape = random.Dims(random.Int(1, 3), 4);
    const int64_t axis = random.Int(0, static_cast<int64_t>(shape.size()) - 1);
    shape[static_cast<size_t>(axis)] =
        framed ? length + random.Int(0, 20) : random.Int(1, 80);
    const bool complex = onesided ? inverse : random.Chance(0.5);
    shape.push_back(complex ? 2 : 1);
    trial.Set("length", absl::StrCat(length)).Set("axis", absl::StrCat(axis));
    trial.Set("inverse", inverse ? "true" : "false");
    trial.Set("onesided", onesided ? "true" : "false");
    if (framed) trial.Set("frame_step", absl::StrCat(random.Int(1, 9)));
    trial.Add(Reals(random, DType::kF32, shape));
    if (random.Chance(0.5)) trial.Add(Reals(random, DType::kF32, {length}));
    EXPECT_TRUE(CheckTrial(trial));
    if (HasFailure()) break;
  }
}

TEST(DetKernelsTest, AgreeWithTheReference) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Trial trial("det");
    trial.tolerance = 1e-5;
    const int64_t n = random.Int(0, 6);
    Shape shape = random.Dims(random.Int(0, 2), 3);
    shape.insert(shape.end(), {n, n});
    trial.Add(
        Reals(random, random.Pick<DType>({DType::kF32, DType::kF64}), shape));
    EXPECT_TRUE(CheckTrial(trial));
  }
}

}  // namespace
}  // namespace tinyc
