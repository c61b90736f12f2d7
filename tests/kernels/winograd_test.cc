// SPDX-License-Identifier: Apache-2.0
//
// Convolutions by Winograd's F(2x2, 3x3) against the statement of what layers
// compute.  The forms of the weights are stated here once more, after
// runtime/include/tc_winograd.h and tc_winograd_bytes.h.

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tc_winograd.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/weighted.h"

namespace tinyc {
namespace {

constexpr int kShapes = 300;

using ConvolutionLayer = Layer<int8_t, int8_t, int32_t>;
using Words = std::vector<uint32_t>;

// G g G' of output channel o and input channel c.
std::array<int32_t, 16> Transformed(const ConvolutionLayer& layer, int32_t o,
                                    int32_t c) {
  constexpr int32_t kG[4][3] = {{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}};
  std::array<int32_t, 16> u = {};
  if (o >= layer.s.out_c) return u;
  for (size_t p = 0; p < 16; ++p) {
    for (int32_t tap = 0; tap < 9; ++tap) {
      const size_t at =
          static_cast<size_t>(o * layer.taps() + tap * layer.s.in_c + c);
      u[p] += kG[p / 4][tap / 3] * kG[p % 4][tap % 3] * layer.w[at];
    }
  }
  return u;
}

Words Blocks(const ConvolutionLayer& layer, const Requantization& r) {
  const int32_t in_c = layer.s.in_c;
  Words words;
  for (int32_t o = 0; o < layer.s.out_c; o += 4) {
    const size_t first = words.size();
    words.resize(first + static_cast<size_t>(tc_winograd_block(in_c)));
    for (int32_t k = 0; k < 4; ++k) {
      for (int32_t pair = 0; pair < in_c / 2; ++pair) {
        const int32_t c = pair / 2 * 4 + pair % 2;
        const std::array<int32_t, 16> low = Transformed(layer, o + k, c);
        const std::array<int32_t, 16> high = Transformed(layer, o + k, c + 2);
        for (int32_t p = 0; p < 16; ++p) {
          words[first + static_cast<size_t>((p * in_c / 2 + pair) * 4 + k)] =
              tc_pair(low[static_cast<size_t>(p)] * (1 << r.q.shift),
                      high[static_cast<size_t>(p)] * (1 << r.q.shift));
        }
      }
      if (o + k >= layer.s.out_c) continue;
      const auto channel = static_cast<size_t>(o + k);
      const size_t bias = first + static_cast<size_t>(32 * in_c + k);
      words[bias] = static_cast<uint32_t>(layer.bias[channel])
                    << (r.q.shift + 2);
      words[bias + 4] = static_cast<uint32_t>(r.mult[channel]);
    }
  }
  return words;
}

int64_t ScratchWords(const tc_conv2d_shape& s) {
  return TC_WINOGRAD_SUMS + 16 * s.in_c +
         4 * ((s.out_w + 3) / 4 * 4 + 2) * s.in_c / 4;
}

// The same for weights that stay bytes, in passes of `strips` pairs of rows.
Words ByteBlocks(const ConvolutionLayer& layer, const Requantization& r,
                 int32_t strips) {
  const int32_t in_c = layer.s.in_c;
  Words words = {static_cast<uint32_t>(strips)};
  for (int32_t o = 0; o < layer.s.out_c; o += 4) {
    const size_t first = words.size();
    words.resize(first + static_cast<size_t>(9 * in_c + 8));
    for (int32_t k = 0; k < 4 && o + k < layer.s.out_c; ++k) {
      const auto channel = static_cast<size_t>(o + k);
      for (int32_t i = 0; i < 9 * in_c; ++i) {
        const auto byte = static_cast<uint8_t>(
            layer.w[channel * static_cast<size_t>(9 * in_c) +
                    static_cast<size_t>(i)]);
        words[first + static_cast<size_t>((k * 9 * in_c + i) / 4)] |=
            uint32_t{byte} << (i % 4 * 8);
      }
      const size_t bias = first + static_cast<size_t>(9 * in_c + k);
      words[bias] = static_cast<uint32_t>(layer.bias[channel]) << 2;
      words[bias + 4] = static_cast<uint32_t>(r.mult[channel]);
    }
  }
  return words;
}

int64_t ByteScratchWords(const tc_conv2d_shape& s, int32_t strips) {
  const int32_t tiles = (s.out_w + 3) / 4;
  return TC_WINOGRAD_SUMS + 32 * s.in_c + strips * tiles * 16 * s.in_c +
         (2 * strips + 2) * (4 * tiles + 2) * s.in_c / 4;
}

tc_conv2d_shape RandomShape(Random& random) {
  tc_conv2d_shape s = {};
  s.batch = random.Int(1, 2);
  s.kernel_h = s.kernel_w = 3;
  s.stride_h = s.stride_w = s.dilation_h = s.dilation_w = s.group = 1;
  s.in_c = 4 * random.Int(1, random.Int(0, 9) == 0 ? 32 : 6);
  s.out_c = random.Int(1, 13);
  s.pad_top = random.Int(0, 1);
  s.pad_left = random.Int(0, 1);
  while (s.out_h <= 0 || s.out_w <= 0) {
    s.in_h = random.Int(1, 11);
    s.in_w = random.Int(1, 13);
    s.out_h = s.in_h + s.pad_top + random.Int(0, 1) - 2;
    s.out_w = s.in_w + s.pad_left + random.Int(0, 1) - 2;
  }
  return s;
}

// A layer whose sums, times 2^(shift + 2), fit 32 bits, and the weights
// halfwords.
struct Case {
  explicit Case(Random& random, bool shifted)
      : layer(
            RandomLayer<int8_t, int8_t, int32_t>(random, RandomShape(random))) {
    MakeExtreme(random);
    r = RandomRequantization(random, layer);
    r.q.shift = random.Bool() || !shifted ? 0 : random.Int(1, 4);
    strips = random.Int(1, 4);
    r.scale.exponent = 32 - r.q.shift;
  }

  // Now and then nothing but the ends of the range.
  void MakeExtreme(Random& random) {
    const int kind = random.Int(0, 5);
    if (kind == 0) std::fill(layer.w.begin(), layer.w.end(), int8_t{-128});
    if (kind == 1) std::fill(layer.w.begin(), layer.w.end(), int8_t{127});
    if (kind > 2) return;
    for (int8_t& x : layer.x) x = random.Bool() ? -128 : 127;
    if (kind != 2) return;
    for (int8_t& w : layer.w) w = random.Bool() ? -128 : 127;
  }

  ConvolutionLayer layer;
  Requantization r;
  int32_t strips = 0;
};

class WinogradTest : public testing::TestWithParam<KernelRow> {
 protected:
  static bool StaysBytes() {
    return GetParam().family == "conv2d_s8_winograd_bytes";
  }

  void Run(const Case& c, const tc_conv2d_shape& s, const int8_t* x,
           int8_t* y) {
    const Words w = StaysBytes() ? ByteBlocks(c.layer, c.r, c.strips)
                                 : Blocks(c.layer, c.r);
    Guarded<uint32_t> scratch(StaysBytes() ? ByteScratchWords(s, c.strips)
                                           : ScratchWords(s));
    GetParam().As<tc_conv2d_s8_winograd_fn>()(&s, &c.r.q, x, w.data(),
                                              scratch.data(), y);
  }
};

TEST_P(WinogradTest, ComputesWhatItsFamilyMeans) {
  Random random(31);
  for (int i = 0; i < kShapes; ++i) {
    const Case c(random, !StaysBytes());
    const std::vector<int8_t> expected = ResultsOf(c.layer, c.r);
    Guarded<int8_t> y(c.layer.outputs());
    Run(c, c.layer.s, c.layer.x.data(), y.data());
    for (size_t k = 0; k < expected.size(); ++k) {
      ASSERT_EQ(y[static_cast<int64_t>(k)], expected[k])
          << "shape " << i << " output " << k;
    }
  }
}

// As layers that take turns call it.
TEST_P(WinogradTest, ComputesRowByRow) {
  Random random(32);
  for (int i = 0; i < kShapes; ++i) {
    const Case c(random, !StaysBytes());
    const tc_conv2d_shape& s = c.layer.s;
    if (s.batch != 1) continue;
    const std::vector<int8_t> expected = ResultsOf(c.layer, c.r);
    for (int32_t oy = 0; oy < s.out_h; ++oy) {
      const int32_t first = std::max(oy - s.pad_top, 0);
      tc_conv2d_shape row = s;
      row.in_h = std::min(oy - s.pad_top + 3, s.in_h) - first;
      row.pad_top = std::max(s.pad_top - oy, 0);
      row.out_h = 1;
      Guarded<int8_t> y(int64_t{s.out_w} * s.out_c);
      Run(c, row, c.layer.x.data() + first * s.in_w * s.in_c, y.data());
      for (int32_t k = 0; k < s.out_w * s.out_c; ++k) {
        ASSERT_EQ(y[k],
                  expected[static_cast<size_t>(oy * s.out_w * s.out_c + k)])
            << "shape " << i << " row " << oy << " output " << k;
      }
    }
  }
}

// Row y of the result ends where row y - pad_top of the operand begins, the
// first that its window has: TC_BY_ROWS.
TEST_P(WinogradTest, WritesWhereItHasRead) {
  Random random(33);
  for (int i = 0; i < kShapes; ++i) {
    const Case c(random, !StaysBytes());
    const tc_conv2d_shape& s = c.layer.s;
    if (s.batch != 1) continue;
    const std::vector<int8_t> expected = ResultsOf(c.layer, c.r);
    const int64_t in_row = int64_t{s.in_w} * s.in_c;
    const int64_t out_row = int64_t{s.out_w} * s.out_c;
    int64_t ahead = 0;  // from the result to the operand
    for (int32_t oy = 0; oy < s.out_h; ++oy) {
      ahead = std::max(
          ahead, (oy + 1) * out_row - std::max(oy - s.pad_top, 0) * in_row);
    }
    const auto x_size = static_cast<int64_t>(c.layer.x.size());
    Guarded<int8_t> memory(std::max(ahead + x_size, s.out_h * out_row));
    std::copy(c.layer.x.begin(), c.layer.x.end(), memory.data() + ahead);
    Run(c, s, memory.data() + ahead, memory.data());
    for (size_t k = 0; k < expected.size(); ++k) {
      ASSERT_EQ(memory[static_cast<int64_t>(k)], expected[k])
          << "shape " << i << " output " << k;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, WinogradTest,
    testing::Values(KernelRows("conv2d_s8_winograd")[0],
                    KernelRows("conv2d_s8_winograd_bytes")[0]),
    RowName());

}  // namespace
}  // namespace tinyc
