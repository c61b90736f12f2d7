// SPDX-License-Identifier: Apache-2.0
//
// Random layers with weights, and one statement of what they compute.  A
// depthwise layer is a convolution of as many groups as input channels; a dense
// one is a convolution of one-pixel images.

#ifndef TINYC_TESTS_KERNELS_WEIGHTED_H_
#define TINYC_TESTS_KERNELS_WEIGHTED_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "conv2d/conv2d.h"
#include "tests/kernels/fixture.h"

namespace tinyc {

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

inline int32_t OutputSize(Random& random, int32_t in, int32_t kernel,
                          int32_t stride, int32_t dilation, int32_t pad) {
  const int32_t after = random.Int(0, kernel);
  const int32_t room = in + pad + after - (kernel - 1) * dilation - 1;
  return room < 0 ? 0 : room / stride + 1;
}

// A random convolution with at least one output and kernels up to `kernel`.
inline tc_conv2d_shape RandomConvolution(Random& random, int32_t kernel = 5) {
  tc_conv2d_shape s = {};
  while (s.out_h <= 0 || s.out_w <= 0) {
    s.batch = random.Int(1, 2);
    s.in_h = random.Int(1, 9);
    s.in_w = random.Int(1, random.Int(0, 3) == 0 ? 3 : 20);
    s.group = random.Int(0, 3) == 0 ? random.Int(1, 4) : 1;
    s.in_c = s.group * random.Int(1, random.Bool() ? 5 : 40);
    s.out_c = s.group * random.Int(1, random.Bool() ? 9 : 70);
    s.kernel_h = random.Int(1, kernel);
    s.kernel_w = random.Int(1, kernel);
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

inline tc_conv2d_shape RandomDepthwise(Random& random) {
  tc_conv2d_shape s = RandomConvolution(random, random.Bool() ? 5 : 8);
  s.in_c = random.Int(1, random.Bool() ? 9 : 100);
  s.out_c = s.in_c * (random.Bool() ? 1 : random.Int(1, 4));
  s.group = s.in_c;
  return s;
}

inline tc_conv2d_shape RandomDense(Random& random) {
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

// An operand with one image, and the bytes of a result that come as near to it
// as TC_BY_ROWS allows: each row ends where the first row of its window begins,
// or before.
template <typename T>
class NearOperand {
 public:
  template <typename W, typename B>
  explicit NearOperand(const Layer<T, W, B>& layer)
      : x_at_(Ahead(layer.s)),
        y_at_(x_at_ < 0 ? -x_at_ : 0),
        memory_(std::max(y_at_ + layer.outputs(),
                         y_at_ + x_at_ + int64_t(layer.x.size()))) {
    x_at_ += y_at_;
    std::copy(layer.x.begin(), layer.x.end(), x());
  }
  T* x() { return memory_.data() + x_at_; }
  T* y() { return memory_.data() + y_at_; }

 private:
  // Elements from the beginning of the result to that of the operand.
  static int64_t Ahead(const tc_conv2d_shape& s) {
    const int64_t in_row = int64_t{s.in_w} * s.in_c;
    const int64_t out_row = int64_t{s.out_w} * s.out_c;
    int64_t ahead = std::numeric_limits<int64_t>::min();
    for (int32_t oy = 0; oy < s.out_h; ++oy) {
      const int32_t top =
          std::clamp(oy * s.stride_h - s.pad_top, 0, s.in_h - 1);
      ahead = std::max(ahead, (oy + 1) * out_row - top * in_row);
    }
    return ahead;
  }

  int64_t x_at_;
  int64_t y_at_;
  Guarded<T> memory_;
};

// How the sums of a layer of 8-bit activations become its results.
struct Requantization {
  Scale scale = {};
  std::vector<int32_t> mult = {};  // of each output channel
  tc_weighted_quant q = {};
};

template <typename Layer>
Requantization RandomRequantization(Random& random, const Layer& layer) {
  Requantization r;
  r.scale = RandomScale<int8_t>(random, layer.taps() * 32768.0 + 50000);
  r.mult = random.Ints(layer.s.out_c, r.scale.mult / 2, r.scale.mult);
  r.q.in_zero = random.Int(0, 3) == 0 ? 0 : random.Int(-128, 127);
  r.q.out_zero = random.Int(-128, 127);
  r.q.shift = r.scale.shift;
  r.q.lo = random.Bool() ? -128 : r.q.out_zero;
  r.q.hi = random.Bool() ? 127 : random.Int(r.q.lo, 127);
  return r;
}

// The result of the `k`-th output, whose products add up to `sum`.
template <typename Layer>
int8_t Requantized(const Requantization& r, const Layer& layer, size_t k,
                   int64_t sum) {
  const size_t o = k % static_cast<size_t>(layer.s.out_c);
  const Int128 v =
      RoundScaled(sum + layer.bias[o], r.mult[o], r.scale.exponent);
  return ClampTo<int8_t>(v + r.q.out_zero, r.q.lo, r.q.hi);
}

// The results of a layer whose weights have no zero points.
template <typename Layer>
std::vector<int8_t> ResultsOf(const Layer& layer, const Requantization& r) {
  std::vector<int64_t> sums(static_cast<size_t>(layer.outputs()));
  ForEachProduct(layer, r.q.in_zero,
                 [&](size_t y, int32_t, int32_t x, int32_t weight) {
                   sums[y] += int64_t{x} * weight;
                 });
  std::vector<int8_t> results;
  for (size_t k = 0; k < sums.size(); ++k) {
    results.push_back(Requantized(r, layer, k, sums[k]));
  }
  return results;
}

}  // namespace tinyc

#endif  // TINYC_TESTS_KERNELS_WEIGHTED_H_
