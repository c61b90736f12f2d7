// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/winograd.h"

#include <algorithm>
#include <array>
#include <vector>

#include "compiler/base/check.h"
#include "tc_winograd.h"

namespace tinyc {
namespace {

constexpr int64_t kBlock = 4;
constexpr int64_t kTaps = 9;
constexpr size_t kPositions = 16;

// G column: what a column of three weights becomes.
std::array<int64_t, 4> TransformedColumn(int64_t a, int64_t b, int64_t c) {
  return {2 * a, a + b + c, a - b + c, 2 * c};
}

// A layer as functions of its channels, zero beyond the last one.
class Filters {
 public:
  Filters(const Tensor& rows, const Tensor& bias, int64_t shift)
      : rows_(rows),
        bias_(bias),
        factor_(int64_t{1} << shift),
        in_c_(rows.size() / (bias.size() * kTaps)) {}

  int64_t in_c() const { return in_c_; }

  int64_t Weight(int64_t o, int64_t tap, int64_t c) const {
    if (o >= bias_.size()) return 0;
    return rows_.IntAt((o * kTaps + tap) * in_c_ + c);
  }

  // G g G' * 2^shift.
  std::array<int64_t, kPositions> Transformed(int64_t o, int64_t c) const {
    std::array<std::array<int64_t, 4>, 3> columns;  // of G g
    for (int64_t x = 0; x < 3; ++x) {
      columns[static_cast<size_t>(x)] = TransformedColumn(
          Weight(o, x, c), Weight(o, x + 3, c), Weight(o, x + 6, c));
    }
    std::array<int64_t, kPositions> transformed;
    for (size_t i = 0; i < 4; ++i) {
      const std::array<int64_t, 4> row =
          TransformedColumn(columns[0][i], columns[1][i], columns[2][i]);
      for (size_t j = 0; j < 4; ++j) transformed[4 * i + j] = row[j] * factor_;
    }
    return transformed;
  }

  // Four times the bias, * 2^shift.
  int64_t Bias(int64_t o) const {
    return o < bias_.size() ? 4 * factor_ * bias_.IntAt(o) : 0;
  }

  // Whether Bias and four times the products fit 32 bits for all activations.
  bool SumFits(int64_t o) const {
    int64_t least = Bias(o);
    int64_t greatest = least;
    for (int64_t tap = 0; tap < kTaps; ++tap) {
      for (int64_t c = 0; c < in_c_; ++c) {
        const int64_t w = 4 * factor_ * Weight(o, tap, c);
        least += std::min(-128 * w, 127 * w);
        greatest += std::max(-128 * w, 127 * w);
      }
    }
    return least >= INT32_MIN && greatest <= INT32_MAX;
  }

 private:
  const Tensor& rows_;
  const Tensor& bias_;
  int64_t factor_;
  int64_t in_c_;
};

// Puts the weights of channel o, the k-th of a block that begins at `words`;
// false when halfwords cannot hold them.
bool PutWeights(const Filters& filters, int64_t o, int64_t k, int64_t* words) {
  const int64_t pairs = filters.in_c() / 2;
  for (int64_t c = 0; c < filters.in_c(); ++c) {
    const int64_t pair = c / 4 * 2 + c % 2;
    const int64_t half = c % 4 / 2;
    const std::array<int64_t, kPositions> weights = filters.Transformed(o, c);
    for (size_t p = 0; p < kPositions; ++p) {
      if (weights[p] < INT16_MIN || weights[p] > INT16_MAX) return false;
      words[(static_cast<int64_t>(p) * pairs + pair) * kBlock + k] |=
          (weights[p] & 0xffff) << (16 * half);
    }
  }
  return true;
}

// The words as a constant.
Tensor TensorOf(const std::vector<int64_t>& words) {
  Tensor tensor(TensorType(DType::kU32, {static_cast<int64_t>(words.size())}));
  for (size_t i = 0; i < words.size(); ++i) {
    tensor.SetInt(static_cast<int64_t>(i), words[i] & 0xffffffff);
  }
  return tensor;
}

}  // namespace

std::optional<Tensor> WinogradRows(const Tensor& rows, const Tensor& bias,
                                   const Tensor& mult, int64_t shift) {
  const int64_t channels = bias.size();
  TINYC_CHECK(rows.dtype() == DType::kS8 && channels > 0 &&
              mult.size() == channels && rows.size() % (channels * kTaps) == 0);
  const Filters filters(rows, bias, shift);
  TINYC_CHECK(filters.in_c() % 4 == 0);
  const int64_t block = tc_winograd_block(static_cast<int32_t>(filters.in_c()));
  std::vector<int64_t> words(
      static_cast<size_t>((channels + kBlock - 1) / kBlock * block));
  for (int64_t o = 0; o < channels; ++o) {
    int64_t* const first = words.data() + o / kBlock * block;
    const int64_t k = o % kBlock;
    if (!filters.SumFits(o) || !PutWeights(filters, o, k, first)) {
      return std::nullopt;
    }
    first[block - 2 * kBlock + k] = filters.Bias(o);
    first[block - kBlock + k] = mult.IntAt(o);
  }
  return TensorOf(words);
}

std::optional<Tensor> WinogradBytes(const Tensor& rows, const Tensor& bias,
                                    const Tensor& mult, int64_t strips) {
  const int64_t channels = bias.size();
  TINYC_CHECK(rows.dtype() == DType::kS8 && channels > 0 &&
              mult.size() == channels && rows.size() % (channels * kTaps) == 0);
  const Filters filters(rows, bias, 0);
  TINYC_CHECK(filters.in_c() % 4 == 0);
  std::vector<int64_t> words = {strips};
  for (int64_t first = 0; first < channels; first += kBlock) {
    for (int64_t o = first; o < first + kBlock; ++o) {
      if (!filters.SumFits(o)) return std::nullopt;
      for (int64_t tap = 0; tap < kTaps; ++tap) {
        for (int64_t c = 0; c < filters.in_c(); c += 4) {
          int64_t word = 0;
          for (int64_t i = 0; i < 4; ++i) {
            word |= (filters.Weight(o, tap, c + i) & 0xff) << (8 * i);
          }
          words.push_back(word);
        }
      }
    }
    for (int64_t o = first; o < first + kBlock; ++o) {
      words.push_back(filters.Bias(o));
    }
    for (int64_t o = first; o < first + kBlock; ++o) {
      words.push_back(o < channels ? mult.IntAt(o) : 0);
    }
  }
  return TensorOf(words);
}

}  // namespace tinyc
