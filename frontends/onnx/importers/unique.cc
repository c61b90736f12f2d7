// SPDX-License-Identifier: Apache-2.0
// Unique, whose result has a size that only constants tell.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// Orders the parts of x along an axis by their elements, first one first.
// A NaN is the greatest number.
bool PartLess(const Tensor& x, const AxisView& view, int64_t i, int64_t j) {
  const auto less = [&](int64_t a, int64_t b) {
    if (!IsFloat(x.dtype())) return Less(x, a, b);
    return x.At(a) < x.At(b) || (!std::isnan(x.At(a)) && std::isnan(x.At(b)));
  };
  for (int64_t k = 0; k < view.outer * view.inner; ++k) {
    const int64_t at = k / view.inner * view.n * view.inner + k % view.inner;
    const int64_t a = at + i * view.inner;
    const int64_t b = at + j * view.inner;
    if (less(a, b)) return true;
    if (less(b, a)) return false;
  }
  return false;
}

// Parts of x that are equal, in the order of their positions; the groups in
// the order of their elements or, not sorted, of their first positions.
std::vector<std::vector<int64_t>> Groups(const Tensor& x, const AxisView& view,
                                         bool sorted) {
  const auto less = [&](int64_t i, int64_t j) {
    return PartLess(x, view, i, j);
  };
  std::vector<int64_t> order(static_cast<size_t>(view.n));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), less);
  std::vector<std::vector<int64_t>> groups;
  for (const int64_t i : order) {
    if (groups.empty() || less(groups.back()[0], i)) groups.emplace_back();
    groups.back().push_back(i);
  }
  if (!sorted) std::sort(groups.begin(), groups.end());
  return groups;
}

Tensor ListOf(const std::vector<int64_t>& values) {
  return Tensor::Of<int64_t>({static_cast<int64_t>(values.size())}, values);
}

}  // namespace

absl::Status ImportUnique(OnnxNode& node) {
  TINYC_RETURN_IF_ERROR(node.ConstantInput(0).status());
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  int64_t axis = 0;
  if (node.Has("axis")) {
    TINYC_ASSIGN_OR_RETURN(axis,
                           NormalAxis(node.Int("axis", 0), x->type().rank()));
  } else {
    TINYC_ASSIGN_OR_RETURN(x, ReshapeTo(node, x, {x->type().num_elements()}));
  }
  if (x->constant() == nullptr)
    return Unimplemented("its operand is too large");
  const AxisView view = ViewAround(x->type().shape, static_cast<size_t>(axis));
  std::vector<int64_t> first;
  std::vector<int64_t> inverse(static_cast<size_t>(view.n));
  std::vector<int64_t> counts;
  for (const std::vector<int64_t>& group :
       Groups(*x->constant(), view, node.Int("sorted", 1) != 0)) {
    for (const int64_t i : group) {
      inverse[static_cast<size_t>(i)] = static_cast<int64_t>(first.size());
    }
    first.push_back(group[0]);
    counts.push_back(static_cast<int64_t>(group.size()));
  }
  if (node.OutputUsed(0)) {
    Value* index = node.AddConstant(ListOf(first));
    TINYC_RETURN_IF_ERROR(
        node.SetOutput(0, node.Emit("gather", {x, index}, {{"axis", axis}})));
  }
  const std::vector<int64_t>* const lists[] = {&first, &inverse, &counts};
  for (size_t i = 0; i < 3; ++i) {
    if (node.OutputUsed(i + 1)) node.SetOutput(i + 1, ListOf(*lists[i]));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
