// SPDX-License-Identifier: Apache-2.0
// Sliding windows over the spatial dimensions: what convolution and pooling
// share.
#ifndef TINYC_COMPILER_OPS_WINDOW_H_
#define TINYC_COMPILER_OPS_WINDOW_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/attr.h"
#include "compiler/ir/type.h"

namespace tinyc {

// Where the channels of a spatial operator's operand and result are:
// kNchw: [batch, channels, spatial...]   kNhwc: [batch, spatial..., channels]
enum class Layout { kNchw, kNhwc };
template <>
struct EnumNames<Layout> {
  static constexpr absl::string_view kNames[] = {"nchw", "nhwc"};
};

// A tensor of a spatial operator seen apart from its layout.
struct SpatialDims {
  int64_t batch = 1;
  int64_t channels = 1;
  std::vector<int64_t> space;
};
SpatialDims SplitDims(const Shape& shape, Layout layout);
Shape JoinDims(const SpatialDims& dims, Layout layout);
// Row-major offset of one element.
int64_t SpatialOffset(const SpatialDims& dims, Layout layout, int64_t batch,
                      int64_t channel, absl::Span<const int64_t> position);

// The geometry of a window, one entry per spatial dimension.
struct Window {
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;    // empty: all 1
  std::vector<int64_t> pads;       // begins, then ends; empty: all 0
  std::vector<int64_t> dilations;  // empty: all 1
  bool ceil_mode = false;          // a window may hang over the padded end

  int64_t stride(size_t d) const { return strides.empty() ? 1 : strides[d]; }
  int64_t dilation(size_t d) const {
    return dilations.empty() ? 1 : dilations[d];
  }
  int64_t pad_begin(size_t d) const { return pads.empty() ? 0 : pads[d]; }
  int64_t pad_end(size_t d) const {
    return pads.empty() ? 0 : pads[kernel.size() + d];
  }
};

// Sizes of the output, or one sentence on what is wrong with the window.
absl::StatusOr<std::vector<int64_t>> WindowOutput(
    const Window& window, absl::Span<const int64_t> space);

// Calls visit(index) for every index of `dims`, last dimension fastest.
void ForEachIndex(absl::Span<const int64_t> dims,
                  absl::FunctionRef<void(absl::Span<const int64_t>)> visit);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_WINDOW_H_
