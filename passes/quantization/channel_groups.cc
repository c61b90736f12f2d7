// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/channel_groups.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>

#include "compiler/ops/clip.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/dense.h"
#include "compiler/ops/pool.h"
#include "compiler/ops/transpose.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

int64_t InnerOf(const Shape& shape, size_t axis) {
  return std::accumulate(shape.begin() + static_cast<ptrdiff_t>(axis) + 1,
                         shape.end(), int64_t{1}, std::multiplies<>());
}

bool HasMultiples(float act_min, float act_max) {
  return (act_min == 0 || act_min < -std::numeric_limits<float>::max()) &&
         act_max > std::numeric_limits<float>::max();
}

// Whether limits of `node` leave a multiple of its results a multiple.
bool KeepsMultiples(const Node& node) {
  if (const Conv* conv = node.As<Conv>()) {
    return HasMultiples(conv->act_min, conv->act_max);
  }
  if (const Dense* dense = node.As<Dense>()) {
    return HasMultiples(dense->act_min, dense->act_max);
  }
  const Clip* clip = node.As<Clip>();
  return clip == nullptr || HasMultiples(clip->min, clip->max);
}

class Finder {
 public:
  ChannelGroups Run(const Graph& graph) {
    for (const auto& node : graph.nodes()) Visit(*node);
    for (const Value* output : graph.outputs()) Block(output);
    ChannelGroups found;
    for (const auto& [value, lanes] : lanes_) {
      const size_t group = Find(lanes.group);
      if (!groups_[group].IsWorthwhile()) continue;
      found.lanes[value->name()] = {group, lanes.inner};
      int64_t& positions = groups_[group].positions;
      positions = std::max(positions,
                           value->type().num_elements() / groups_[group].count);
    }
    found.groups = std::move(groups_);
    return found;
  }

 private:
  size_t Find(size_t group) const {
    while (joined_[group] != group) group = joined_[group];
    return group;
  }

  void Join(size_t a, size_t b) {
    a = Find(a);
    b = Find(b);
    if (a == b) return;
    ChannelGroup& to = groups_[a];
    ChannelGroup& from = groups_[b];
    to.blocked = to.blocked || from.blocked || to.count != from.count;
    to.producers.insert(to.producers.end(), from.producers.begin(),
                        from.producers.end());
    to.consumers.insert(to.consumers.end(), from.consumers.begin(),
                        from.consumers.end());
    from = ChannelGroup();
    joined_[b] = a;
  }

  const Lanes* LanesOf(const Value* value) const {
    const auto found = lanes_.find(value);
    return found == lanes_.end() ? nullptr : &found->second;
  }

  void Block(const Value* value) {
    if (const Lanes* lanes = LanesOf(value)) {
      groups_[Find(lanes->group)].blocked = true;
    }
  }

  void Visit(const Node& node) {
    const bool weighted = IsWeighted(node) &&
                          node.input(1)->constant() != nullptr &&
                          node.input(1)->type().dtype == DType::kF32;
    std::optional<Lanes> result;
    if (weighted) {
      Read(node);
      const Value* bias = node.inputs().size() > 2 ? node.input(2) : nullptr;
      if (KeepsMultiples(node) &&
          (bias == nullptr || bias->constant() != nullptr)) {
        result = Produced(node);
      }
    } else {
      result = Passed(node);
      if (!result) {
        for (const Value* operand : node.inputs()) Block(operand);
      }
    }
    if (result) lanes_[node.output()] = *result;
  }

  Lanes Produced(const Node& node) {
    const Shape& shape = node.output()->type().shape;
    const size_t axis = OutputChannelAxis(node);
    joined_.push_back(groups_.size());
    groups_.push_back(
        {.count = shape[axis], .producers = {node.output()->name()}});
    return {joined_.back(), InnerOf(shape, axis)};
  }

  // A weighted node reads its operand, by columns of its weights.
  void Read(const Node& node) {
    const Lanes* lanes = LanesOf(node.input(0));
    if (lanes == nullptr) return;
    const Shape& shape = node.input(0)->type().shape;
    const size_t axis = InputChannelAxis(node);
    ChannelGroup& group = groups_[Find(lanes->group)];
    const bool is_dense = node.As<Dense>() != nullptr;
    const bool fits = is_dense ? shape[axis] % (lanes->inner * group.count) == 0
                               : shape[axis] == group.count &&
                                     lanes->inner == InnerOf(shape, axis);
    if (!fits) {
      group.blocked = true;
      return;
    }
    group.consumers.push_back(
        {node.output()->name(), is_dense ? lanes->inner : 1});
  }

  // Where the channels are in the result of a node that does the same to a
  // channel and to a multiple of it; nothing for other nodes.
  std::optional<Lanes> Passed(const Node& node) {
    if (node.outputs().size() != 1 || node.inputs().empty()) {
      return std::nullopt;
    }
    const Lanes* x = LanesOf(node.input(0));
    if (x == nullptr) return std::nullopt;
    const absl::string_view name = node.op().name();
    const Shape& in = node.input(0)->type().shape;
    const Shape& out = node.output()->type().shape;
    if (name == "relu" || name == "reshape" ||
        (name == "clip" && KeepsMultiples(node))) {
      return *x;
    }
    if (name == "add") {
      const Lanes* other = LanesOf(node.input(1));
      if (other == nullptr || other->inner != x->inner ||
          node.input(1)->type().shape != in) {
        return std::nullopt;
      }
      const Lanes lanes = *x;
      Join(lanes.group, other->group);
      return lanes;
    }
    const std::optional<size_t> axis = AxisOf(*x, in);
    if (!axis) return std::nullopt;
    if (const Pool* pool = PoolOf(node)) {
      if (*axis != (pool->layout == Layout::kNhwc ? in.size() - 1 : 1)) {
        return std::nullopt;
      }
      return Lanes{x->group, InnerOf(out, *axis)};
    }
    if (const Transpose* transpose = node.As<Transpose>()) {
      const auto at = std::find(transpose->perm.begin(), transpose->perm.end(),
                                static_cast<int64_t>(*axis));
      return Lanes{
          x->group,
          InnerOf(out, static_cast<size_t>(at - transpose->perm.begin()))};
    }
    return std::nullopt;
  }

  static const Pool* PoolOf(const Node& node) {
    if (const MaxPool* pool = node.As<MaxPool>()) return pool;
    return node.As<AveragePool>();
  }

  // The dimension that is the channels and nothing else.
  std::optional<size_t> AxisOf(const Lanes& lanes, const Shape& shape) const {
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      if (InnerOf(shape, axis) == lanes.inner &&
          shape[axis] == groups_[Find(lanes.group)].count) {
        return axis;
      }
    }
    return std::nullopt;
  }

  std::vector<ChannelGroup> groups_;
  std::vector<size_t> joined_;  // the group that each went into
  absl::flat_hash_map<const Value*, Lanes> lanes_;
};

}  // namespace

ChannelGroups FindChannelGroups(const Graph& graph) {
  return Finder().Run(graph);
}

}  // namespace tinyc
