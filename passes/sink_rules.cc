// SPDX-License-Identifier: Apache-2.0
#include "passes/sink_rules.h"

#include <algorithm>
#include <utility>

#include "compiler/ops/binary.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/clip.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/copy.h"
#include "compiler/ops/dense.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/normalize.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/unary.h"

namespace tinyc {
namespace {

template <typename T>
Sunk Same(T op, const Permutation& perm) {
  return {std::make_unique<T>(std::move(op)), perm};
}

int64_t MovedAxis(int64_t axis, const Permutation& perm) {
  const size_t d = *NormalizedAxis(axis, static_cast<int>(perm.size()));
  return perm[d];
}

template <typename T>
Sunk WithMovedAxis(T op, const Permutation& perm) {
  op.axis = MovedAxis(op.axis, perm);
  return Same(std::move(op), perm);
}

// Its dimensions stay neighbours, in their order, or the transpose stays.
template <typename T>
std::optional<Sunk> SinkResize(T op, const Permutation& perm) {
  const size_t axis = static_cast<size_t>(op.axis);
  if (!op.columns.empty() && perm[axis + 1] != perm[axis] + 1) {
    return std::nullopt;
  }
  op.axis = perm[axis];
  return Same(std::move(op), perm);
}

Sunk SinkPad(Pad pad, const Permutation& perm) {
  const size_t rank = perm.size();
  const std::vector<int64_t> old = pad.pads;
  for (size_t d = 0; d < rank; ++d) {
    const size_t source = static_cast<size_t>(perm[d]);
    pad.pads[source] = old[d];
    pad.pads[rank + source] = old[rank + d];
  }
  return Same(std::move(pad), perm);
}

Sunk SinkSlice(Slice slice, const Permutation& perm) {
  const Permutation inverse = Inverse(perm);
  slice.starts = Permute(slice.starts, inverse);
  slice.sizes = Permute(slice.sizes, inverse);
  if (!slice.steps.empty()) slice.steps = Permute(slice.steps, inverse);
  return Same(std::move(slice), perm);
}

Sunk SinkReduce(Reduce reduce, const Permutation& perm) {
  const std::vector<bool> folded =
      *AxisMask(reduce.axes, static_cast<int>(perm.size()));
  for (int64_t& axis : reduce.axes) axis = MovedAxis(axis, perm);
  std::sort(reduce.axes.begin(), reduce.axes.end());
  if (reduce.keepdims) return Same(std::move(reduce), perm);
  // The dimensions that are left, and their ranks among each other.
  Permutation kept;
  for (size_t d = 0; d < perm.size(); ++d) {
    if (!folded[d]) kept.push_back(perm[d]);
  }
  Permutation out_perm;
  for (const int64_t d : kept) {
    out_perm.push_back(std::count_if(kept.begin(), kept.end(),
                                     [&](int64_t other) { return other < d; }));
  }
  return Same(std::move(reduce), out_perm);
}

Sunk SinkNormalize(Normalize normalize, const Permutation& perm) {
  // No axes: all of them.
  for (int64_t& axis : normalize.axes) axis = MovedAxis(axis, perm);
  std::sort(normalize.axes.begin(), normalize.axes.end());
  for (int64_t& axis : normalize.scale_axes) axis = MovedAxis(axis, perm);
  return Same(std::move(normalize), perm);
}

// The dimensions of the transposed operand [from_begin, from_end) that become
// the dimensions [to_begin, to_end) of the result.  Dimensions of one element
// belong to the group before them.
struct Group {
  size_t from_begin, from_end;
  size_t to_begin, to_end;
};

// The finest groups in which a reshape keeps elements together.
std::vector<Group> GroupsOf(const Shape& from, const Shape& to) {
  std::vector<Group> groups;
  size_t i = 0;
  size_t j = 0;
  while (i < from.size() || j < to.size()) {
    Group group = {i, i, j, j};
    int64_t from_size = 1;
    int64_t to_size = 1;
    do {
      const bool take_from =
          i < from.size() && (from_size <= to_size || j >= to.size());
      if (take_from) {
        from_size *= from[i++];
      } else {
        to_size *= to[j++];
      }
    } while (from_size != to_size);
    while (i < from.size() && from[i] == 1) ++i;
    while (j < to.size() && to[j] == 1) ++j;
    group.from_end = i;
    group.to_end = j;
    groups.push_back(group);
  }
  return groups;
}

// A reshape that keeps apart the dimensions that the transpose moved.
std::optional<Sunk> SinkReshape(const Node& node, const Permutation& perm) {
  const Shape& from = node.input(0)->type().shape;
  const Shape& to = node.output()->type().shape;
  if (node.output()->type().num_elements() == 0) return std::nullopt;
  std::vector<Group> groups = GroupsOf(from, to);
  // The first dimension of x in each group; the others must follow it in x.
  const auto source = [&](const Group& group) {
    for (size_t d = group.from_begin; d < group.from_end; ++d) {
      if (from[d] != 1) return perm[d];
    }
    return int64_t{-1};
  };
  const Permutation inverse = Inverse(perm);
  for (const Group& group : groups) {
    int64_t last = -1;
    for (size_t d = group.from_begin; d < group.from_end; ++d) {
      if (from[d] == 1) continue;
      for (int64_t between = last + 1; last >= 0 && between < perm[d];
           ++between) {
        const int64_t at = inverse[static_cast<size_t>(between)];
        if (from[static_cast<size_t>(at)] != 1) return std::nullopt;
      }
      if (perm[d] < last) return std::nullopt;
      last = perm[d];
    }
  }
  std::stable_sort(
      groups.begin(), groups.end(),
      [&](const Group& a, const Group& b) { return source(a) < source(b); });
  Reshape reshape;
  Permutation out_perm(to.size());
  for (const Group& group : groups) {
    for (size_t d = group.to_begin; d < group.to_end; ++d) {
      out_perm[d] = static_cast<int64_t>(reshape.shape.size());
      reshape.shape.push_back(to[d]);
    }
  }
  return Same(std::move(reshape), out_perm);
}

}  // namespace

bool IsElementwise(const Node& node) {
  return node.As<Unary>() != nullptr || node.As<Clip>() != nullptr ||
         node.As<Cast>() != nullptr || node.As<Copy>() != nullptr ||
         node.As<QuantizeOp>() != nullptr || node.As<Dequantize>() != nullptr ||
         node.As<Requantize>() != nullptr || node.As<Reinterpret>() != nullptr;
}

bool SinksAllOperands(const Node& node) {
  return node.As<Binary>() != nullptr || node.As<Concat>() != nullptr;
}

std::optional<Sunk> SinkThrough(const Node& node, const Permutation& perm) {
  if (IsElementwise(node) || node.As<Binary>() != nullptr) {
    return Sunk{node.op().Clone(), perm};
  }
  if (const auto* op = node.As<Concat>()) return WithMovedAxis(*op, perm);
  if (const auto* op = node.As<Softmax>()) return WithMovedAxis(*op, perm);
  if (const auto* op = node.As<LogSoftmax>()) return WithMovedAxis(*op, perm);
  if (const auto* op = node.As<Pad>()) return SinkPad(*op, perm);
  if (const auto* op = node.As<Slice>()) return SinkSlice(*op, perm);
  if (const auto* op = node.As<Reduce>()) return SinkReduce(*op, perm);
  if (const auto* op = node.As<Normalize>()) return SinkNormalize(*op, perm);
  if (const auto* op = node.As<ResizeNearest>()) return SinkResize(*op, perm);
  if (const auto* op = node.As<ResizeWeighted>()) return SinkResize(*op, perm);
  if (node.As<Reshape>() != nullptr) return SinkReshape(node, perm);
  if (const auto* op = node.As<Dense>()) {
    if (perm.back() + 1 != static_cast<int64_t>(perm.size())) {
      return std::nullopt;
    }
    return Same(*op, perm);
  }
  return std::nullopt;
}

}  // namespace tinyc
