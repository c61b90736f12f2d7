// SPDX-License-Identifier: Apache-2.0
// Which elements of one dimension ONNX Resize reads for each output, and their
// weights.
#ifndef TINYC_FRONTENDS_ONNX_IMPORTERS_RESIZE_TAPS_H_
#define TINYC_FRONTENDS_ONNX_IMPORTERS_RESIZE_TAPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/base/status.h"

namespace tinyc {

// The attributes of Resize, by their names in ONNX.
struct ResizeMode {
  std::string mode = "nearest";
  std::string coordinates = "half_pixel";      // coordinate_transformation_mode
  std::string nearest = "round_prefer_floor";  // nearest_mode
  double cubic_a = -0.75;
  bool antialias = false;
  bool exclude_outside = false;
};

// One dimension of the operand and of the result.
struct ResizeDim {
  int64_t in = 0;
  int64_t out = 0;
  double scale = 1;      // out / in, up to rounding
  double roi_begin = 0;  // of tf_crop_and_resize, as fractions of in - 1
  double roi_end = 1;
};

// The elements that each output reads: `taps` of them from first[i] on, with
// the weights from weights[i * taps] on.  first[i] is -1 where the coordinate
// is outside a region that is cropped.
struct ResizeTaps {
  std::vector<int64_t> first;
  std::vector<float> weights;

  bool reads_outside() const;
};

// Unimplemented for values of the attributes that are not known.
absl::StatusOr<ResizeTaps> TapsOf(const ResizeMode& mode, const ResizeDim& dim);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_IMPORTERS_RESIZE_TAPS_H_
