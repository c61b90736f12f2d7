// SPDX-License-Identifier: Apache-2.0
//
// Dense layers with weights of few bits against their definition.

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

using Fn = void(const tc_block_dense_shape*, const float*, const uint8_t*,
                const float*, const uint8_t*, const float*, float*);

class BlockDenseTest : public testing::TestWithParam<KernelRow> {};

TEST_P(BlockDenseTest, IsItsDefinition) {
  const bool narrow = GetParam().family == "block_dense_u4";
  Random random(71);
  for (int n = 0; n < 200; ++n) {
    SCOPED_TRACE(n);
    tc_block_dense_shape s = {};
    s.rows = random.Int(1, 3);
    s.in = random.Int(1, 50);
    s.out = random.Int(1, 5);
    s.block = 2 * random.Int(1, 20);
    s.blocks = (s.in + s.block - 1) / s.block;
    s.zero = random.Int(0, 15);
    const int32_t columns = s.blocks * s.block;
    const auto x = random.Elements<float>(s.rows * s.in);
    const auto w = random.Elements<uint8_t>(s.out * columns / (narrow ? 2 : 1));
    const auto scale = random.Elements<float>(s.out * s.blocks);
    const auto zero = random.Elements<uint8_t>(s.out * s.blocks);
    const auto bias = random.Elements<float>(s.out);
    const bool has_zero = random.Bool();
    const bool has_bias = random.Bool();
    Guarded<float> y(s.rows * s.out);
    GetParam().As<Fn>()(&s, x.data(), w.data(), scale.data(),
                        has_zero ? zero.data() : nullptr,
                        has_bias ? bias.data() : nullptr, y.data());
    for (int32_t at = 0; at < s.rows * s.out; ++at) {
      const int32_t o = at % s.out;
      double sum = has_bias ? double{bias[o]} : 0;
      double size = 1;
      for (int32_t i = 0; i < s.in; ++i) {
        const int32_t k = o * columns + i;
        const int32_t b = o * s.blocks + i / s.block;
        const int32_t stored =
            narrow ? w[k / 2] / (k % 2 == 0 ? 1 : 16) % 16 : w[k];
        const double term = double{scale[b]} *
                            (stored - (has_zero ? zero[b] : s.zero)) *
                            double{x[at / s.out * s.in + i]};
        sum += term;
        size += std::fabs(term);
      }
      ASSERT_NEAR(y[at], sum, 1e-5 * size);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, BlockDenseTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_BLOCK_DENSE")),
                         RowName());

}  // namespace
}  // namespace tinyc
