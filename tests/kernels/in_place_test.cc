// SPDX-License-Identifier: Apache-2.0
//
// Depthwise kernels whose result may be the bytes of their operand.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "depthwise2d/depthwise2d_small_mve.h"
#include "depthwise2d/depthwise2d_twin.h"
#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/weighted.h"

namespace tinyc {
namespace {

// A shape whose result is as large as its operand.
tc_conv2d_shape RandomSame(Random& random) {
  tc_conv2d_shape s = {};
  s.batch = 1;
  s.in_h = s.out_h = random.Int(1, random.Bool() ? 9 : 30);
  s.in_w = s.out_w = random.Int(1, random.Bool() ? 9 : 20);
  s.in_c = s.out_c = s.group = random.Int(1, random.Int(0, 7) == 0 ? 70 : 13);
  s.kernel_h = random.Int(1, random.Bool() ? 5 : 9);
  s.kernel_w = random.Int(1, random.Bool() ? 5 : 9);
  s.stride_h = s.stride_w = 1;
  s.dilation_h = random.Int(1, 2);
  s.dilation_w = random.Int(1, 2);
  s.pad_top = random.Int(0, (s.kernel_h - 1) * s.dilation_h);
  s.pad_left = random.Int(0, (s.kernel_w - 1) * s.dilation_w);
  return s;
}

tc_depthwise2d_shape DepthwiseShape(const tc_conv2d_shape& s) {
  return {s.batch,    s.in_h,    s.in_w,     s.in_c,       s.out_h,
          s.out_w,    s.out_c,   s.kernel_h, s.kernel_w,   s.stride_h,
          s.stride_w, s.pad_top, s.pad_left, s.dilation_h, s.dilation_w};
}

// A shape that tc_depthwise2d_s8_in_place_twin is for.
tc_conv2d_shape RandomTwin(Random& random) {
  for (;;) {
    const tc_conv2d_shape s = RandomSame(random);
    const tc_depthwise2d_shape shape = DepthwiseShape(s);
    if (tc_depthwise2d_has_twin(&shape)) return s;
  }
}

class InPlaceTest : public testing::TestWithParam<KernelRow> {};

TEST_P(InPlaceTest, ComputesWhatItsFamilyMeansInItsOperand) {
  const bool twin = GetParam().family == "depthwise2d_s8_in_place_twin";
  Random random(14);
  for (int i = 0; i < 400; ++i) {
    auto layer = RandomLayer<int8_t, int8_t, int32_t>(
        random, twin ? RandomTwin(random) : RandomSame(random));
    const tc_conv2d_shape& s = layer.s;
    const bool asymmetric = !twin && random.Int(0, 3) == 0;
    if (twin) {
      for (int8_t& w : layer.w) w = std::max<int8_t>(w, -127);
    }
    const std::vector<int32_t> w_zero =
        random.Ints(s.out_c, asymmetric ? -128 : 0, asymmetric ? 127 : 0);
    const Scale scale =
        RandomScale<int8_t>(random, layer.taps() * 32768.0 + 50000);
    const std::vector<int32_t> mult =
        random.Ints(s.out_c, scale.mult / 2, scale.mult);
    tc_depthwise2d_s8_quant q = {};
    q.in_zero = random.Int(-128, 127);
    q.out_zero = random.Int(-128, 127);
    q.shift = scale.shift;
    q.lo = -128;
    q.hi = random.Bool() ? 127 : 100;

    std::vector<int64_t> acc(static_cast<size_t>(layer.outputs()));
    ForEachProduct(layer, q.in_zero,
                   [&](size_t y, int32_t o, int32_t x, int32_t w) {
                     acc[y] += int64_t{x} * (w - w_zero[o]);
                   });

    const tc_depthwise2d_shape shape = DepthwiseShape(s);
    const std::vector<int8_t> w =
        PackWeights(layer.w, s.out_c, 1, layer.taps(), s.out_c);
    Guarded<int8_t> line(
        twin ? tc_depthwise2d_twin_bytes(&shape)
             : std::max<int64_t>({tc_depthwise2d_line_bytes(&shape),
                                  tc_depthwise2d_mve_bytes(&shape),
                                  tc_depthwise2d_rvv_bytes(&shape)}));
    Guarded<int8_t> apart(layer.outputs());
    Guarded<int8_t> here(layer.outputs());
    std::copy(layer.x.begin(), layer.x.end(), here.data());
    const auto run = [&](const int8_t* x, int8_t* y) {
      GetParam().As<tc_depthwise2d_s8_in_place_fn>()(
          &shape, &q, x, w.data(), layer.bias.data(), mult.data(),
          asymmetric ? w_zero.data() : nullptr, line.data(), y);
    };
    run(layer.x.data(), apart.data());
    run(here.data(), here.data());
    for (size_t k = 0; k < acc.size(); ++k) {
      const size_t o = k % static_cast<size_t>(s.out_c);
      const Int128 v =
          RoundScaled(acc[k] + layer.bias[o], mult[o], scale.exponent);
      const int8_t expected = ClampTo<int8_t>(v + q.out_zero, q.lo, q.hi);
      ASSERT_EQ(apart[k], expected) << "shape " << i << " output " << k;
      ASSERT_EQ(here[k], expected) << "shape " << i << " output " << k;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, InPlaceTest,
                         testing::ValuesIn(KernelRows("depthwise2d_s8_in_")),
                         RowName());

}  // namespace
}  // namespace tinyc
