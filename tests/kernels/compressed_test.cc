// SPDX-License-Identifier: Apache-2.0
//
// Kernels of compressed weights against the statement of what layers compute.
// The formats are stated here once more, after runtime/include/tc_compressed.h.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/weighted.h"

namespace tinyc {
namespace {

constexpr int kShapes = 400;

using Bytes = std::vector<uint8_t>;
using Run = std::vector<int8_t>;

// --- the formats -------------------------------------------------------------

// The weights of a run with the distance of each from the one before, zeros
// where it is too far, and one more to make pairs.
Bytes Skip(const Run& run) {
  Bytes skips;
  Bytes values;
  int distance = 0;
  for (const int8_t value : run) {
    if (value != 0 || distance == 15) {
      skips.push_back(static_cast<uint8_t>(distance));
      values.push_back(static_cast<uint8_t>(value));
      distance = 0;
    }
    ++distance;
  }
  if (values.size() % 2 != 0) {
    skips.push_back(0);
    values.push_back(0);
  }
  Bytes bytes;
  const size_t pairs = values.size() / 2;
  for (size_t i = 0; i < pairs; ++i) {
    if (i % 255 == 0) {
      bytes.push_back(static_cast<uint8_t>(std::min<size_t>(255, pairs - i)));
    }
    bytes.push_back(static_cast<uint8_t>(skips[2 * i] + 16 * skips[2 * i + 1]));
    bytes.push_back(values[2 * i]);
    bytes.push_back(values[2 * i + 1]);
  }
  if (pairs % 255 == 0) bytes.push_back(0);
  return bytes;
}

Bytes Mask(const Run& run) {
  Bytes bytes;
  size_t mask = 0;
  for (size_t k = 0; k < run.size(); ++k) {
    if (k % 8 == 0) {
      mask = bytes.size();
      bytes.push_back(0);
    }
    if (run[k] == 0) continue;
    bytes[mask] = static_cast<uint8_t>(bytes[mask] + (1 << (k % 8)));
    bytes.push_back(static_cast<uint8_t>(run[k]));
  }
  return bytes;
}

// For runs in which the last 4 - n of every 4 weights are zero once these are
// in the order of `places`, which tells where they lie.
Bytes NOfFour(const Run& run, size_t n, const std::vector<size_t>& places) {
  Bytes bytes;
  size_t values = 0;
  size_t byte = 0;
  for (size_t group = 0; group < run.size(); group += 4) {
    for (size_t i = 0; i < n; ++i) {
      if (values % 4 == 0) {
        byte = bytes.size();
        bytes.push_back(0);
      }
      const size_t place = places[group + i];
      bytes[byte] =
          static_cast<uint8_t>(bytes[byte] + (place << (2 * (values % 4))));
      bytes.push_back(static_cast<uint8_t>(run[group + place]));
      ++values;
    }
  }
  return bytes;
}

// --- layers ------------------------------------------------------------------

using CompressedLayer = Layer<int8_t, int8_t, int32_t>;

// What the rows of a format are tested with.
struct Format {
  std::string name;
  int32_t unit = 1;  // input channels are a multiple of it
};

Format FormatOf(const KernelRow& row) {
  const std::string name = row.family.substr(row.family.rfind('_') + 1);
  const int32_t unit = name == "mask" || name == "2of4" ? 8
                       : name == "1of4"                 ? 16
                       : name == "codes"                ? 2
                                                        : 1;
  return {name, unit};
}

// Fits `layer` to the format, and returns its weights in it.
Bytes Compress(Random& random, const Format& format, CompressedLayer* layer) {
  const tc_conv2d_shape& s = layer->s;
  const auto taps = static_cast<size_t>(s.kernel_w * s.in_c);
  std::vector<int8_t>& w = layer->w;
  Bytes bytes;
  if (format.name == "codes") {
    const std::vector<int8_t> table = random.Elements<int8_t>(16);
    for (const int8_t value : table) {
      bytes.push_back(static_cast<uint8_t>(value));
    }
    for (size_t i = 0; i < w.size(); i += 2) {
      const int32_t low = random.Int(0, 15);
      const int32_t high = random.Int(0, 15);
      w[i] = table[static_cast<size_t>(low)];
      w[i + 1] = table[static_cast<size_t>(high)];
      bytes.push_back(static_cast<uint8_t>(low + 16 * high));
    }
    return bytes;
  }
  const int32_t percent = random.Bool() ? random.Int(0, 100) : 90;
  const size_t n = format.name == "2of4" ? 2 : 1;
  for (size_t at = 0; at < w.size(); at += taps) {
    std::vector<size_t> places;
    for (size_t k = 0; k < taps; ++k) {
      if (format.name == "skip" || format.name == "mask") {
        if (random.Int(0, 99) < percent) w[at + k] = 0;
        continue;
      }
      if (k % 4 == 0) {
        for (size_t i = 0; i < 4; ++i) places.push_back(i);
        for (size_t i = 3; i > 0; --i) {
          std::swap(places[k + i],
                    places[k + static_cast<size_t>(random.Int(0, i))]);
        }
        for (size_t i = n; i < 4; ++i) w[at + k + places[k + i]] = 0;
      }
    }
    const Run run(w.begin() + static_cast<std::ptrdiff_t>(at),
                  w.begin() + static_cast<std::ptrdiff_t>(at + taps));
    const Bytes more = format.name == "skip"   ? Skip(run)
                       : format.name == "mask" ? Mask(run)
                                               : NOfFour(run, n, places);
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  return bytes;
}

struct Convolution {
  using Signature = tc_conv2d_s8_compressed_fn;
  static tc_conv2d_shape Random(tinyc::Random& random, int32_t unit) {
    tc_conv2d_shape s = {};
    do {
      s = RandomConvolution(random);
    } while (s.group != 1 || (s.dilation_w != 1 && s.kernel_w != 1));
    s.in_c = unit * random.Int(1, unit == 1 ? 40 : 3);
    s.out_c = random.Int(1, 9);
    return s;
  }
  static tc_conv2d_shape Shape(const tc_conv2d_shape& s) { return s; }
};

struct Dense {
  using Signature = tc_dense_s8_compressed_fn;
  static tc_conv2d_shape Random(tinyc::Random& random, int32_t unit) {
    tc_conv2d_shape s = RandomDense(random);
    // Long runs have more than 255 pairs.
    s.in_c = unit * random.Int(1, (random.Int(0, 9) == 0 ? 1200 : 200) / unit);
    return s;
  }
  static tc_dense_shape Shape(const tc_conv2d_shape& s) {
    return {s.batch, s.in_c, s.out_c};
  }
};

template <typename Operator>
void TestRow(const KernelRow& row) {
  const Format format = FormatOf(row);
  Random random(21);
  for (int i = 0; i < kShapes; ++i) {
    CompressedLayer layer = RandomLayer<int8_t, int8_t, int32_t>(
        random, Operator::Random(random, format.unit));
    const Bytes w = Compress(random, format, &layer);
    const Requantization r = RandomRequantization(random, layer);

    Guarded<int8_t> y(layer.outputs());
    const auto shape = Operator::Shape(layer.s);
    row.As<typename Operator::Signature>()(&shape, &r.q, layer.x.data(),
                                           w.data(), layer.bias.data(),
                                           r.mult.data(), y.data());
    const std::vector<int8_t> expected = ResultsOf(layer, r);
    for (size_t k = 0; k < expected.size(); ++k) {
      ASSERT_EQ(y[k], expected[k]) << "shape " << i << " output " << k;
    }
  }
}

class CompressedTest : public testing::TestWithParam<KernelRow> {};

TEST_P(CompressedTest, ComputesWhatItsFamilyMeans) {
  const KernelRow& row = GetParam();
  if (row.family.starts_with("conv2d_")) {
    TestRow<Convolution>(row);
  } else {
    TestRow<Dense>(row);
  }
}

std::vector<KernelRow> CompressedRows(const std::string& prefix) {
  std::vector<KernelRow> rows = KernelRows(prefix);
  std::erase_if(rows, [](const KernelRow& row) {
    return row.family.ends_with("_paired") ||  // arranged_test.cc
           row.family.ends_with("_by16") || row.family.ends_with("_twin") ||
           row.family.find("_winograd") !=
               std::string::npos;  // winograd_test.cc
  });
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Conv2d, CompressedTest,
                         testing::ValuesIn(CompressedRows("conv2d_s8_")),
                         RowName());
INSTANTIATE_TEST_SUITE_P(Dense, CompressedTest,
                         testing::ValuesIn(CompressedRows("dense_s8_")),
                         RowName());

}  // namespace
}  // namespace tinyc
