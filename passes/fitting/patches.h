// SPDX-License-Identifier: Apache-2.0
// The operand of a convolution or dense layer as the vectors that its weights
// are multiplied with.
#ifndef TINYC_PASSES_FITTING_PATCHES_H_
#define TINYC_PASSES_FITTING_PATCHES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/ir/graph.h"

namespace tinyc {

class Patches {
 public:
  // Of a node with constant weights; nothing for those that spread their
  // operand.
  static std::optional<Patches> Of(const Node& node);

  // Output channels are dealt to groups, which read channels of their own.
  size_t groups() const { return groups_; }
  // Numbers of one vector, in the order of a row of the weights.
  size_t size() const { return channels_ * taps_; }
  // Vectors of each group.
  size_t count() const { return offsets_.size() / taps_; }
  // The `index`-th vector of a group; numbers outside the operand `x` are 0.
  void Get(const float* x, size_t group, size_t index, float* vector) const;

 private:
  size_t groups_ = 1;
  size_t channels_ = 0;  // of a group
  size_t taps_ = 1;
  int64_t channel_stride_ = 1;
  // [vector][tap], of channel 0; -1: outside.
  std::vector<int64_t> offsets_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_FITTING_PATCHES_H_
