// SPDX-License-Identifier: Apache-2.0
// A tensor seen as channels along one of its dimensions.
#ifndef TINYC_PASSES_QUANTIZATION_CHANNELS_H_
#define TINYC_PASSES_QUANTIZATION_CHANNELS_H_

#include <vector>

#include "compiler/ir/type.h"

namespace tinyc {

class Channels {
 public:
  Channels() = default;
  // The channels of a tensor of `shape` lie along `axis`.
  Channels(const Shape& shape, size_t axis)
      : count_(static_cast<size_t>(shape[axis])) {
    for (size_t d = 0; d < shape.size(); ++d) {
      size_t& part = d < axis ? outer_ : inner_;
      if (d != axis) part *= static_cast<size_t>(shape[d]);
    }
  }

  size_t count() const { return count_; }
  // Elements of one channel.
  size_t positions() const { return outer_ * inner_; }

  // visit(channel, index of the element), in the order of the elements.
  template <typename Visit>
  void ForEach(Visit visit) const {
    size_t i = 0;
    for (size_t outer = 0; outer < outer_; ++outer) {
      for (size_t c = 0; c < count_; ++c) {
        for (size_t k = 0; k < inner_; ++k) visit(c, i++);
      }
    }
  }

  // Per channel.
  std::vector<double> Sums(const float* x) const {
    std::vector<double> sums(count_);
    ForEach([&](size_t c, size_t i) { sums[c] += double{x[i]}; });
    return sums;
  }

 private:
  size_t count_ = 0;
  size_t outer_ = 1;
  size_t inner_ = 1;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_CHANNELS_H_
