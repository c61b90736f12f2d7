// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/twin.h"

#include <vector>

#include "compiler/base/check.h"

namespace tinyc {

std::optional<Tensor> TwinRows(const Tensor& rows, const Tensor& bias,
                               const Tensor& mult) {
  constexpr int64_t kBlock = 4;
  const int64_t channels = bias.size();
  TINYC_CHECK(rows.dtype() == DType::kS8 && channels > 0 &&
              mult.size() == channels && rows.size() % channels == 0);
  const int64_t taps = rows.size() / channels;
  const auto weight = [&](int64_t channel, int64_t tap) {
    if (channel >= channels || tap >= taps) return int64_t{0};
    return rows.IntAt(channel * taps + tap);
  };
  std::vector<int64_t> words;
  for (int64_t o = 0; o < channels; ++o) {
    words.push_back(bias.IntAt(o));
    words.push_back(mult.IntAt(o));
  }
  for (int64_t block = 0; block < channels; block += kBlock) {
    for (int64_t tap = 0; tap < taps; tap += 2) {
      for (int64_t o = block; o < block + kBlock; o += 2) {
        int64_t word = 0;
        for (const int64_t channel : {o + 1, o}) {
          const int64_t first = weight(channel, tap);
          const int64_t second = weight(channel, tap + 1);
          if (first == -128 && second == -128) return std::nullopt;
          word = word << 16 | (second & 0xff) << 8 | (first & 0xff);
        }
        words.push_back(word);
      }
    }
  }
  Tensor blocks(TensorType(DType::kU32, {static_cast<int64_t>(words.size())}));
  for (size_t i = 0; i < words.size(); ++i) {
    blocks.SetInt(static_cast<int64_t>(i), words[i] & 0xffffffff);
  }
  return blocks;
}

}  // namespace tinyc
