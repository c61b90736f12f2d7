// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/pair.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "compiler/base/check.h"
#include "tc_paired.h"

namespace tinyc {
namespace {

constexpr int64_t kBlock = 4;
constexpr int64_t kNoTap = -1;  // a weight of zero

// The taps in the order of the pairs.
std::vector<int64_t> TapOrder(int64_t runs, int64_t run) {
  std::vector<int64_t> order;
  const int64_t whole = run / 4 * 4;
  for (int64_t r = 0; r < runs; ++r) {
    for (int64_t k = r * run; k < r * run + whole; k += 4) {
      order.insert(order.end(), {k, k + 2, k + 1, k + 3});
    }
  }
  for (int64_t r = 0; r < runs; ++r) {
    for (int64_t k = whole; k < run; ++k) order.push_back(r * run + k);
  }
  if (order.size() % 2 != 0) order.push_back(kNoTap);
  return order;
}

// A block of channels as functions of the channel, zero beyond the last one.
class Block {
 public:
  Block(const Tensor& rows, const Tensor& bias, const Tensor& mult,
        int64_t first)
      : rows_(rows), bias_(bias), mult_(mult), first_(first) {}

  int64_t Weight(int64_t channel, int64_t tap) const {
    const int64_t o = first_ + channel;
    if (o >= bias_.size() || tap == kNoTap) return 0;
    return rows_.IntAt(o * (rows_.size() / bias_.size()) + tap);
  }
  int64_t Bias(int64_t channel) const { return At(bias_, channel); }
  int64_t Mult(int64_t channel) const { return At(mult_, channel); }

 private:
  int64_t At(const Tensor& numbers, int64_t channel) const {
    const int64_t o = first_ + channel;
    return o < numbers.size() ? numbers.IntAt(o) : 0;
  }

  const Tensor& rows_;
  const Tensor& bias_;
  const Tensor& mult_;
  int64_t first_;
};

// Whether the sum of a channel, times 256, fits 32 bits for all activations.
bool SumFits(const Block& block, int64_t channel,
             const std::vector<int64_t>& taps) {
  int64_t least = block.Bias(channel);
  int64_t greatest = least;
  for (const int64_t tap : taps) {
    const int64_t w = block.Weight(channel, tap);
    least += std::min(-128 * w, 127 * w);
    greatest += std::max(-128 * w, 127 * w);
  }
  return least >= -(int64_t{1} << 23) && greatest < int64_t{1} << 23;
}

// Appends the words of a block; false when they cannot hold it.
bool AppendBlock(const Block& block, const std::vector<int64_t>& taps,
                 std::vector<int64_t>* words) {
  for (int64_t c = 0; c < kBlock; c += 2) {
    if (!SumFits(block, c, taps)) return false;
    words->push_back(256 * block.Bias(c) + block.Bias(c + 1));
    words->push_back(block.Bias(c + 1));
  }
  for (size_t k = 0; k < taps.size(); k += 2) {
    for (int64_t c = 0; c < kBlock; c += 2) {
      int64_t halves[2];
      for (size_t h = 0; h < 2; ++h) {
        halves[h] = 256 * block.Weight(c, taps[k + h]) +
                    block.Weight(c + 1, taps[k + h]);
        if (halves[h] < INT16_MIN) return false;
      }
      words->push_back((halves[0] & 0xffff) | (halves[1] & 0xffff) << 16);
    }
  }
  for (int64_t c = 0; c < kBlock; ++c) words->push_back(block.Mult(c));
  return true;
}

}  // namespace

std::optional<Tensor> PairRows(const Tensor& rows, int64_t run,
                               const Tensor& bias, const Tensor& mult) {
  const int64_t channels = bias.size();
  TINYC_CHECK(rows.dtype() == DType::kS8 && channels > 0 && run > 0 &&
              mult.size() == channels && rows.size() % (channels * run) == 0);
  const std::vector<int64_t> taps =
      TapOrder(rows.size() / (channels * run), run);
  std::vector<int64_t> words;
  for (int64_t o = 0; o < channels; o += kBlock) {
    if (!AppendBlock(Block(rows, bias, mult, o), taps, &words)) {
      return std::nullopt;
    }
  }
  Tensor paired(TensorType(DType::kU32, {static_cast<int64_t>(words.size())}));
  for (size_t i = 0; i < words.size(); ++i) {
    paired.SetInt(static_cast<int64_t>(i), words[i] & 0xffffffff);
  }
  return paired;
}

}  // namespace tinyc
