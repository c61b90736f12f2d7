// SPDX-License-Identifier: Apache-2.0
// The attributes of sliding windows, and how auto_pad becomes pads.
#include <algorithm>
#include <cstdint>

#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// No window of a model is larger, and numbers like it do not overflow.
constexpr int64_t kMaxEntry = 1 << 16;

// `values`, or `count` times `otherwise` when there are none.
absl::StatusOr<std::vector<int64_t>> PerDimension(absl::string_view name,
                                                  std::vector<int64_t> values,
                                                  size_t count,
                                                  int64_t otherwise,
                                                  int64_t least) {
  if (values.empty()) return std::vector<int64_t>(count, otherwise);
  if (values.size() != count) {
    return Invalid("attribute ", name, " has ", values.size(), " entries, not ",
                   count);
  }
  for (const int64_t value : values) {
    if (value < least || value > kMaxEntry) {
      return Invalid("attribute ", name, " has the entry ", value);
    }
  }
  return values;
}

// Pads that give every output size the value ceil(input / stride).
std::vector<int64_t> SamePads(const WindowAttrs& window,
                              absl::Span<const int64_t> space, bool upper) {
  const size_t rank = space.size();
  std::vector<int64_t> pads(2 * rank);
  for (size_t d = 0; d < rank; ++d) {
    const int64_t stride = window.strides[d];
    const int64_t out = (space[d] + stride - 1) / stride;
    const int64_t extent = (window.kernel[d] - 1) * window.dilations[d] + 1;
    const int64_t total =
        std::max<int64_t>((out - 1) * stride + extent - space[d], 0);
    const int64_t less = total / 2;
    pads[d] = upper ? less : total - less;
    pads[rank + d] = total - pads[d];
  }
  return pads;
}

}  // namespace

absl::StatusOr<WindowAttrs> ReadWindow(
    OnnxNode& node, const Shape& x,
    const std::optional<std::vector<int64_t>>& kernel) {
  if (x.size() < 3) {
    return Invalid("its input has rank ", x.size(), ", not 3 or more");
  }
  const absl::Span<const int64_t> space = absl::MakeConstSpan(x).subspan(2);
  const size_t rank = space.size();
  WindowAttrs window;
  TINYC_ASSIGN_OR_RETURN(
      window.kernel,
      PerDimension("kernel_shape", node.Ints("kernel_shape"), rank, 0, 1));
  if (kernel) {
    if (node.Has("kernel_shape") && window.kernel != *kernel) {
      return Invalid("kernel_shape differs from the shape of the weight");
    }
    window.kernel = *kernel;
  }
  TINYC_ASSIGN_OR_RETURN(
      window.strides,
      PerDimension("strides", node.Ints("strides"), rank, 1, 1));
  TINYC_ASSIGN_OR_RETURN(
      window.dilations,
      PerDimension("dilations", node.Ints("dilations"), rank, 1, 1));
  TINYC_ASSIGN_OR_RETURN(
      window.pads, PerDimension("pads", node.Ints("pads"), 2 * rank, 0, 0));

  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  if (auto_pad == "NOTSET") return window;
  if (window.pads != std::vector<int64_t>(2 * rank, 0)) {
    return Invalid("it has both pads and auto_pad ", auto_pad);
  }
  if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
    window.pads = SamePads(window, space, auto_pad == "SAME_UPPER");
  } else if (auto_pad != "VALID") {
    return Invalid("auto_pad has the value \"", auto_pad, "\"");
  }
  return window;
}

}  // namespace tinyc
