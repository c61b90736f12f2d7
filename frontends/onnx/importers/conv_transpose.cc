// SPDX-License-Identifier: Apache-2.0
// ONNX ConvTranspose => conv of the input, spread out, with mirrored weights
//
// Element i of x adds w[k] * x[i] to element i * stride + k * dilation - pad of
// the result.  Seen from the result, that is a window with the taps in reverse
// order over an input whose elements are a stride apart.
#include <algorithm>
#include <cstdint>
#include <numeric>

#include "compiler/ops/quantize.h"
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// Weights [C, O/group, k...] as those of a convolution, [O, C/group, k...], the
// taps in reverse order.
absl::StatusOr<Value*> Mirrored(OnnxNode& node, Value* w, int64_t group) {
  const Shape shape = w->type().shape;
  std::vector<int64_t> perm(shape.size());
  std::iota(perm.begin(), perm.end(), 0);
  if (group == 1) {
    std::swap(perm[0], perm[1]);
    TINYC_ASSIGN_OR_RETURN(w, TransposeTo(node, w, perm));
  } else {
    Shape grouped = shape;
    grouped[0] /= group;
    grouped.insert(grouped.begin(), group);
    TINYC_ASSIGN_OR_RETURN(w, ReshapeTo(node, w, grouped));
    perm.push_back(static_cast<int64_t>(perm.size()));
    std::swap(perm[1], perm[2]);
    TINYC_ASSIGN_OR_RETURN(w, TransposeTo(node, w, perm));
    Shape joined = shape;
    joined[0] = shape[1] * group;
    joined[1] = shape[0] / group;
    TINYC_ASSIGN_OR_RETURN(w, ReshapeTo(node, w, joined));
  }
  const Shape sizes = w->type().shape;
  std::vector<int64_t> starts(sizes.size(), 0);
  std::vector<int64_t> steps(sizes.size(), 1);
  for (size_t d = 2; d < sizes.size(); ++d) {
    starts[d] = sizes[d] - 1;
    steps[d] = -1;
  }
  return node.Emit("slice", {w},
                   {{"starts", starts},
                    {"sizes", std::vector<int64_t>(sizes.begin(), sizes.end())},
                    {"steps", steps}});
}

// Mirrored weights that are stored as integers stay so, unless groups part what
// has a scale of its own.
absl::StatusOr<Value*> MirroredWeights(OnnxNode& node, Value* w,
                                       int64_t group) {
  const Node* producer = w->producer();
  if (producer == nullptr || producer->As<Dequantize>() == nullptr) {
    return Mirrored(node, w, group);
  }
  Value* const stored = producer->input(0);
  if (group != 1 && !stored->type().quant->per_tensor()) {
    return Mirrored(node, w, group);
  }
  TINYC_ASSIGN_OR_RETURN(Value * mirrored, Mirrored(node, stored, group));
  return node.Emit("dequantize", {mirrored});
}

// `y` without `before` and `after` elements at the ends of each spatial
// dimension.
absl::StatusOr<Value*> Cropped(OnnxNode& node, Value* y,
                               const std::vector<int64_t>& before,
                               const std::vector<int64_t>& after) {
  const auto none = [](int64_t n) { return n == 0; };
  if (std::all_of(before.begin(), before.end(), none) &&
      std::all_of(after.begin(), after.end(), none)) {
    return y;
  }
  std::vector<int64_t> starts = {0, 0};
  std::vector<int64_t> sizes(y->type().shape.begin(), y->type().shape.end());
  for (size_t d = 0; d < before.size(); ++d) {
    starts.push_back(before[d]);
    sizes[2 + d] -= before[d] + after[d];
    if (sizes[2 + d] < 0) {
      return Invalid("its pads are larger than its output");
    }
  }
  return node.Emit("slice", {y}, {{"starts", starts}, {"sizes", sizes}});
}

}  // namespace

absl::Status ImportConvTranspose(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * w, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.OptionalInput(2));
  const Shape& weight = w->type().shape;
  const Shape& shape = x->type().shape;
  const int64_t group = node.Int("group", 1);
  if (weight.size() != shape.size() || weight.size() < 3) {
    return Invalid("its input has rank ", shape.size(), ", its weight ",
                   weight.size());
  }
  if (group < 1 || weight[0] != shape[1] || weight[0] % group != 0) {
    return Invalid("its input has ", shape[1], " channels, its weight ",
                   weight[0], " in ", group, " groups");
  }
  const std::vector<int64_t> kernel(weight.begin() + 2, weight.end());
  TINYC_ASSIGN_OR_RETURN(const WindowAttrs window,
                         ReadTransposedWindow(node, shape, kernel));
  // ONNX pads crop what the taps reach; less than nothing is cropped by itself.
  const size_t rank = kernel.size();
  std::vector<int64_t> pads(2 * rank);
  std::vector<int64_t> crop(2 * rank);
  for (size_t i = 0; i < pads.size(); ++i) {
    const int64_t reach = (kernel[i % rank] - 1) * window.dilations[i % rank];
    pads[i] = std::max<int64_t>(reach - window.pads[i], 0);
    crop[i] = std::max<int64_t>(window.pads[i] - reach, 0);
  }
  TINYC_ASSIGN_OR_RETURN(w, MirroredWeights(node, w, group));
  TINYC_ASSIGN_OR_RETURN(Value * y, node.Emit("conv", {x, w, bias},
                                              {{"pads", pads},
                                               {"dilations", window.dilations},
                                               {"spread", window.strides},
                                               {"group", group}}));
  const auto middle = crop.begin() + static_cast<std::ptrdiff_t>(rank);
  return node.SetOutput(
      0, Cropped(node, y, {crop.begin(), middle}, {middle, crop.end()}));
}

}  // namespace tinyc
