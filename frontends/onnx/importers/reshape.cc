// SPDX-License-Identifier: Apache-2.0
// ONNX Flatten, Reshape, Squeeze, Unsqueeze => reshape, or nothing at all
#include <algorithm>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// The shape that Reshape's `wanted` stands for: 0 copies a dimension of x
// unless `allow_zero`, -1 is what is left.
absl::StatusOr<std::vector<int64_t>> ResolveShape(const Shape& x,
                                                  std::vector<int64_t> wanted,
                                                  bool allow_zero) {
  const Shape given(wanted.begin(), wanted.end());
  int64_t known = 1;
  std::optional<size_t> open;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == 0 && !allow_zero) {
      if (i >= x.size()) {
        return Invalid("the shape ", ToString(given),
                       " copies a dimension that ", ToString(x),
                       " does not have");
      }
      wanted[i] = x[i];
    }
    if (wanted[i] < -1 || (wanted[i] == -1 && open)) {
      return Invalid("the shape ", ToString(given), " has no meaning");
    }
    if (wanted[i] == -1) {
      open = i;
    } else if (__builtin_mul_overflow(known, wanted[i], &known)) {
      return Invalid("the shape ", ToString(given), " is too large");
    }
  }
  const int64_t total = NumElements(x);
  const bool divides = known != 0 && total % known == 0;
  if (open && known == 0 && allow_zero) {
    return Invalid("the shape ", ToString(given), " has both 0 and -1");
  }
  if (open && divides) {
    wanted[*open] = total / known;
  } else if (open && known == 0 && total == 0) {
    wanted[*open] = 0;
  } else if (open || known != total) {
    return Invalid(ToString(x), " cannot be reshaped to ", ToString(given));
  }
  return wanted;
}

}  // namespace

absl::Status ImportReshape(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(const auto wanted, node.IntsInput(1));
  TINYC_ASSIGN_OR_RETURN(
      const std::vector<int64_t> shape,
      ResolveShape(x->type().shape, *wanted, node.Int("allowzero", 0) != 0));
  return node.SetOutput(0, ReshapeTo(node, x, shape));
}

absl::Status ImportFlatten(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  const Shape& shape = x->type().shape;
  const int64_t rank = x->type().rank();
  int64_t axis = node.Int("axis", 1);
  if (axis < -rank || axis > rank) {
    return Invalid("axis ", axis, " is outside a tensor of rank ", rank);
  }
  if (axis < 0) axis += rank;
  return node.SetOutput(
      0, ReshapeTo(node, x,
                   {NumElements({shape.begin(), shape.begin() + axis}),
                    NumElements({shape.begin() + axis, shape.end()})}));
}

absl::Status ImportSqueeze(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  const Shape& shape = x->type().shape;
  TINYC_ASSIGN_OR_RETURN(const auto given, node.IntsInputOrAttr(1, "axes"));
  std::vector<int64_t> axes;
  if (given) {
    TINYC_ASSIGN_OR_RETURN(axes, NormalAxes(*given, x->type().rank()));
  }
  std::vector<int64_t> kept;
  for (size_t d = 0; d < shape.size(); ++d) {
    const bool named =
        std::binary_search(axes.begin(), axes.end(), static_cast<int64_t>(d));
    if (named && shape[d] != 1) {
      return Invalid("dimension ", d, " of ", ToString(shape), " is not 1");
    }
    if (!(given ? named : shape[d] == 1)) kept.push_back(shape[d]);
  }
  return node.SetOutput(0, ReshapeTo(node, x, kept));
}

absl::Status ImportUnsqueeze(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(const auto given, node.IntsInputOrAttr(1, "axes"));
  if (!given) return Invalid("it has no axes");
  TINYC_ASSIGN_OR_RETURN(
      const std::vector<int64_t> axes,
      NormalAxes(*given,
                 x->type().rank() + static_cast<int64_t>(given->size())));
  std::vector<int64_t> shape(x->type().shape.begin(), x->type().shape.end());
  for (const int64_t axis : axes) shape.insert(shape.begin() + axis, 1);
  return node.SetOutput(0, ReshapeTo(node, x, shape));
}

}  // namespace tinyc
