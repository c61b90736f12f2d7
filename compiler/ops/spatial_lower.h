// SPDX-License-Identifier: Apache-2.0
// The geometry of spatial operators as fields of their kernels' params structs,
// which are named alike.
#ifndef TINYC_COMPILER_OPS_SPATIAL_LOWER_H_
#define TINYC_COMPILER_OPS_SPATIAL_LOWER_H_

#include <cstddef>
#include <tuple>

#include "compiler/ir/kernel.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/window.h"

namespace tinyc {

// --- one or two dimensions, as two: conv2d, depthwise2d ---------------------

// The fields up to the dilations.
template <typename T>
auto PlaneFields() {
  return std::tuple{BlockMember{"batch", &T::batch},
                    BlockMember{"in_h", &T::in_h},
                    BlockMember{"in_w", &T::in_w},
                    BlockMember{"in_c", &T::in_c},
                    BlockMember{"out_h", &T::out_h},
                    BlockMember{"out_w", &T::out_w},
                    BlockMember{"out_c", &T::out_c},
                    BlockMember{"kernel_h", &T::kernel_h},
                    BlockMember{"kernel_w", &T::kernel_w},
                    BlockMember{"stride_h", &T::stride_h},
                    BlockMember{"stride_w", &T::stride_w},
                    BlockMember{"pad_top", &T::pad_top},
                    BlockMember{"pad_left", &T::pad_left},
                    BlockMember{"dilation_h", &T::dilation_h},
                    BlockMember{"dilation_w", &T::dilation_w}};
}

// Those fields of a window over an image or a line.
template <typename T>
T PlaneShape(const SpatialDims& in, const SpatialDims& out,
             const Window& window) {
  const size_t w = in.space.size() - 1;
  const bool plane = w == 1;
  T s = {};
  s.batch = Int32(in.batch);
  s.in_h = plane ? Int32(in.space[0]) : 1;
  s.in_w = Int32(in.space[w]);
  s.in_c = Int32(in.channels);
  s.out_h = plane ? Int32(out.space[0]) : 1;
  s.out_w = Int32(out.space[w]);
  s.out_c = Int32(out.channels);
  s.kernel_h = plane ? Int32(window.kernel[0]) : 1;
  s.kernel_w = Int32(window.kernel[w]);
  s.stride_h = plane ? Int32(window.stride(0)) : 1;
  s.stride_w = Int32(window.stride(w));
  s.pad_top = plane ? Int32(window.pad_begin(0)) : 0;
  s.pad_left = Int32(window.pad_begin(w));
  s.dilation_h = plane ? Int32(window.dilation(0)) : 1;
  s.dilation_w = Int32(window.dilation(w));
  return s;
}

// --- one to three dimensions, as three: conv3d, pool ------------------------

// The fields batch to dilation, of which those of a dimension are arrays.
template <typename T>
auto VolumeFields() {
  return std::tuple{
      BlockMember{"batch", &T::batch},      BlockMember{"in", &T::in},
      BlockMember{"out", &T::out},          BlockMember{"kernel", &T::kernel},
      BlockMember{"stride", &T::stride},    BlockMember{"pad", &T::pad},
      BlockMember{"dilation", &T::dilation}};
}

// Where spatial dimension `d` of `rank` is in those arrays: at their end.
inline size_t VolumeDim(size_t d, size_t rank) { return 3 - rank + d; }

// OK when there is room for all spatial dimensions.
inline absl::Status CheckVolume(const SpatialDims& dims) {
  if (dims.space.size() <= 3) return absl::OkStatus();
  return Unimplemented("a window over ", dims.space.size(),
                       " spatial dimensions has no C kernel, at most 3");
}

// Those fields of a window over a line, an image or a volume.
template <typename T>
T VolumeShape(const SpatialDims& in, const SpatialDims& out,
              const Window& window) {
  T s = {};
  s.batch = Int32(in.batch);
  for (size_t v = 0; v < 3; ++v) {
    s.in[v] = s.out[v] = s.kernel[v] = s.stride[v] = s.dilation[v] = 1;
  }
  for (size_t d = 0; d < in.space.size(); ++d) {
    const size_t v = VolumeDim(d, in.space.size());
    s.in[v] = Int32(in.space[d]);
    s.out[v] = Int32(out.space[d]);
    s.kernel[v] = Int32(window.kernel[d]);
    s.stride[v] = Int32(window.stride(d));
    s.pad[v] = Int32(window.pad_begin(d));
    s.dilation[v] = Int32(window.dilation(d));
  }
  return s;
}

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_SPATIAL_LOWER_H_
