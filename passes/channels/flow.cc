// SPDX-License-Identifier: Apache-2.0
#include "passes/channels/flow.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>

#include "compiler/ops/binary.h"
#include "compiler/ops/clip.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/copy.h"
#include "compiler/ops/lookup.h"
#include "compiler/ops/matmul.h"
#include "compiler/ops/normalize.h"
#include "compiler/ops/observed.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/transpose.h"
#include "compiler/ops/unary.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

int64_t InnerOf(const Shape& shape, size_t axis) {
  return std::accumulate(shape.begin() + static_cast<ptrdiff_t>(axis) + 1,
                         shape.end(), int64_t{1}, std::multiplies<>());
}

size_t FromStart(int64_t axis, size_t rank) {
  return static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(rank)
                                      : axis);
}

// The dimension that is the lanes and nothing else.
std::optional<size_t> ExactAxis(const Lanes& lanes, const Shape& shape) {
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == lanes.count && InnerOf(shape, axis) == lanes.inner) {
      return axis;
    }
  }
  return std::nullopt;
}

std::vector<std::vector<LaneRef>> OneToOne(int operand, int64_t count) {
  std::vector<std::vector<LaneRef>> sources;
  for (int64_t lane = 0; lane < count; ++lane) {
    sources.push_back({{operand, lane}});
  }
  return sources;
}

// Whether weights and bias can be cut.
bool HasOwnConstants(const Node& node) {
  const Value* bias = node.input(2);
  return node.input(1)->constant() != nullptr &&
         (bias == nullptr || bias->constant() != nullptr);
}

class Tracer {
 public:
  Tracer(const Node& node, absl::Span<const Lanes> operands)
      : node_(node), operands_(operands) {}

  Flow Run() {
    const bool traced =
        std::any_of(operands_.begin(), operands_.end(),
                    [](const Lanes& operand) { return !operand.empty(); });
    if (IsWeighted(node_) && HasOwnConstants(node_)) {
      Weighted();
    } else if (!traced || node_.outputs().size() != 1 || HasChannelScales() ||
               !Known()) {
      return Pinned();
    }
    return flow_;
  }

 private:
  const Shape& in(size_t i = 0) const { return node_.input(i)->type().shape; }
  const Shape& out() const { return node_.output()->type().shape; }

  // Whether a scale belongs to an index of the result or of an operand.
  bool HasChannelScales() const {
    const auto has = [](const Value* value) {
      return value != nullptr && value->type().quantized() &&
             !value->type().quant->per_tensor();
    };
    return has(node_.output()) ||
           std::any_of(node_.inputs().begin(), node_.inputs().end(), has);
  }

  Flow Pinned() const {
    Flow flow;
    for (size_t i = 0; i < operands_.size(); ++i) {
      if (!operands_[i].empty()) flow.pinned.push_back(static_cast<int>(i));
    }
    return flow;
  }

  // Whether the node is one of those below; they fill flow_.
  bool Known() {
    if (node_.As<Reshape>() != nullptr) return Reshaped();
    if (const Transpose* transpose = node_.As<Transpose>()) {
      return Transposed(*transpose);
    }
    if (const Concat* concat = node_.As<Concat>()) return Joined(*concat);
    if (const Slice* slice = node_.As<Slice>()) return Sliced(*slice);
    if (node_.As<Binary>() != nullptr) return Paired();
    if (node_.As<Matmul>() != nullptr) return Multiplied();
    if (IsElementwise()) return Along(operands_[0]);
    return AlongAxis();
  }

  bool IsElementwise() const {
    return node_.As<Unary>() != nullptr || node_.As<Clip>() != nullptr ||
           node_.As<Lookup>() != nullptr || node_.As<Copy>() != nullptr ||
           node_.As<Observed>() != nullptr ||
           node_.As<QuantizeOp>() != nullptr ||
           node_.As<Dequantize>() != nullptr ||
           node_.As<Requantize>() != nullptr ||
           node_.As<Reinterpret>() != nullptr ||
           node_.op().Quantization().kind == QuantRule::Kind::kTable;
  }

  // The result has the lanes of operand 0 under `lanes`.
  bool Along(const Lanes& lanes) {
    flow_.lanes = lanes;
    flow_.sources = OneToOne(0, lanes.count);
    return true;
  }

  bool AlongAxis(size_t from, size_t to) {
    if (out()[to] != in()[from]) return false;
    return Along({InnerOf(out(), to), operands_[0].count});
  }

  // Nodes that leave one dimension alone, if that is the lanes.
  bool AlongAxis() {
    const std::optional<size_t> axis = ExactAxis(operands_[0], in());
    if (!axis) return false;
    const size_t rank = in().size();
    if (const auto* pool = node_.As<MaxPool>()) return Pooled(*pool, *axis);
    if (const auto* pool = node_.As<AveragePool>()) {
      return Pooled(*pool, *axis);
    }
    if (const Reduce* reduce = node_.As<Reduce>()) {
      if (reduce->axes.empty()) return false;
      size_t to = *axis;
      for (const int64_t given : reduce->axes) {
        const size_t folded = FromStart(given, rank);
        if (folded == *axis) return false;
        if (folded < *axis && !reduce->keepdims) --to;
      }
      return AlongAxis(*axis, to);
    }
    if (const Pad* pad = node_.As<Pad>()) {
      return pad->pads[*axis] == 0 && pad->pads[rank + *axis] == 0 &&
             AlongAxis(*axis, *axis);
    }
    if (const auto* resize = node_.As<ResizeNearest>()) {
      return Resized(*resize, *axis);
    }
    if (const auto* resize = node_.As<ResizeWeighted>()) {
      return Resized(*resize, *axis);
    }
    if (const Softmax* softmax = node_.As<Softmax>()) {
      return FromStart(softmax->axis, rank) != *axis && Along(operands_[0]);
    }
    if (const Normalize* normalize = node_.As<Normalize>()) {
      const auto has = [&](const std::vector<int64_t>& axes) {
        return std::any_of(axes.begin(), axes.end(), [&](int64_t given) {
          return FromStart(given, rank) == *axis;
        });
      };
      if (has(normalize->axes)) return false;
      // Factors of each channel would have to be cut with it.
      return !has(normalize->scale_axes) && Along(operands_[0]);
    }
    return false;
  }

  bool Pooled(const Pool& pool, size_t axis) {
    const size_t channels = pool.layout == Layout::kNhwc ? in().size() - 1 : 1;
    return axis == channels && AlongAxis(axis, axis);
  }

  template <typename Resize>
  bool Resized(const Resize& resize, size_t axis) {
    const size_t first = static_cast<size_t>(resize.axis);
    if (axis == first || (axis == first + 1 && !resize.columns.empty())) {
      return false;
    }
    return AlongAxis(axis, axis);
  }

  // The elements stay where they are.  Where the lanes become two dimensions,
  // as the heads of attention do, those of one index of the outer dimension
  // become one.
  bool Reshaped() {
    const Lanes& lanes = operands_[0];
    if (LaneAxis(lanes, out()) >= 0) return Along(lanes);
    for (size_t axis = 0; axis < out().size(); ++axis) {
      const int64_t inner = InnerOf(out(), axis);
      const Lanes coarse = {inner, out()[axis]};
      if (coarse.count < 2 || inner % lanes.inner != 0 ||
          inner * coarse.count != lanes.inner * lanes.count) {
        continue;
      }
      const int64_t merged = inner / lanes.inner;
      flow_.lanes = coarse;
      flow_.sources.resize(static_cast<size_t>(coarse.count));
      for (int64_t lane = 0; lane < lanes.count; ++lane) {
        flow_.sources[static_cast<size_t>(lane / merged)].push_back({0, lane});
      }
      return true;
    }
    return false;
  }

  bool Transposed(const Transpose& transpose) {
    const std::optional<size_t> axis = ExactAxis(operands_[0], in());
    if (!axis) return false;
    const auto at = std::find(transpose.perm.begin(), transpose.perm.end(),
                              static_cast<int64_t>(*axis));
    return AlongAxis(*axis, static_cast<size_t>(at - transpose.perm.begin()));
  }

  // One after the other along the lanes, or beside each other.
  bool Joined(const Concat& concat) {
    const size_t along = FromStart(concat.axis, out().size());
    for (size_t i = 0; i < operands_.size(); ++i) {
      if (operands_[i].empty()) continue;
      const std::optional<size_t> axis = ExactAxis(operands_[i], in(i));
      if (!axis || (lane_axis_ && *lane_axis_ != *axis)) return false;
      lane_axis_ = axis;
    }
    const size_t axis = *lane_axis_;
    flow_.lanes = {InnerOf(out(), axis), out()[axis]};
    flow_.sources.resize(static_cast<size_t>(flow_.lanes.count));
    int64_t first = 0;
    for (size_t i = 0; i < operands_.size(); ++i) {
      const int64_t count = in(i)[axis];
      for (int64_t lane = 0; lane < count; ++lane) {
        const int64_t to = first + lane;
        if (operands_[i].empty()) {
          flow_.foreign.push_back(to);
        } else {
          flow_.sources[static_cast<size_t>(to)].push_back(
              {static_cast<int>(i), lane});
        }
      }
      if (axis == along) first += count;
    }
    return true;
  }

  bool Sliced(const Slice& slice) {
    const std::optional<size_t> axis = ExactAxis(operands_[0], in());
    if (!axis) return false;
    if (in()[*axis] == out()[*axis] && slice.step(*axis) == 1) {
      return AlongAxis(*axis, *axis);
    }
    if (slice.step(*axis) != 1) return false;
    flow_.lanes = {InnerOf(out(), *axis), out()[*axis]};
    for (int64_t lane = 0; lane < flow_.lanes.count; ++lane) {
      flow_.sources.push_back({{0, slice.starts[*axis] + lane}});
    }
    return true;
  }

  // Two operands, broadcast.  A constant is cut with the other one.
  bool Paired() {
    for (size_t i = 0; i < 2; ++i) {
      if (operands_[i].empty()) continue;
      const std::optional<size_t> axis = ExactAxis(operands_[i], in(i));
      if (!axis) return PairedFlat();
      const size_t at = *axis + out().size() - in(i).size();
      if (lane_axis_ && *lane_axis_ != at) return false;
      lane_axis_ = at;
    }
    const size_t axis = *lane_axis_;
    flow_.lanes = {InnerOf(out(), axis), out()[axis]};
    flow_.sources.resize(static_cast<size_t>(flow_.lanes.count));
    for (size_t i = 0; i < 2; ++i) {
      const size_t missing = out().size() - in(i).size();
      const int64_t count = axis < missing ? 1 : in(i)[axis - missing];
      if (operands_[i].empty()) {
        const bool cut = node_.input(i)->constant() != nullptr;
        if (count != 1 && !cut) return false;
        continue;
      }
      // One lane for all of the result's.
      if (count != flow_.lanes.count) return false;
      for (int64_t lane = 0; lane < count; ++lane) {
        flow_.sources[static_cast<size_t>(lane)].push_back(
            {static_cast<int>(i), lane});
      }
    }
    return true;
  }

  // Lanes that are not a dimension: operands of one shape, or one element.
  bool PairedFlat() {
    std::optional<Lanes> lanes;
    for (size_t i = 0; i < 2; ++i) {
      const bool single = node_.input(i)->type().num_elements() == 1;
      if (operands_[i].empty() && single) continue;
      if (operands_[i].empty() || in(i) != out()) return false;
      if (lanes && !(*lanes == operands_[i])) return false;
      lanes = operands_[i];
    }
    flow_.lanes = *lanes;
    flow_.sources.resize(static_cast<size_t>(lanes->count));
    for (int i = 0; i < 2; ++i) {
      if (operands_[static_cast<size_t>(i)].empty()) continue;
      for (int64_t lane = 0; lane < lanes->count; ++lane) {
        flow_.sources[static_cast<size_t>(lane)].push_back({i, lane});
      }
    }
    return true;
  }

  // Lanes along what is summed up meet those of the other operand; lanes of a
  // batch dimension, as heads are, go on.
  bool Multiplied() {
    const size_t rank = out().size();
    if (in(0).size() != rank || in(1).size() != rank || rank < 2 ||
        operands_[0].empty() || operands_[1].empty()) {
      return false;
    }
    const std::optional<size_t> a = ExactAxis(operands_[0], in(0));
    const std::optional<size_t> b = ExactAxis(operands_[1], in(1));
    if (!a || !b || operands_[0].count != operands_[1].count) return false;
    if (*a == rank - 1 && *b == rank - 2) {
      for (int64_t lane = 0; lane < operands_[0].count; ++lane) {
        flow_.together.push_back({{0, lane}, {1, lane}});
      }
      flow_.summed = {0, 1};
      return true;
    }
    if (*a != *b || *a >= rank - 2) return false;
    flow_.lanes = {InnerOf(out(), *a), out()[*a]};
    for (int64_t lane = 0; lane < flow_.lanes.count; ++lane) {
      flow_.sources.push_back({{0, lane}, {1, lane}});
    }
    return true;
  }

  void Weighted() {
    const size_t axis = OutputChannelAxis(node_);
    flow_.lanes = {InnerOf(out(), axis), out()[axis]};
    flow_.sources.resize(static_cast<size_t>(flow_.lanes.count));
    const Conv* conv = node_.As<Conv>();
    const int64_t groups = conv == nullptr ? 1 : conv->group;
    const Lanes& x = operands_[0];
    if (IsDepthwise(node_)) {
      if (x.empty()) {
        for (int64_t o = 0; o < flow_.lanes.count; ++o) {
          flow_.foreign.push_back(o);
        }
        return;
      }
      const int64_t multiplier = flow_.lanes.count / groups;
      for (int64_t o = 0; o < flow_.lanes.count; ++o) {
        flow_.sources[static_cast<size_t>(o)].push_back({0, o / multiplier});
      }
      return;
    }
    // Groups stay of one size: each loses the channel of the same place.
    const auto tie = [&](int operand, int64_t count) {
      const int64_t size = count / groups;
      for (int64_t lane = size; lane < count; ++lane) {
        flow_.together.push_back({{operand, lane % size}, {operand, lane}});
      }
    };
    if (groups > 1) tie(LaneRef::kResult, flow_.lanes.count);
    if (x.empty()) return;
    const size_t columns = InputChannelAxis(node_);
    const bool fits = conv == nullptr
                          ? InnerOf(in(), columns) == 1 &&
                                in()[columns] % (x.inner * x.count) == 0
                          : ExactAxis(x, in()) == columns;
    const std::shared_ptr<const Quant>& quant = node_.input(1)->type().quant;
    if (!fits || (quant != nullptr && quant->block > 0)) {
      flow_.pinned.push_back(0);
      return;
    }
    flow_.summed.push_back(0);
    if (groups > 1) tie(0, x.count);
  }

  const Node& node_;
  absl::Span<const Lanes> operands_;
  std::optional<size_t> lane_axis_;  // of the result
  Flow flow_;
};

}  // namespace

int LaneAxis(const Lanes& lanes, const Shape& shape) {
  const int64_t period = lanes.inner * lanes.count;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    const int64_t stride = InnerOf(shape, axis);
    if (shape[axis] > 1 && lanes.inner % stride == 0 &&
        stride * shape[axis] % period == 0) {
      return static_cast<int>(axis);
    }
  }
  return -1;
}

int64_t LaneOfColumn(const Node& node, const Lanes& lanes, int64_t channel) {
  return node.As<Conv>() != nullptr ? channel : lanes.Of(channel);
}

bool IsDepthwise(const Node& node) {
  const Conv* conv = node.As<Conv>();
  if (conv == nullptr || conv->group == 1) return false;
  return node.input(1)->type().shape[1] == 1;
}

Flow FlowOf(const Node& node, absl::Span<const Lanes> operands) {
  return Tracer(node, operands).Run();
}

}  // namespace tinyc
