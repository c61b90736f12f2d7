// SPDX-License-Identifier: Apache-2.0
// Operators that add elements around a tensor or cut them off.
#include <algorithm>
#include <numeric>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

std::vector<int64_t> ToVector(const Shape& shape) {
  return {shape.begin(), shape.end()};
}

// Pad in mode constant with a value that is computed at run time: blocks of it
// are put before and after x, one dimension after the other.
absl::StatusOr<Value*> PadWith(OnnxNode& node, Value* x, Value* value,
                               const std::vector<int64_t>& pads) {
  const size_t rank = x->type().shape.size();
  if (value->type().num_elements() != 1) {
    return Invalid("its value is not a scalar");
  }
  TINYC_ASSIGN_OR_RETURN(value, ReshapeTo(node, value, {}));
  for (size_t d = 0; d < rank; ++d) {
    std::vector<int64_t> block = ToVector(x->type().shape);
    const int64_t cut = std::max<int64_t>(-pads[d], 0);
    const int64_t left = block[d] - cut + std::min<int64_t>(pads[rank + d], 0);
    if (left < 0) return Invalid("it removes more than dimension ", d, " has");
    const int64_t axis = static_cast<int64_t>(d);
    if (left != block[d]) {
      std::vector<int64_t> starts(rank, 0);
      starts[d] = cut;
      block[d] = left;
      TINYC_ASSIGN_OR_RETURN(
          x, node.Emit("slice", {x}, {{"starts", starts}, {"sizes", block}}));
    }
    std::vector<Value*> parts = {x};
    for (const size_t end : {d, rank + d}) {
      if (pads[end] <= 0) continue;
      block[d] = pads[end];
      TINYC_ASSIGN_OR_RETURN(Value * added,
                             node.Emit("expand", {value}, {{"shape", block}}));
      parts.insert(end == d ? parts.begin() : parts.end(), added);
    }
    if (parts.size() > 1) {
      TINYC_ASSIGN_OR_RETURN(
          x, node.Emit("concat", std::move(parts), {{"axis", axis}}));
    }
  }
  return x;
}

}  // namespace

absl::Status ImportPad(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const size_t rank = x->type().shape.size();
  TINYC_ASSIGN_OR_RETURN(const auto given, node.IntsInputOrAttr(1, "pads"));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> constant,
                         node.InputIfConstant(2));
  TINYC_ASSIGN_OR_RETURN(const auto some, node.IntsInput(3));
  if (!given) return Invalid("it has no pads");
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (some) {
    axes = *some;
    TINYC_RETURN_IF_ERROR(NormalAxes(axes, x->type().rank()).status());
  }
  if (given->size() != 2 * axes.size()) {
    return Invalid("pads has ", given->size(), " entries, not ",
                   2 * axes.size());
  }
  std::vector<int64_t> pads(2 * rank, 0);
  for (size_t i = 0; i < axes.size(); ++i) {
    TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                           NormalAxis(axes[i], x->type().rank()));
    pads[static_cast<size_t>(axis)] = (*given)[i];
    pads[rank + static_cast<size_t>(axis)] = (*given)[axes.size() + i];
  }
  double value = double{node.Float("value", 0)};
  if (constant != nullptr) {
    if (constant->size() != 1) return Invalid("its value is not a scalar");
    value = constant->At(0);
  }
  const std::string mode = node.String("mode", "constant");
  if (node.HasInput(2) && constant == nullptr && mode == "constant") {
    TINYC_ASSIGN_OR_RETURN(Value * element, node.Input(2));
    return node.SetOutput(0, PadWith(node, x, element, pads));
  }
  for (const char* known : {"constant", "edge", "reflect", "wrap"}) {
    if (mode != known) continue;
    return node.SetOutput(
        0, node.Emit("pad", {x},
                     {{"pads", pads}, {"mode", known}, {"value", value}}));
  }
  return Invalid("mode has the value \"", mode, "\"");
}

// Cuts dimensions down to the target, or adds zeros, on both sides alike; what
// is odd falls to the end.
absl::Status ImportCenterCropPad(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const auto target, node.IntsInput(1));
  const size_t rank = x->type().shape.size();
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (node.Has("axes")) axes = node.Ints("axes");
  TINYC_RETURN_IF_ERROR(NormalAxes(axes, x->type().rank()).status());
  if (!target || target->size() != axes.size()) {
    return Invalid("its shape has not ", axes.size(), " entries");
  }
  std::vector<int64_t> starts(rank, 0);
  std::vector<int64_t> sizes = ToVector(x->type().shape);
  std::vector<int64_t> pads(2 * rank, 0);
  for (size_t i = 0; i < axes.size(); ++i) {
    TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                           NormalAxis(axes[i], x->type().rank()));
    const size_t d = static_cast<size_t>(axis);
    const int64_t missing = (*target)[i] - sizes[d];
    if ((*target)[i] < 0) return Invalid("it crops to ", (*target)[i]);
    if (missing > 0) {
      pads[d] = missing / 2;
      pads[rank + d] = missing - missing / 2;
    } else {
      starts[d] = -missing / 2;
      sizes[d] = (*target)[i];
    }
  }
  if (sizes != ToVector(x->type().shape)) {
    TINYC_ASSIGN_OR_RETURN(
        x, node.Emit("slice", {x}, {{"starts", starts}, {"sizes", sizes}}));
  }
  if (pads == std::vector<int64_t>(2 * rank, 0)) return node.SetOutput(0, x);
  return node.SetOutput(0, node.Emit("pad", {x}, {{"pads", pads}}));
}

}  // namespace tinyc
