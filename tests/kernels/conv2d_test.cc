// SPDX-License-Identifier: Apache-2.0
//
// Every convolution, depthwise and dense kernel against one statement of what
// they compute.  A depthwise layer is a convolution of as many groups as input
// channels; a dense one is a convolution of one-pixel images.

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

constexpr int kShapes = 250;

// A layer with weights [out_c][taps]; taps in (ky, kx, ci) order.
template <typename X, typename W, typename B>
struct Layer {
  tc_conv2d_shape s;
  std::vector<X> x;
  std::vector<W> w;
  std::vector<B> bias;

  int32_t taps() const { return s.kernel_h * s.kernel_w * s.in_c / s.group; }
  int64_t outputs() const {
    return int64_t{s.batch} * s.out_h * s.out_w * s.out_c;
  }
};

int32_t OutputSize(Random& random, int32_t in, int32_t kernel, int32_t stride,
                   int32_t dilation, int32_t pad) {
  const int32_t after = random.Int(0, kernel);
  const int32_t room = in + pad + after - (kernel - 1) * dilation - 1;
  return room < 0 ? 0 : room / stride + 1;
}

// A random convolution with at least one output.
tc_conv2d_shape RandomConvolution(Random& random) {
  tc_conv2d_shape s = {};
  while (s.out_h <= 0 || s.out_w <= 0) {
    s.batch = random.Int(1, 2);
    s.in_h = random.Int(1, 9);
    s.in_w = random.Int(1, 20);
    s.group = random.Int(0, 3) == 0 ? random.Int(1, 4) : 1;
    s.in_c = s.group * random.Int(1, random.Bool() ? 5 : 40);
    s.out_c = s.group * random.Int(1, random.Bool() ? 9 : 70);
    s.kernel_h = random.Int(1, 5);
    s.kernel_w = random.Int(1, 5);
    s.stride_h = random.Int(1, 3);
    s.stride_w = random.Int(1, 3);
    s.dilation_h = random.Int(0, 3) == 0 ? random.Int(1, 3) : 1;
    s.dilation_w = random.Int(0, 3) == 0 ? random.Int(1, 3) : 1;
    if (random.Int(0, 4) == 0) {
      s.kernel_h = s.kernel_w = s.stride_h = s.stride_w = 1;
    } else {
      s.pad_top = random.Int(0, s.kernel_h);
      s.pad_left = random.Int(0, s.kernel_w);
    }
    s.out_h = OutputSize(random, s.in_h, s.kernel_h, s.stride_h, s.dilation_h,
                         s.pad_top);
    s.out_w = OutputSize(random, s.in_w, s.kernel_w, s.stride_w, s.dilation_w,
                         s.pad_left);
  }
  return s;
}

tc_conv2d_shape RandomDepthwise(Random& random) {
  tc_conv2d_shape s = RandomConvolution(random);
  s.in_c = random.Int(1, random.Bool() ? 9 : 100);
  s.out_c = s.in_c * (random.Bool() ? 1 : random.Int(1, 4));
  s.group = s.in_c;
  return s;
}

tc_conv2d_shape RandomDense(Random& random) {
  tc_conv2d_shape s = {};
  s.batch = random.Int(1, 13);
  s.in_h = s.in_w = s.out_h = s.out_w = s.kernel_h = s.kernel_w = 1;
  s.stride_h = s.stride_w = s.dilation_h = s.dilation_w = s.group = 1;
  s.in_c = random.Int(1, 300);
  s.out_c = random.Int(1, 100);
  return s;
}

template <typename X, typename W, typename B>
Layer<X, W, B> RandomLayer(Random& random, const tc_conv2d_shape& s) {
  Layer<X, W, B> layer;
  layer.s = s;
  layer.x = random.Elements<X>(int64_t{s.batch} * s.in_h * s.in_w * s.in_c);
  layer.w = random.Elements<W>(int64_t{s.out_c} * layer.taps());
  if constexpr (std::is_floating_point_v<B>) {
    layer.bias = random.Elements<B>(s.out_c);
  } else {
    for (const int32_t b : random.Ints(s.out_c, -50000, 50000)) {
      layer.bias.push_back(b);
    }
  }
  return layer;
}

// Calls visit(output index, channel, x, w) for every product of every output;
// x is `outside` for a tap outside the image.
template <typename Layer, typename X, typename Visit>
void ForEachProduct(const Layer& layer, X outside, Visit visit) {
  const tc_conv2d_shape& s = layer.s;
  const int32_t in_c = s.in_c / s.group;
  const int32_t out_c = s.out_c / s.group;
  size_t output = 0;
  for (int32_t n = 0; n < s.batch; ++n) {
    for (int32_t oy = 0; oy < s.out_h; ++oy) {
      for (int32_t ox = 0; ox < s.out_w; ++ox) {
        for (int32_t o = 0; o < s.out_c; ++o, ++output) {
          size_t k = static_cast<size_t>(o) * layer.taps();
          for (int32_t ky = 0; ky < s.kernel_h; ++ky) {
            for (int32_t kx = 0; kx < s.kernel_w; ++kx) {
              const int32_t iy =
                  oy * s.stride_h - s.pad_top + ky * s.dilation_h;
              const int32_t ix =
                  ox * s.stride_w - s.pad_left + kx * s.dilation_w;
              const bool inside =
                  iy >= 0 && iy < s.in_h && ix >= 0 && ix < s.in_w;
              for (int32_t ci = 0; ci < in_c; ++ci, ++k) {
                const size_t at =
                    ((static_cast<size_t>(n) * s.in_h + iy) * s.in_w + ix) *
                        s.in_c +
                    o / out_c * in_c + ci;
                visit(output, o, inside ? layer.x[at] : outside, layer.w[k]);
              }
            }
          }
        }
      }
    }
  }
}

// --- how a kernel of each operator is called --------------------------------

tc_depthwise2d_shape DepthwiseShape(const tc_conv2d_shape& s) {
  return {s.batch,    s.in_h,    s.in_w,     s.in_c,       s.out_h,
          s.out_w,    s.out_c,   s.kernel_h, s.kernel_w,   s.stride_h,
          s.stride_w, s.pad_top, s.pad_left, s.dilation_h, s.dilation_w};
}

struct Convolution {
  static tc_conv2d_shape Random(Random& random) {
    return RandomConvolution(random);
  }
  static tc_conv2d_shape Shape(const tc_conv2d_shape& s) { return s; }
  template <typename T>
  static std::vector<T> Pack(const KernelRow& row, const tc_conv2d_shape& s,
                             int32_t taps, const std::vector<T>& w) {
    return PackWeights(w, s.out_c, s.group, taps, row.weight_block);
  }
};

struct Depthwise {
  static tc_conv2d_shape Random(Random& random) {
    return RandomDepthwise(random);
  }
  static tc_depthwise2d_shape Shape(const tc_conv2d_shape& s) {
    return DepthwiseShape(s);
  }
  // [taps][out_c], as if all channels were one block.
  template <typename T>
  static std::vector<T> Pack(const KernelRow&, const tc_conv2d_shape& s,
                             int32_t taps, const std::vector<T>& w) {
    return PackWeights(w, s.out_c, 1, taps, s.out_c);
  }
};

struct Dense {
  static tc_conv2d_shape Random(Random& random) { return RandomDense(random); }
  static tc_dense_shape Shape(const tc_conv2d_shape& s) {
    return {s.batch, s.in_c, s.out_c};
  }
  template <typename T>
  static std::vector<T> Pack(const KernelRow& row, const tc_conv2d_shape& s,
                             int32_t taps, const std::vector<T>& w) {
    return PackWeights(w, s.out_c, 1, taps, row.weight_block);
  }
};

// --- the three number types --------------------------------------------------

template <typename Operator, typename Signature>
void TestF32(const KernelRow& row) {
  Random random(11);
  for (int i = 0; i < kShapes; ++i) {
    const auto layer =
        RandomLayer<float, float, float>(random, Operator::Random(random));
    tc_act_f32 act = {-INFINITY, INFINITY};
    if (random.Bool()) act = {0.0f, random.Bool() ? 6.0f : INFINITY};

    std::vector<double> sum(static_cast<size_t>(layer.outputs()));
    std::vector<double> size(sum.size());
    ForEachProduct(layer, 0.0f, [&](size_t y, int32_t, float x, float w) {
      sum[y] += double{x} * w;
      size[y] += std::abs(double{x} * w);
    });

    Guarded<float> y(layer.outputs());
    const auto shape = Operator::Shape(layer.s);
    const std::vector<float> w =
        Operator::Pack(row, layer.s, layer.taps(), layer.w);
    row.As<Signature>()(&shape, &act, layer.x.data(), w.data(),
                        layer.bias.data(), y.data());
    for (size_t k = 0; k < sum.size(); ++k) {
      const double bias = layer.bias[k % layer.s.out_c];
      const double expected =
          std::min<double>(std::max<double>(sum[k] + bias, act.lo), act.hi);
      ASSERT_NEAR(y[k], expected, 1e-5 * (size[k] + std::abs(bias)))
          << "shape " << i << " output " << k;
    }
  }
}

// 8-bit activations with weights of 8 bits, or of 4: symmetric and packed.
template <typename Operator, typename Signature>
void TestS8(const KernelRow& row) {
  constexpr bool kPacked =
      !std::is_invocable_v<Signature, decltype(Operator::Shape({}))*,
                           tc_weighted_quant*, int8_t*, int8_t*, int32_t*,
                           int32_t*, int32_t*, int8_t*>;
  Random random(12);
  for (int i = 0; i < kShapes; ++i) {
    auto layer =
        RandomLayer<int8_t, int8_t, int32_t>(random, Operator::Random(random));
    if (kPacked) {
      for (int8_t& w : layer.w) w = static_cast<int8_t>(w >> 4);
    }
    const int32_t out_c = layer.s.out_c;
    const bool asymmetric = !kPacked && random.Int(0, 3) == 0;
    const std::vector<int32_t> w_zero =
        random.Ints(out_c, asymmetric ? -128 : 0, asymmetric ? 127 : 0);
    const Scale scale =
        RandomScale<int8_t>(random, layer.taps() * 32768.0 + 50000);
    std::vector<int32_t> mult = random.Ints(out_c, scale.mult / 2, scale.mult);
    tc_conv2d_s8_quant q = {};
    q.in_zero = random.Int(0, 3) == 0 ? 0 : random.Int(-128, 127);
    q.out_zero = random.Int(-128, 127);
    q.shift = scale.shift;
    q.lo = random.Bool() ? -128 : q.out_zero;
    q.hi = random.Bool() ? 127 : random.Int(q.lo, 127);

    std::vector<int64_t> acc(static_cast<size_t>(layer.outputs()));
    ForEachProduct(layer, q.in_zero,
                   [&](size_t y, int32_t o, int32_t x, int32_t w) {
                     acc[y] += int64_t{x} * (w - w_zero[o]);
                   });

    Guarded<int8_t> y(layer.outputs());
    const auto shape = Operator::Shape(layer.s);
    const std::vector<int8_t> w =
        Operator::Pack(row, layer.s, layer.taps(), layer.w);
    if constexpr (kPacked) {
      const std::vector<uint8_t> packed = PackNibbles(w);
      row.As<Signature>()(&shape, &q, layer.x.data(), packed.data(),
                          layer.bias.data(), mult.data(), y.data());
    } else {
      row.As<Signature>()(&shape, &q, layer.x.data(), w.data(),
                          layer.bias.data(), mult.data(),
                          asymmetric ? w_zero.data() : nullptr, y.data());
    }
    for (size_t k = 0; k < acc.size(); ++k) {
      const size_t o = k % out_c;
      const Int128 v =
          RoundScaled(acc[k] + layer.bias[o], mult[o], scale.exponent);
      ASSERT_EQ(y[k], ClampTo<int8_t>(v + q.out_zero, q.lo, q.hi))
          << "shape " << i << " output " << k;
    }
  }
}

template <typename Operator, typename Signature>
void TestS16(const KernelRow& row) {
  Random random(13);
  for (int i = 0; i < kShapes; ++i) {
    const auto layer =
        RandomLayer<int16_t, int8_t, int64_t>(random, Operator::Random(random));
    const int32_t out_c = layer.s.out_c;
    const Scale scale =
        RandomScale<int16_t>(random, layer.taps() * 4194304.0 + 50000);
    std::vector<int32_t> mult = random.Ints(out_c, scale.mult / 2, scale.mult);
    tc_conv2d_s16_quant q = {};
    q.in_zero = random.Bool() ? 0 : random.Int(-32768, 32767);
    q.out_zero = random.Bool() ? 0 : random.Int(-32768, 32767);
    q.shift = scale.shift;
    q.lo = random.Bool() ? -32768 : q.out_zero;
    q.hi = 32767;

    std::vector<int64_t> acc(static_cast<size_t>(layer.outputs()));
    ForEachProduct(
        layer, q.in_zero,
        [&](size_t y, int32_t, int64_t x, int64_t w) { acc[y] += x * w; });

    Guarded<int16_t> y(layer.outputs());
    const auto shape = Operator::Shape(layer.s);
    const std::vector<int8_t> w =
        Operator::Pack(row, layer.s, layer.taps(), layer.w);
    row.As<Signature>()(&shape, &q, layer.x.data(), w.data(), layer.bias.data(),
                        mult.data(), y.data());
    for (size_t k = 0; k < acc.size(); ++k) {
      const size_t o = k % out_c;
      const Int128 v =
          RoundScaled(acc[k] + layer.bias[o], mult[o], scale.exponent);
      ASSERT_EQ(y[k], ClampTo<int16_t>(v + q.out_zero, q.lo, q.hi))
          << "shape " << i << " output " << k;
    }
  }
}

class WeightedTest : public testing::TestWithParam<KernelRow> {};

TEST_P(WeightedTest, ComputesWhatItsFamilyMeans) {
  const KernelRow& row = GetParam();
  if (row.family == "conv2d_f32") {
    TestF32<Convolution, tc_conv2d_f32_fn>(row);
  } else if (row.family == "conv2d_s8") {
    TestS8<Convolution, tc_conv2d_s8_fn>(row);
  } else if (row.family == "conv2d_s8s4") {
    TestS8<Convolution, tc_conv2d_s8s4_fn>(row);
  } else if (row.family == "conv2d_s16") {
    TestS16<Convolution, tc_conv2d_s16_fn>(row);
  } else if (row.family == "depthwise2d_f32") {
    TestF32<Depthwise, tc_depthwise2d_f32_fn>(row);
  } else if (row.family == "depthwise2d_s8") {
    TestS8<Depthwise, tc_depthwise2d_s8_fn>(row);
  } else if (row.family == "depthwise2d_s16") {
    TestS16<Depthwise, tc_depthwise2d_s16_fn>(row);
  } else if (row.family == "dense_f32") {
    TestF32<Dense, tc_dense_f32_fn>(row);
  } else if (row.family == "dense_s8") {
    TestS8<Dense, tc_dense_s8_fn>(row);
  } else if (row.family == "dense_s8s4") {
    TestS8<Dense, tc_dense_s8s4_fn>(row);
  } else if (row.family == "dense_s16") {
    TestS16<Dense, tc_dense_s16_fn>(row);
  } else {
    FAIL() << "no test for the family " << row.family;
  }
}

INSTANTIATE_TEST_SUITE_P(Conv2d, WeightedTest,
                         testing::ValuesIn(KernelRows("conv2d_")), RowName());
INSTANTIATE_TEST_SUITE_P(Depthwise2d, WeightedTest,
                         testing::ValuesIn(KernelRows("depthwise2d_")),
                         RowName());
INSTANTIATE_TEST_SUITE_P(Dense, WeightedTest,
                         testing::ValuesIn(KernelRows("dense_")), RowName());

}  // namespace
}  // namespace tinyc
