// SPDX-License-Identifier: Apache-2.0
//
// Every convolution, depthwise and dense kernel against one statement of what
// they compute, except those of compressed weights, compressed_test.cc, of
// weights for special instructions, arranged_test.cc, and those that work in
// place, in_place_test.cc.

#include <algorithm>
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
#include "tests/kernels/weighted.h"

namespace tinyc {
namespace {

constexpr int kShapes = 250;

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
  static tc_conv2d_shape Random(Random& random) {
    tc_conv2d_shape s = RandomDense(random);
    if (random.Int(0, 9) == 0) s.in_c = random.Int(500, 1100);
    return s;
  }
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
    if (row.by_rows && layer.s.batch == 1) {
      NearOperand<float> near(layer);
      row.As<Signature>()(&shape, &act, near.x(), w.data(), layer.bias.data(),
                          near.y());
      for (size_t k = 0; k < sum.size(); ++k) {
        ASSERT_EQ(near.y()[k], y[k]) << "shape " << i << " output " << k;
      }
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
    if (i % 8 == 0) {  // the greatest products
      std::fill(layer.x.begin(), layer.x.end(), int8_t{-128});
      for (int8_t& w : layer.w) w = w < 0 ? -128 : w;
    }
    if (kPacked) {
      for (int8_t& w : layer.w) w = static_cast<int8_t>(w >> 4);
    }
    const int32_t out_c = layer.s.out_c;
    const bool asymmetric = !kPacked && random.Int(0, 3) == 0;
    const std::vector<int32_t> w_zero =
        random.Ints(out_c, asymmetric ? -128 : 0, asymmetric ? 127 : 0);
    const Requantization r = RandomRequantization(random, layer);

    std::vector<int64_t> acc(static_cast<size_t>(layer.outputs()));
    ForEachProduct(layer, r.q.in_zero,
                   [&](size_t y, int32_t o, int32_t x, int32_t w) {
                     acc[y] += int64_t{x} * (w - w_zero[o]);
                   });

    Guarded<int8_t> y(layer.outputs());
    const auto shape = Operator::Shape(layer.s);
    const std::vector<int8_t> w =
        Operator::Pack(row, layer.s, layer.taps(), layer.w);
    const auto run = [&](const int8_t* x, int8_t* to) {
      if constexpr (kPacked) {
        const std::vector<uint8_t> packed = PackNibbles(w);
        row.As<Signature>()(&shape, &r.q, x, packed.data(), layer.bias.data(),
                            r.mult.data(), to);
      } else {
        row.As<Signature>()(&shape, &r.q, x, w.data(), layer.bias.data(),
                            r.mult.data(), asymmetric ? w_zero.data() : nullptr,
                            to);
      }
    };
    run(layer.x.data(), y.data());
    for (size_t k = 0; k < acc.size(); ++k) {
      ASSERT_EQ(y[k], Requantized(r, layer, k, acc[k]))
          << "shape " << i << " output " << k;
    }
    if (row.by_rows && layer.s.batch == 1) {
      NearOperand<int8_t> near(layer);
      run(near.x(), near.y());
      for (size_t k = 0; k < acc.size(); ++k) {
        ASSERT_EQ(near.y()[k], y[k]) << "shape " << i << " output " << k;
      }
    }
  }
}

template <typename Operator, typename Signature>
void TestS16(const KernelRow& row) {
  Random random(13);
  for (int i = 0; i < kShapes; ++i) {
    auto layer =
        RandomLayer<int16_t, int8_t, int64_t>(random, Operator::Random(random));
    if (i % 8 == 0) {  // the greatest products
      std::fill(layer.x.begin(), layer.x.end(), int16_t{-32768});
      std::fill(layer.w.begin(), layer.w.end(), int8_t{-128});
    }
    const int32_t out_c = layer.s.out_c;
    double most = 50000;
    if (i % 8 == 1) {  // sums around what fits 32 bits
      for (int64_t& b : layer.bias) b += int64_t{random.Int(-12, 12)} << 28;
      most += 12.0 * (1 << 28);
    }
    const Scale scale =
        RandomScale<int16_t>(random, layer.taps() * 4194304.0 + most);
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
    if (row.by_rows && layer.s.batch == 1) {
      NearOperand<int16_t> near(layer);
      row.As<Signature>()(&shape, &q, near.x(), w.data(), layer.bias.data(),
                          mult.data(), near.y());
      for (size_t k = 0; k < acc.size(); ++k) {
        ASSERT_EQ(near.y()[k], y[k]) << "shape " << i << " output " << k;
      }
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

// The rows of families whose names say no more than the number type.
std::vector<KernelRow> PlainRows(const std::string& prefix) {
  std::vector<KernelRow> rows = KernelRows(prefix);
  std::erase_if(rows, [&](const KernelRow& row) {
    return row.family.find('_', prefix.size()) != std::string::npos;
  });
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Conv2d, WeightedTest,
                         testing::ValuesIn(PlainRows("conv2d_")), RowName());
INSTANTIATE_TEST_SUITE_P(Depthwise2d, WeightedTest,
                         testing::ValuesIn(PlainRows("depthwise2d_")),
                         RowName());
INSTANTIATE_TEST_SUITE_P(Dense, WeightedTest,
                         testing::ValuesIn(PlainRows("dense_")), RowName());

}  // namespace
}  // namespace tinyc
