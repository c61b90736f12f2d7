// SPDX-License-Identifier: Apache-2.0
//
// Kernels that multiply pairs of 16-bit numbers, 16 bytes at a time or bytes of
// two pixels, against the statement of what layers compute.  The forms of their
// weights are stated here once more, after runtime/include/tc_paired.h,
// tc_by16.h and tc_twin.h.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tc_by16.h"
#include "tc_paired.h"
#include "tc_twin.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/weighted.h"

namespace tinyc {
namespace {

constexpr int kShapes = 400;

using ArrangedLayer = Layer<int8_t, int8_t, int32_t>;
using Words = std::vector<uint32_t>;

// The order of the taps of a layer whose runs have `run` of them.
std::vector<int32_t> TapOrder(int32_t taps, int32_t run) {
  std::vector<int32_t> fours;
  std::vector<int32_t> rest;
  for (int32_t k = 0; k < taps; ++k) {
    const int32_t in_run = k % run;
    if (in_run >= run - run % 4) {
      rest.push_back(k);
    } else if (in_run % 4 == 0) {
      for (const int32_t i : {0, 2, 1, 3}) fours.push_back(k + i);
    }
  }
  fours.insert(fours.end(), rest.begin(), rest.end());
  return fours;
}

Words Pair(const ArrangedLayer& layer, const std::vector<int32_t>& mult,
           int32_t run) {
  const std::vector<int32_t> order = TapOrder(layer.taps(), run);
  const auto pairs = static_cast<int32_t>((order.size() + 1) / 2);
  const auto weight = [&](int32_t o, size_t k) {
    if (o >= layer.s.out_c || k >= order.size()) return 0;
    return int{layer.w[static_cast<size_t>(o * layer.taps() + order[k])]};
  };
  const auto of = [&](const std::vector<int32_t>& v, int32_t o) {
    return o < layer.s.out_c ? v[static_cast<size_t>(o)] : 0;
  };
  Words words;
  for (int32_t o = 0; o < layer.s.out_c; o += 4) {
    for (const int32_t c : {o, o + 2}) {
      const int32_t second = of(layer.bias, c + 1);
      words.push_back(static_cast<uint32_t>(256 * of(layer.bias, c) + second));
      words.push_back(static_cast<uint32_t>(second));
    }
    for (size_t k = 0; k < 2 * static_cast<size_t>(pairs); k += 2) {
      for (const int32_t c : {o, o + 2}) {
        words.push_back(tc_pair(256 * weight(c, k) + weight(c + 1, k),
                                256 * weight(c, k + 1) + weight(c + 1, k + 1)));
      }
    }
    for (int32_t c = o; c < o + 4; ++c) {
      words.push_back(static_cast<uint32_t>(of(mult, c)));
    }
  }
  return words;
}

Words By16(const ArrangedLayer& layer, const std::vector<int32_t>& mult) {
  const int32_t channels = layer.s.out_c;
  const int32_t steps = tc_by16_steps(layer.taps());
  Words words;
  for (int32_t first = 0; first < channels; first += 4) {
    const size_t block = words.size();
    words.resize(block + 4 + static_cast<size_t>(16 * steps) + 4);
    for (int32_t c = 0; c < 4 && first + c < channels; ++c) {
      const auto o = static_cast<size_t>(first + c);
      words[block + static_cast<size_t>(c)] =
          static_cast<uint32_t>(layer.bias[o]);
      words[words.size() - 4 + static_cast<size_t>(c)] =
          static_cast<uint32_t>(mult[o]);
      for (int32_t k = 0; k < layer.taps(); ++k) {
        const auto at = static_cast<size_t>(k / 16 * 64 + c * 16 + k % 16);
        const int8_t w = layer.w[o * static_cast<size_t>(layer.taps()) +
                                 static_cast<size_t>(k)];
        words[block + 4 + at / 4] |= uint32_t{static_cast<uint8_t>(w)}
                                     << (8 * (at % 4));
      }
    }
  }
  return words;
}

Words Twin(const ArrangedLayer& layer, const std::vector<int32_t>& mult) {
  const int32_t channels = layer.s.out_c;
  const int32_t pairs = tc_twin_pairs(layer.taps());
  Words words;
  for (size_t o = 0; o < static_cast<size_t>(channels); ++o) {
    words.push_back(static_cast<uint32_t>(layer.bias[o]));
    words.push_back(static_cast<uint32_t>(mult[o]));
  }
  const size_t blocks = words.size();
  words.resize(blocks + static_cast<size_t>((channels + 3) / 4 * 2 * pairs));
  for (int32_t o = 0; o < channels; ++o) {
    for (int32_t k = 0; k < layer.taps(); ++k) {
      const auto at =
          static_cast<size_t>((o / 4 * pairs + k / 2) * 8 + o % 4 * 2 + k % 2);
      const int8_t w = layer.w[static_cast<size_t>(o * layer.taps() + k)];
      words[blocks + at / 4] |= uint32_t{static_cast<uint8_t>(w)}
                                << (8 * (at % 4));
    }
  }
  return words;
}

struct Convolution {
  using Signature = tc_conv2d_s8_paired_fn;
  using By16Signature = tc_conv2d_s8_by16_fn;
  static tc_conv2d_shape Random(tinyc::Random& random) {
    tc_conv2d_shape s = {};
    do {
      s = RandomConvolution(random);
    } while (s.group != 1);
    s.out_c = random.Int(1, 13);
    if (random.Int(0, 3) == 0) s.in_c = 16 * random.Int(1, 3);
    if (random.Int(0, 3) == 0) {  // 1x1, of which taps need not be gathered
      s.kernel_h = s.kernel_w = s.stride_h = s.stride_w = 1;
      s.pad_top = s.pad_left = 0;
      s.out_h = s.in_h;
      s.out_w = s.in_w;
    }
    return s;
  }
  static tc_conv2d_shape Shape(const tc_conv2d_shape& s) { return s; }
  static int32_t Run(const tc_conv2d_shape& s) {
    return s.dilation_w == 1 ? s.kernel_w * s.in_c : s.in_c;
  }
  static constexpr bool kHasTwin = true;
  static int32_t ScratchBytes(const ArrangedLayer& layer, int32_t run) {
    return 8 * tc_paired_pairs(layer.taps() / run, run) + 2 * run;
  }
};

struct Dense {
  using Signature = tc_dense_s8_paired_fn;
  using By16Signature = tc_dense_s8_by16_fn;
  static constexpr bool kHasTwin = false;
  static tc_conv2d_shape Random(tinyc::Random& random) {
    return RandomDense(random);
  }
  static tc_dense_shape Shape(const tc_conv2d_shape& s) {
    return {s.batch, s.in_c, s.out_c};
  }
  static int32_t Run(const tc_conv2d_shape& s) { return s.in_c; }
  static int32_t ScratchBytes(const ArrangedLayer&, int32_t run) {
    return 4 * tc_paired_pairs(1, run);
  }
};

// Makes every other tap of some channels -128 and every other activation the
// least or the greatest, for the greatest sums that two products can have.
void Extremes(Random& random, ArrangedLayer* layer) {
  const int32_t taps = layer->taps();
  for (int32_t o = 0; o < layer->s.out_c; ++o) {
    const int32_t odd = random.Int(0, 1);
    const int8_t other = random.Bool() ? 127 : -127;
    if (random.Int(0, 2) == 0) continue;
    for (int32_t k = 0; k < taps; ++k) {
      layer->w[static_cast<size_t>(o * taps + k)] =
          k % 2 == odd ? int8_t{-128} : other;
    }
  }
  if (random.Bool()) return;
  for (int8_t& x : layer->x) {
    if (random.Int(0, 3) != 0) x = random.Bool() ? -128 : 127;
  }
}

template <typename Operator>
void TestRow(const KernelRow& row) {
  Random random(23);
  for (int i = 0; i < kShapes; ++i) {
    ArrangedLayer layer =
        RandomLayer<int8_t, int8_t, int32_t>(random, Operator::Random(random));
    // What halfwords hold, and sums of at most 23 bits and a sign.
    const int divisor = layer.taps() > 500 ? 4 : 1;
    for (int8_t& w : layer.w) {
      w = static_cast<int8_t>(std::max<int>(w, -127) / divisor);
    }
    if (row.family.ends_with("_twin")) Extremes(random, &layer);
    const Requantization r = RandomRequantization(random, layer);

    Guarded<int8_t> apart(layer.outputs());
    NearOperand<int8_t> near(layer);
    const bool is_near = row.by_rows && layer.s.batch == 1 && i % 2 == 1;
    const int8_t* const x = is_near ? near.x() : layer.x.data();
    int8_t* const y = is_near ? near.y() : apart.data();
    const auto shape = Operator::Shape(layer.s);
    if (row.family.ends_with("_paired")) {
      const int32_t run = Operator::Run(layer.s);
      const Words w = Pair(layer, r.mult, run);
      Guarded<uint32_t> scratch((Operator::ScratchBytes(layer, run) + 3) / 4);
      row.As<typename Operator::Signature>()(&shape, &r.q, x, w.data(),
                                             scratch.data(), y);
    } else if (row.family.ends_with("_twin")) {
      if constexpr (Operator::kHasTwin) {
        const Words w = Twin(layer, r.mult);
        Guarded<uint32_t> scratch(2 * tc_twin_pairs(layer.taps()) +
                                  (2 * Operator::Run(layer.s) + 3) / 4);
        row.As<tc_conv2d_s8_twin_fn>()(&shape, &r.q, x, w.data(),
                                       scratch.data(), y);
      }
    } else {
      const Words w = By16(layer, r.mult);
      Guarded<int8_t> scratch(32 * tc_by16_steps(layer.taps()));
      row.As<typename Operator::By16Signature>()(&shape, &r.q, x, w.data(),
                                                 scratch.data(), y);
    }
    const std::vector<int8_t> expected = ResultsOf(layer, r);
    for (size_t k = 0; k < expected.size(); ++k) {
      ASSERT_EQ(y[k], expected[k]) << "shape " << i << " output " << k;
    }
  }
}

class ArrangedTest : public testing::TestWithParam<KernelRow> {};

TEST_P(ArrangedTest, ComputesWhatItsFamilyMeans) {
  const KernelRow& row = GetParam();
  if (row.family.starts_with("conv2d_")) {
    TestRow<Convolution>(row);
  } else {
    TestRow<Dense>(row);
  }
}

INSTANTIATE_TEST_SUITE_P(Paired, ArrangedTest,
                         testing::Values(KernelRows("conv2d_s8_paired")[0],
                                         KernelRows("dense_s8_paired")[0]),
                         RowName());
INSTANTIATE_TEST_SUITE_P(By16, ArrangedTest,
                         testing::Values(KernelRows("conv2d_s8_by16")[0],
                                         KernelRows("dense_s8_by16")[0]),
                         RowName());
INSTANTIATE_TEST_SUITE_P(Twin, ArrangedTest,
                         testing::Values(KernelRows("conv2d_s8_twin")[0]),
                         RowName());

}  // namespace
}  // namespace tinyc
