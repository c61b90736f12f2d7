// SPDX-License-Identifier: Apache-2.0
// Attention: kernels against the reference.
#include <gtest/gtest.h>

#include <limits>

#include "compiler/ir/attr.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

// [B,heads,positions,size], or [B,positions,heads*size] when `packed`.
Shape HeadsShape(int64_t batches, int64_t heads, int64_t positions,
                 int64_t size, bool packed) {
  if (packed) return {batches, positions, heads * size};
  return {batches, heads, positions, size};
}

Tensor RandomMask(Random& random, DType dtype, const Shape& scores) {
  Shape shape = random.Broadcastable(scores);
  if (shape.empty()) shape.push_back(1);
  shape.back() =
      random.Chance(0.7) ? scores.back() : random.Int(1, scores.back());
  Tensor mask = random.Fill(TensorType(dtype, shape));
  for (int64_t i = 0; i < mask.size() && IsFloat(dtype); ++i) {
    if (random.Chance(0.3)) {
      mask.Set(i, -std::numeric_limits<double>::infinity());
    }
  }
  return mask;
}

TEST(AttentionKernelsTest, AgreeWithTheReference) {
  for (uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const DType dtype = random.Pick<DType>({DType::kF32, DType::kF64});
    const int64_t batches = random.Int(1, 2);
    const int64_t kv_heads = random.Int(1, 2);
    const int64_t q_heads = kv_heads * random.Int(1, 2);
    const int64_t queries = random.Int(1, 5);
    const int64_t keys = random.Int(1, 7);
    const int64_t size = random.Int(1, 9);
    const int64_t v_size = random.Int(1, 9);
    const bool q_packed = random.Chance(0.5);
    const bool kv_packed = random.Chance(0.5);
    Trial trial("attention");
    trial.tolerance = 1e-4;
    if (q_packed) trial.Set("q_heads", AttrText(q_heads));
    if (kv_packed) trial.Set("kv_heads", AttrText(kv_heads));
    trial.Set("scale", AttrText(static_cast<float>(random.Real(0.05, 0.5))));
    if (random.Chance(0.3)) trial.Set("softcap", "2");
    trial.Set("offset", AttrText(random.Int(-2, 3)));
    trial.Set("left", AttrText(random.Int(-1, 3)));
    trial.Set("right", AttrText(random.Int(-1, 3)));
    trial.Set("scores", random.Pick<const char*>(
                            {"none", "raw", "capped", "biased", "weights"}));
    trial.Add(random.Fill(TensorType(
        dtype, HeadsShape(batches, q_heads, queries, size, q_packed))));
    trial.Add(random.Fill(TensorType(
        dtype, HeadsShape(batches, kv_heads, keys, size, kv_packed))));
    trial.Add(random.Fill(TensorType(
        dtype, HeadsShape(batches, kv_heads, keys, v_size, kv_packed))));
    if (random.Chance(0.6)) {
      trial.Add(RandomMask(random, random.Chance(0.5) ? DType::kBool : dtype,
                           {batches, q_heads, queries, keys}));
    } else {
      trial.operands.push_back(std::nullopt);
    }
    if (random.Chance(0.4)) {
      Tensor lengths(TensorType(DType::kS64, {batches}));
      for (int64_t b = 0; b < batches; ++b) {
        lengths.SetInt(b, random.Int(0, keys));
      }
      trial.Add(lengths);
    }
    EXPECT_TRUE(CheckTrial(trial));
  }
}

}  // namespace
}  // namespace tinyc
