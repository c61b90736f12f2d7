// SPDX-License-Identifier: Apache-2.0
// Operators that move elements, or do nothing at all in inference.
#include <algorithm>
#include <limits>
#include <numeric>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"
#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

std::vector<int64_t> ToVector(const Shape& shape) {
  return {shape.begin(), shape.end()};
}

// The part of `x` from `start` on along `axis`.
absl::StatusOr<Value*> SliceAlong(OnnxNode& node, Value* x, int64_t axis,
                                  int64_t start, int64_t size) {
  std::vector<int64_t> sizes = ToVector(x->type().shape);
  std::vector<int64_t> starts(sizes.size(), 0);
  starts[static_cast<size_t>(axis)] = start;
  sizes[static_cast<size_t>(axis)] = size;
  return node.Emit("slice", {x}, {{"starts", starts}, {"sizes", sizes}});
}

// A list of Slice, whose entries may be as large as int64 allows.
absl::StatusOr<std::optional<std::vector<int64_t>>> RawInts(
    OnnxNode& node, size_t i, absl::string_view name) {
  if (node.Has(name)) {
    TINYC_ASSIGN_OR_RETURN(std::vector<int64_t> values, node.RawInts(name));
    return values;
  }
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> tensor,
                         node.ConstantInput(i));
  if (tensor == nullptr) return std::nullopt;
  if (!IsInteger(tensor->dtype())) {
    return Invalid("operand ", i, " is not a list of integers");
  }
  std::vector<int64_t> values;
  for (int64_t k = 0; k < tensor->size(); ++k) {
    values.push_back(tensor->IntAt(k));
  }
  return values;
}

// What `start:end:step` takes of a dimension of size `dim`.  Bounds outside are
// moved inside, also a start before the beginning that a negative step follows,
// where Python would take nothing.
struct Range {
  int64_t start;
  int64_t size;
  int64_t step;
};
Range ResolveRange(int64_t start, int64_t end, int64_t step, int64_t dim) {
  if (dim == 0) return {0, 0, 1};
  const auto clamp = [&](int64_t i, int64_t lo, int64_t hi) {
    return std::clamp(i < 0 ? i + dim : i, lo, hi);
  };
  // A longer step takes the same elements.
  step = std::clamp(step, -dim - 1, dim + 1);
  if (step > 0) {
    start = clamp(start, 0, dim);
    end = clamp(end, 0, dim);
    return {start, std::max<int64_t>((end - start + step - 1) / step, 0), step};
  }
  start = clamp(start, 0, dim - 1);
  end = clamp(end, -1, dim - 1);
  return {start, std::max<int64_t>((start - end - step - 1) / -step, 0), step};
}

}  // namespace

absl::Status ImportIdentity(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Binding x, node.InputBinding(0));
  if (x.is_tensor()) return node.SetOutput(0, node.StoredInput(0));
  node.SetOutput(0, x);
  return absl::OkStatus();
}

// It drops nothing unless it trains with a ratio above 0.  The mask of what is
// kept is a bool from opset 10 on.
absl::Status ImportDropout(OnnxNode& node) {
  const bool ratio_attr = node.Float("ratio", 0.5f) != 0;
  node.Int("seed", 0);
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> ratio,
                         node.InputIfConstant(1));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> training,
                         node.ConstantInput(2));
  const bool zero = node.HasInput(1) ? ratio != nullptr && ratio->size() == 1 &&
                                           ratio->At(0) == 0
                                     : !ratio_attr;
  if (training != nullptr && training->size() == 1 && training->At(0) != 0 &&
      !zero) {
    return Unimplemented("training is not supported");
  }
  if (node.OutputUsed(1) && node.version() >= 10) {
    TINYC_ASSIGN_OR_RETURN(const TensorType type, node.InputType(0));
    TINYC_RETURN_IF_ERROR(CheckedType(DType::kBool, type.shape).status());
    Tensor mask(TensorType(DType::kBool, type.shape));
    for (int64_t i = 0; i < mask.size(); ++i) mask.SetInt(i, 1);
    node.SetOutput(1, std::move(mask));
  }
  return node.SetOutput(0, node.StoredInput(0));
}

absl::Status ImportTranspose(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  std::vector<int64_t> perm(x->type().shape.size());
  std::iota(perm.rbegin(), perm.rend(), 0);
  if (node.Has("perm")) {
    const std::vector<int64_t> given = node.Ints("perm");
    std::vector<int64_t> sorted = given;
    std::sort(sorted.begin(), sorted.end());
    if (!std::equal(sorted.begin(), sorted.end(), perm.rbegin(), perm.rend())) {
      return Invalid("perm is no permutation of ", perm.size(), " dimensions");
    }
    perm = given;
  }
  return node.SetOutput(0, TransposeTo(node, x, std::move(perm)));
}

absl::Status ImportConcat(OnnxNode& node) {
  std::vector<Value*> inputs;
  // Quantized operands stay so when they are all the same.
  TINYC_ASSIGN_OR_RETURN(const TensorType first, node.InputType(0));
  bool same = true;
  for (size_t i = 1; i < node.num_inputs(); ++i) {
    TINYC_ASSIGN_OR_RETURN(const TensorType type, node.InputType(i));
    same = same && type.elem() == first.elem();
  }
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    TINYC_ASSIGN_OR_RETURN(Value * input,
                           same ? node.StoredInput(i) : node.Input(i));
    inputs.push_back(input);
  }
  TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                         NormalAxis(node.Int("axis", 1), first.rank()));
  if (inputs.size() == 1) return node.SetOutput(0, inputs[0]);
  return node.SetOutput(
      0, node.Emit("concat", std::move(inputs), {{"axis", axis}}));
}

absl::Status ImportSplit(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                         NormalAxis(node.Int("axis", 0), x->type().rank()));
  const int64_t dim = x->type().shape[static_cast<size_t>(axis)];
  const int64_t parts = static_cast<int64_t>(node.num_outputs());
  TINYC_ASSIGN_OR_RETURN(auto sizes, node.IntsInputOrAttr(1, "split"));
  if (node.Has("num_outputs") &&
      (sizes || node.Int("num_outputs", 0) != parts)) {
    return Invalid("num_outputs does not agree with the rest of the node");
  }
  if (!sizes) {
    // Equal parts; only since operator set 18 may the last one be smaller.
    const int64_t part = (dim + parts - 1) / parts;
    if (part * parts != dim && node.version() < 18) {
      return Invalid("a dimension of ", dim, " has no ", parts, " equal parts");
    }
    sizes.emplace();
    for (int64_t i = 0, start = 0; i < parts; ++i) {
      sizes->push_back(std::min(part, dim - start));
      start += sizes->back();
    }
  }
  const bool negative = std::any_of(sizes->begin(), sizes->end(),
                                    [](int64_t size) { return size < 0; });
  if (static_cast<int64_t>(sizes->size()) != parts || negative ||
      std::accumulate(sizes->begin(), sizes->end(), int64_t{0}) != dim) {
    return Invalid("its parts do not make up a dimension of ", dim);
  }
  int64_t start = 0;
  for (size_t i = 0; i < sizes->size(); ++i) {
    TINYC_RETURN_IF_ERROR(
        node.SetOutput(i, SliceAlong(node, x, axis, start, (*sizes)[i])));
    start += (*sizes)[i];
  }
  return absl::OkStatus();
}

absl::Status ImportSlice(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  const Shape& shape = x->type().shape;
  TINYC_ASSIGN_OR_RETURN(const auto first, RawInts(node, 1, "starts"));
  TINYC_ASSIGN_OR_RETURN(const auto last, RawInts(node, 2, "ends"));
  TINYC_ASSIGN_OR_RETURN(const auto given, node.IntsInputOrAttr(3, "axes"));
  TINYC_ASSIGN_OR_RETURN(const auto stride, RawInts(node, 4, "steps"));
  if (!first || !last) return Invalid("it has no starts or no ends");
  std::vector<int64_t> axes(first->size());
  std::iota(axes.begin(), axes.end(), 0);
  if (given) axes = *given;
  if (last->size() != first->size() || axes.size() != first->size() ||
      (stride && stride->size() != first->size())) {
    return Invalid("starts, ends, axes and steps differ in length");
  }
  TINYC_RETURN_IF_ERROR(NormalAxes(axes, x->type().rank()).status());
  std::vector<int64_t> starts(shape.size(), 0);
  std::vector<int64_t> sizes = ToVector(shape);
  std::vector<int64_t> steps(shape.size(), 1);
  for (size_t i = 0; i < axes.size(); ++i) {
    TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                           NormalAxis(axes[i], x->type().rank()));
    const size_t d = static_cast<size_t>(axis);
    const int64_t step = stride ? (*stride)[i] : 1;
    if (step == 0) return Invalid("a step is 0");
    const Range range = ResolveRange((*first)[i], (*last)[i], step, shape[d]);
    // Where nothing is taken, the start may be outside.
    starts[d] = range.size == 0 ? 0 : range.start;
    sizes[d] = range.size;
    steps[d] = range.size <= 1 ? 1 : range.step;
  }
  if (Shape(sizes.begin(), sizes.end()) == shape &&
      steps == std::vector<int64_t>(shape.size(), 1)) {
    return node.SetOutput(0, x);
  }
  return node.SetOutput(
      0, node.Emit("slice", {x},
                   {{"starts", starts}, {"sizes", sizes}, {"steps", steps}}));
}

absl::Status ImportExpand(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(const auto wanted, node.IntsInput(1));
  // Either shape may be the longer one, and either may have the 1.
  std::vector<int64_t> shape = ToVector(x->type().shape);
  while (shape.size() < wanted->size()) shape.insert(shape.begin(), 1);
  const size_t offset = shape.size() - wanted->size();
  for (size_t i = 0; i < wanted->size(); ++i) {
    int64_t& dim = shape[offset + i];
    const int64_t other = (*wanted)[i];
    if (dim != other && dim != 1 && other != 1) {
      return Invalid(ToString(x->type().shape), " does not broadcast with ",
                     ToString(Shape(wanted->begin(), wanted->end())));
    }
    if (dim == 1) dim = other;
  }
  if (shape == ToVector(x->type().shape)) return node.SetOutput(0, x);
  return node.SetOutput(0, node.Emit("expand", {x}, {{"shape", shape}}));
}

// [d, ...] => [1, d, ...] => [r, d, ...] => [r * d, ...], in all dimensions at
// once.
absl::Status ImportTile(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(const auto repeats, node.IntsInput(1));
  const Shape shape = x->type().shape;
  if (repeats->size() != shape.size()) {
    return Invalid("it has ", repeats->size(), " repeats for ", shape.size(),
                   " dimensions");
  }
  std::vector<int64_t> apart;
  std::vector<int64_t> expanded;
  std::vector<int64_t> result;
  for (size_t d = 0; d < shape.size(); ++d) {
    const int64_t repeat = (*repeats)[d];
    int64_t size = 0;
    if (repeat < 0 || __builtin_mul_overflow(repeat, shape[d], &size)) {
      return Invalid("it repeats a dimension ", repeat, " times");
    }
    result.push_back(size);
    if (repeat != 1) {
      apart.push_back(1);
      expanded.push_back(repeat);
    }
    apart.push_back(shape[d]);
    expanded.push_back(shape[d]);
  }
  if (expanded == apart) return node.SetOutput(0, x);
  TINYC_ASSIGN_OR_RETURN(Value * y, ReshapeTo(node, x, apart));
  TINYC_ASSIGN_OR_RETURN(y, node.Emit("expand", {y}, {{"shape", expanded}}));
  return node.SetOutput(0, ReshapeTo(node, y, result));
}

// [N, b*b*C, H, W] => [N, C, H*b, W*b]: mode DCR has the block before the
// channels, CRD after them.
absl::Status ImportDepthToSpace(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  const Shape s = x->type().shape;
  const int64_t b = node.Int("blocksize", 0);
  const std::string mode = node.String("mode", "DCR");
  if (s.size() != 4 || b < 1 || b > (1 << 20) || s[1] % (b * b) != 0) {
    return Invalid("a block of ", b, " does not fit ", ToString(s));
  }
  if (mode != "DCR" && mode != "CRD") {
    return Invalid("mode has the value \"", mode, "\"");
  }
  const bool depth_first = mode == "DCR";
  const int64_t c = s[1] / (b * b);
  const std::vector<int64_t> apart =
      depth_first ? std::vector<int64_t>{s[0], b, b, c, s[2], s[3]}
                  : std::vector<int64_t>{s[0], c, b, b, s[2], s[3]};
  TINYC_ASSIGN_OR_RETURN(Value * y, ReshapeTo(node, x, apart));
  TINYC_ASSIGN_OR_RETURN(
      y, TransposeTo(node, y,
                     depth_first ? std::vector<int64_t>{0, 3, 4, 1, 5, 2}
                                 : std::vector<int64_t>{0, 1, 4, 2, 5, 3}));
  return node.SetOutput(0, ReshapeTo(node, y, {s[0], c, s[2] * b, s[3] * b}));
}

// The inverse of DepthToSpace.
absl::Status ImportSpaceToDepth(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  const Shape s = x->type().shape;
  const int64_t b = node.Int("blocksize", 0);
  const std::string mode = node.String("mode", "DCR");
  if (s.size() != 4 || b < 1 || b > (1 << 20) || s[2] % b != 0 ||
      s[3] % b != 0) {
    return Invalid("a block of ", b, " does not fit ", ToString(s));
  }
  if (mode != "DCR" && mode != "CRD") {
    return Invalid("mode has the value \"", mode, "\"");
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * y, ReshapeTo(node, x, {s[0], s[1], s[2] / b, b, s[3] / b, b}));
  TINYC_ASSIGN_OR_RETURN(
      y, TransposeTo(node, y,
                     mode == "DCR" ? std::vector<int64_t>{0, 3, 5, 1, 2, 4}
                                   : std::vector<int64_t>{0, 1, 3, 5, 2, 4}));
  return node.SetOutput(
      0, ReshapeTo(node, y, {s[0], s[1] * b * b, s[2] / b, s[3] / b}));
}

}  // namespace tinyc
