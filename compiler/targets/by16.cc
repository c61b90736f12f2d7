// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/by16.h"

#include <vector>

#include "compiler/base/check.h"

namespace tinyc {

Tensor By16Rows(const Tensor& rows, const Tensor& bias, const Tensor& mult) {
  constexpr int64_t kBlock = 4;
  constexpr int64_t kTaps = 16;
  const int64_t channels = bias.size();
  TINYC_CHECK(rows.dtype() == DType::kS8 && channels > 0 &&
              mult.size() == channels && rows.size() % channels == 0);
  const int64_t taps = rows.size() / channels;
  const auto weight = [&](int64_t channel, int64_t tap) {
    if (channel >= channels || tap >= taps) return int64_t{0};
    return rows.IntAt(channel * taps + tap) & 0xff;
  };
  std::vector<int64_t> words;
  const auto append = [&](const Tensor& numbers, int64_t first) {
    for (int64_t o = first; o < first + kBlock; ++o) {
      words.push_back(o < channels ? numbers.IntAt(o) & 0xffffffff : 0);
    }
  };
  for (int64_t first = 0; first < channels; first += kBlock) {
    append(bias, first);
    for (int64_t tap = 0; tap < taps; tap += kTaps) {
      for (int64_t o = first; o < first + kBlock; ++o) {
        for (int64_t k = tap; k < tap + kTaps; k += 4) {
          words.push_back(weight(o, k) | weight(o, k + 1) << 8 |
                          weight(o, k + 2) << 16 | weight(o, k + 3) << 24);
        }
      }
    }
    append(mult, first);
  }
  Tensor blocks(TensorType(DType::kU32, {static_cast<int64_t>(words.size())}));
  for (size_t i = 0; i < words.size(); ++i) {
    blocks.SetInt(static_cast<int64_t>(i), words[i]);
  }
  return blocks;
}

}  // namespace tinyc
