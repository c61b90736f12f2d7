// SPDX-License-Identifier: Apache-2.0
// Dense layers with weights of few bits: kernels against the reference.
#include <gtest/gtest.h>

#include "compiler/ir/attr.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

TEST(BlockDenseKernelsTest, AgreeWithTheReference) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const DType dtype = random.Pick<DType>({DType::kU4, DType::kU8});
    const int64_t in = random.Int(1, 70);
    const int64_t out = random.Int(1, 9);
    const int64_t block = 2 * random.Int(1, 20);
    const int64_t blocks = (in + block - 1) / block;
    Shape x = random.Dims(random.Int(1, 3), 4);
    x.back() = in;
    Trial trial("block_dense");
    trial.tolerance = 1e-3;
    trial.Set("block", AttrText(block)).Set("zero", AttrText(random.Int(0, 9)));
    trial.Add(random.Fill(TensorType(DType::kF32, x)));
    trial.AddConstant(random.Fill(TensorType(dtype, {out, blocks * block})));
    trial.AddConstant(random.Fill(TensorType(DType::kF32, {out, blocks})));
    if (random.Chance(0.5)) {
      trial.AddConstant(random.Fill(TensorType(DType::kU8, {out, blocks})));
    } else {
      trial.operands.push_back(std::nullopt);
    }
    if (random.Chance(0.5)) {
      trial.AddConstant(random.Fill(TensorType(DType::kF32, {out})));
    }
    EXPECT_TRUE(CheckTrial(trial));
  }
}

}  // namespace
}  // namespace tinyc
