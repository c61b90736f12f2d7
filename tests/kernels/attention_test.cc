// SPDX-License-Identifier: Apache-2.0
//
// Attention against its definition: masks, windows, lengths and every stage of
// the scores.

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/types.h"

namespace tinyc {
namespace {

// Strides of [batch][head][position][size], or of [batch][position][head][size]
// when `packed`.
void SetStrides(int32_t heads, int32_t positions, int32_t size, bool packed,
                int32_t* stride) {
  stride[0] = heads * positions * size;
  stride[1] = packed ? size : positions * size;
  stride[2] = packed ? heads * size : size;
}

tc_attention_shape RandomShape(Random& random) {
  tc_attention_shape s = {};
  s.scale = random.Float(0.1f, 2.0f);
  s.softcap = random.Bool() ? 0.0f : random.Float(0.5f, 3.0f);
  s.batches = random.Int(1, 2);
  s.group = random.Int(1, 2);
  const int32_t kv_heads = random.Int(1, 2);
  s.heads = s.group * kv_heads;
  s.queries = random.Int(1, 5);
  s.keys = random.Int(1, 9);
  s.size = random.Int(1, 9);
  s.v_size = random.Int(1, 9);
  SetStrides(s.heads, s.queries, s.size, random.Bool(), s.q_stride);
  SetStrides(kv_heads, s.keys, s.size, random.Bool(), s.k_stride);
  SetStrides(kv_heads, s.keys, s.v_size, random.Bool(), s.v_stride);
  SetStrides(s.heads, s.queries, s.v_size, random.Bool(), s.y_stride);
  s.mask_keys = random.Int(1, s.keys);
  s.mask_stride[0] = random.Bool() ? 0 : s.heads * s.queries * s.mask_keys;
  s.mask_stride[1] = s.queries * s.mask_keys;
  s.mask_stride[2] = s.mask_keys;
  s.offset = random.Int(0, 3);
  s.left = random.Int(-1, 3);
  s.right = random.Int(-1, 3);
  s.stage = random.Int(0, 3);
  return s;
}

template <typename T>
struct Operands {
  std::vector<T> q, k, v, bias;
  std::vector<uint8_t> allowed;
  std::vector<int64_t> lengths;
};

// What is added to the score of a key.
template <typename T>
double MaskOf(const tc_attention_shape& s, const Operands<T>& x, int32_t b,
              int32_t h, int32_t i, int32_t j) {
  constexpr double kOut = -std::numeric_limits<double>::infinity();
  int64_t center = i + s.offset;
  if (!x.lengths.empty()) {
    if (j >= x.lengths[b]) return kOut;
    center = i + x.lengths[b] - s.queries;
  }
  if (s.left >= 0 && j < center - s.left) return kOut;
  if (s.right >= 0 && j > center + s.right) return kOut;
  if (j >= s.mask_keys) return kOut;
  const int32_t at =
      b * s.mask_stride[0] + h * s.mask_stride[1] + i * s.mask_stride[2] + j;
  if (!x.allowed.empty() && x.allowed[at] == 0) return kOut;
  return x.bias.empty() ? 0 : double{x.bias[at]};
}

template <typename T>
void TestAttention(const KernelRow& row) {
  using Fn = void(const tc_attention_shape*, const T*, const T*, const T*,
                  const uint8_t*, const T*, const int64_t*, T*, T*, T*);
  const double epsilon = 100 * double{std::numeric_limits<T>::epsilon()};
  Random random(61);
  for (int n = 0; n < 300; ++n) {
    SCOPED_TRACE(n);
    const tc_attention_shape s = RandomShape(random);
    const int64_t rows = int64_t{s.batches} * s.heads * s.queries;
    const int64_t kv_rows = int64_t{s.batches} * s.heads / s.group * s.keys;
    Operands<T> x;
    x.q = random.Elements<T>(rows * s.size);
    x.k = random.Elements<T>(kv_rows * s.size);
    x.v = random.Elements<T>(kv_rows * s.v_size);
    const int32_t mask = random.Int(0, 2);
    if (mask == 1) {
      x.bias = random.Elements<T>(rows * s.mask_keys);
      for (T& one : x.bias) {
        if (random.Int(0, 3) == 0) one = -std::numeric_limits<T>::infinity();
      }
    } else if (mask == 2) {
      x.allowed.resize(static_cast<size_t>(rows * s.mask_keys));
      for (uint8_t& one : x.allowed) one = random.Int(0, 2) == 0;
    }
    if (random.Bool()) {
      for (int32_t b = 0; b < s.batches; ++b) {
        x.lengths.push_back(random.Int(0, s.keys));
      }
    }
    Guarded<T> scratch(s.keys);
    Guarded<T> y(rows * s.v_size);
    Guarded<T> scores(rows * s.keys);
    row.As<Fn>()(&s, x.q.data(), x.k.data(), x.v.data(),
                 x.allowed.empty() ? nullptr : x.allowed.data(),
                 x.bias.empty() ? nullptr : x.bias.data(),
                 x.lengths.empty() ? nullptr : x.lengths.data(), scratch.data(),
                 y.data(), scores.data());
    for (int64_t at = 0; at < rows; ++at) {
      const int32_t i = static_cast<int32_t>(at % s.queries);
      const int32_t h = static_cast<int32_t>(at / s.queries % s.heads);
      const int32_t b = static_cast<int32_t>(at / s.queries / s.heads);
      const T* q =
          &x.q[b * s.q_stride[0] + h * s.q_stride[1] + i * s.q_stride[2]];
      const int32_t k_at = b * s.k_stride[0] + h / s.group * s.k_stride[1];
      const int32_t v_at = b * s.v_stride[0] + h / s.group * s.v_stride[1];
      std::vector<double> stage[4];
      double sum = 0;
      for (int32_t j = 0; j < s.keys; ++j) {
        double raw = 0;
        for (int32_t d = 0; d < s.size; ++d) {
          raw += double{q[d]} * double{x.k[k_at + j * s.k_stride[2] + d]};
        }
        raw *= double{s.scale};
        const double cap{s.softcap};
        const double capped = cap > 0 ? cap * std::tanh(raw / cap) : raw;
        stage[0].push_back(raw);
        stage[1].push_back(capped);
        stage[2].push_back(capped + MaskOf(s, x, b, h, i, j));
        stage[3].push_back(std::exp(stage[2].back()));
        sum += stage[3].back();
      }
      for (double& one : stage[3]) one = sum == 0 ? 0 : one / sum;
      for (int32_t j = 0; j < s.keys; ++j) {
        const double expected = stage[s.stage][j];
        const T actual = scores[at * s.keys + j];
        if (std::isinf(expected)) {
          ASSERT_EQ(actual, expected);
        } else {
          ASSERT_NEAR(actual, expected, epsilon * (1 + std::fabs(expected)));
        }
      }
      for (int32_t d = 0; d < s.v_size; ++d) {
        double expected = 0;
        for (int32_t j = 0; j < s.keys; ++j) {
          expected += stage[3][j] * double{x.v[v_at + j * s.v_stride[2] + d]};
        }
        ASSERT_NEAR(
            y[b * s.y_stride[0] + h * s.y_stride[1] + i * s.y_stride[2] + d],
            expected, epsilon * 4);
      }
    }
  }
}

class AttentionTest : public testing::TestWithParam<KernelRow> {};

TEST_P(AttentionTest, IsItsDefinition) {
  WithType(SuffixOf(GetParam().family), [&](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_floating_point_v<T>) TestAttention<T>(GetParam());
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, AttentionTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_ATTENTION")),
                         RowName());

}  // namespace
}  // namespace tinyc
