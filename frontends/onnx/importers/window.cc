// SPDX-License-Identifier: Apache-2.0
// The attributes of sliding windows, and how auto_pad and its like become pads.
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

// All attributes but auto_pad.
absl::StatusOr<WindowAttrs> ReadWithoutAutoPad(
    OnnxNode& node, const Shape& x,
    const std::optional<std::vector<int64_t>>& kernel) {
  if (x.size() < 3) {
    return Invalid("its input has rank ", x.size(), ", not 3 or more");
  }
  const size_t rank = x.size() - 2;
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
  return window;
}

// The attribute auto_pad, which does not go with pads.
absl::StatusOr<std::string> ReadAutoPad(OnnxNode& node,
                                        const WindowAttrs& window) {
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  if (auto_pad != "NOTSET" &&
      window.pads != std::vector<int64_t>(window.pads.size(), 0)) {
    return Invalid("it has both pads and auto_pad ", auto_pad);
  }
  for (const char* known : {"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}) {
    if (auto_pad == known) return auto_pad;
  }
  return Invalid("auto_pad has the value \"", auto_pad, "\"");
}

}  // namespace

absl::StatusOr<WindowAttrs> ReadWindow(
    OnnxNode& node, const Shape& x,
    const std::optional<std::vector<int64_t>>& kernel) {
  TINYC_ASSIGN_OR_RETURN(WindowAttrs window,
                         ReadWithoutAutoPad(node, x, kernel));
  TINYC_ASSIGN_OR_RETURN(const std::string auto_pad, ReadAutoPad(node, window));
  if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
    window.pads = SamePads(window, absl::MakeConstSpan(x).subspan(2),
                           auto_pad == "SAME_UPPER");
  }
  return window;
}

absl::StatusOr<WindowAttrs> ReadTransposedWindow(
    OnnxNode& node, const Shape& x, const std::vector<int64_t>& kernel) {
  TINYC_ASSIGN_OR_RETURN(WindowAttrs window,
                         ReadWithoutAutoPad(node, x, kernel));
  TINYC_ASSIGN_OR_RETURN(const std::string auto_pad, ReadAutoPad(node, window));
  const size_t rank = kernel.size();
  TINYC_ASSIGN_OR_RETURN(
      const std::vector<int64_t> output_padding,
      PerDimension("output_padding", node.Ints("output_padding"), rank, 0, 0));
  const bool same = auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
  TINYC_ASSIGN_OR_RETURN(
      const std::vector<int64_t> output_shape,
      PerDimension("output_shape", node.Ints("output_shape"), rank, 0, 1));
  const bool given = node.Has("output_shape");
  for (size_t d = 0; d < rank; ++d) {
    int64_t& before = window.pads[d];
    int64_t& after = window.pads[rank + d];
    if (given || same) {
      // These pads take the place of others.
      const int64_t size =
          given ? output_shape[d] : x[2 + d] * window.strides[d];
      const int64_t total = (x[2 + d] - 1) * window.strides[d] +
                            output_padding[d] +
                            (kernel[d] - 1) * window.dilations[d] + 1 - size;
      // ONNX rounds halves down, other runtimes towards 0; they agree on -1.
      const bool upper = auto_pad == "SAME_UPPER";
      if (total < -1 || (total == -1 && upper)) {
        return Unimplemented("an output of ", size, " elements in dimension ",
                             2 + d, ", which is ", -total,
                             " more than the windows reach, is not supported");
      }
      before = upper ? total / 2 : (total + 1) / 2;
      after = total - before;
    }
    after -= output_padding[d];
  }
  return window;
}

}  // namespace tinyc
