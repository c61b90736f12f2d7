// SPDX-License-Identifier: Apache-2.0
#include "passes/fitting/patches.h"

#include <algorithm>

#include "compiler/ops/conv.h"
#include "compiler/ops/dense.h"

namespace tinyc {

std::optional<Patches> Patches::Of(const Node& node) {
  Patches patches;
  const Shape& x = node.input(0)->type().shape;
  const Shape& w = node.input(1)->type().shape;
  if (node.As<Dense>() != nullptr) {
    patches.channels_ = static_cast<size_t>(w[1]);
    if (w[1] == 0) return std::nullopt;
    const int64_t rows = NumElements(x) / w[1];
    for (int64_t r = 0; r < rows; ++r) patches.offsets_.push_back(r * w[1]);
    return patches;
  }
  const Conv* conv = node.As<Conv>();
  if (conv == nullptr || std::any_of(conv->spread.begin(), conv->spread.end(),
                                     [](int64_t s) { return s != 1; })) {
    return std::nullopt;
  }
  const SpatialDims in = SplitDims(x, conv->layout);
  const SpatialDims out = SplitDims(node.output()->type().shape, conv->layout);
  const Window window = conv->WindowOf(w);
  patches.groups_ = static_cast<size_t>(conv->group);
  patches.channels_ = static_cast<size_t>(w[1]);
  patches.channel_stride_ =
      conv->layout == Layout::kNhwc
          ? 1
          : NumElements({in.space.begin(), in.space.end()});
  patches.taps_ = static_cast<size_t>(
      NumElements({window.kernel.begin(), window.kernel.end()}));
  if (patches.size() == 0) return std::nullopt;
  std::vector<int64_t> at(in.space.size());
  for (int64_t n = 0; n < in.batch; ++n) {
    ForEachIndex(out.space, [&](absl::Span<const int64_t> p) {
      ForEachIndex(window.kernel, [&](absl::Span<const int64_t> k) {
        bool inside = true;
        for (size_t d = 0; d < at.size(); ++d) {
          at[d] = p[d] * window.stride(d) + k[d] * window.dilation(d) -
                  window.pad_begin(d);
          inside = inside && at[d] >= 0 && at[d] < in.space[d];
        }
        patches.offsets_.push_back(
            inside ? SpatialOffset(in, conv->layout, n, 0, at) : -1);
      });
    });
  }
  return patches;
}

void Patches::Get(const float* x, size_t group, size_t index,
                  float* vector) const {
  const int64_t* offsets = offsets_.data() + index * taps_;
  const int64_t first =
      static_cast<int64_t>(group * channels_) * channel_stride_;
  for (size_t c = 0; c < channels_; ++c) {
    const int64_t channel = first + static_cast<int64_t>(c) * channel_stride_;
    for (size_t t = 0; t < taps_; ++t) {
      *vector++ = offsets[t] < 0 ? 0 : x[offsets[t] + channel];
    }
  }
}

}  // namespace tinyc
