// SPDX-License-Identifier: Apache-2.0
// ArgMax and ArgMin: kernels against the reference.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

TEST(ArgMaxKernelsTest, AgreeWithTheReference) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const Shape shape = random.Dims(random.Int(1, 4), 6);
    const DType dtype = random.Pick<DType>(
        {DType::kF32, DType::kF64, DType::kS8, DType::kU8, DType::kS16,
         DType::kU16, DType::kS32, DType::kU32, DType::kS64, DType::kU64});
    Tensor x(TensorType(dtype, shape));
    // Few values, so that many are equal.
    for (int64_t i = 0; i < x.size(); ++i) x.SetInt(i, random.Int(0, 3));
    Trial trial(random.Chance(0.5) ? "arg_max" : "arg_min");
    const int64_t rank = static_cast<int64_t>(shape.size());
    trial.Set("axis", absl::StrCat(random.Int(0, rank - 1)));
    trial.Set("select_last_index", absl::StrCat(random.Int(0, 1)));
    trial.Set("keepdims", absl::StrCat(random.Int(0, 1)));
    trial.Add(x);
    EXPECT_TRUE(CheckTrial(trial));
  }
}

}  // namespace
}  // namespace tinyc
