// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/channel_units.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "passes/weights.h"

namespace tinyc {
namespace {

// Whether two layers are calls of one function in C.
bool HaveOneShape(const ChannelMap& map, const Node& a, const Node& b) {
  const auto same = [&](const Value* x, const Value* y) {
    return x->type().shape == y->type().shape &&
           map.LanesOf(x) == map.LanesOf(y);
  };
  return a.op().Equals(b.op()) && same(a.input(0), b.input(0)) &&
         same(a.output(), b.output()) &&
         a.input(1)->type().shape == b.input(1)->type().shape;
}

}  // namespace

std::vector<ChannelUnit> FindChannelUnits(const Graph& graph,
                                          const ChannelMap& map) {
  std::vector<ChannelUnit> units(map.size());
  std::vector<bool> stays(map.size());
  for (size_t c = 0; c < map.size(); ++c) {
    units[c].channel = c;
    stays[c] = map.pinned(c);
  }
  size_t step = 0;
  for (const auto& node : graph.nodes()) {
    for (size_t i = 0; i < node->inputs().size(); ++i) {
      const Value* operand = node->input(i);
      const Lanes lanes = operand == nullptr ? Lanes() : map.LanesOf(operand);
      if (lanes.empty()) continue;
      const std::vector<int>& summed = map.FlowOf(*node).summed;
      if (std::count(summed.begin(), summed.end(), static_cast<int>(i)) == 0) {
        continue;
      }
      for (int64_t lane = 0; lane < lanes.count; ++lane) {
        const size_t channel = map.ChannelOf(operand, lane);
        if (!IsWeighted(*node) || operand->type().dtype != DType::kF32) {
          stays[channel] = true;
        }
        units[channel].readers.push_back({step, lane});
      }
    }
    ++step;
  }
  std::erase_if(units, [&](const ChannelUnit& unit) {
    return stays[unit.channel] || unit.readers.empty();
  });
  return units;
}

std::vector<std::vector<UnitGroup>> GroupUnits(
    const Graph& graph, const ChannelMap& map,
    absl::Span<const ChannelUnit> units, bool shared) {
  // The values that have lanes of a channel, once for each lane.
  std::vector<std::vector<size_t>> held(map.size());
  size_t number = 0;
  for (const auto& node : graph.nodes()) {
    for (const Value* value : node->outputs()) {
      const Lanes lanes = map.LanesOf(value);
      for (int64_t lane = 0; lane < lanes.count; ++lane) {
        held[map.ChannelOf(value, lane)].push_back(number);
      }
      ++number;
    }
  }
  std::map<std::vector<size_t>, size_t> group_of_values;
  std::vector<UnitGroup> groups;
  std::vector<size_t> group_of(map.size(), map.size());  // by channel
  for (size_t u = 0; u < units.size(); ++u) {
    const size_t channel = units[u].channel;
    const auto [found, is_new] =
        group_of_values.insert({held[channel], groups.size()});
    if (is_new) groups.emplace_back();
    groups[found->second].push_back(u);
    group_of[channel] = found->second;
  }
  std::vector<size_t> set_of(groups.size());
  std::iota(set_of.begin(), set_of.end(), size_t{0});
  const auto join = [&](const Value* a, const Value* b) {
    for (int64_t lane = 0; lane < map.LanesOf(a).count; ++lane) {
      const size_t one = group_of[map.ChannelOf(a, lane)];
      const size_t other = group_of[map.ChannelOf(b, lane)];
      if (one == map.size() || other == map.size()) continue;
      std::replace(set_of.begin(), set_of.end(), size_t{set_of[one]},
                   size_t{set_of[other]});
    }
  };
  if (shared) {
    std::vector<const Node*> layers;
    for (const auto& node : graph.nodes()) {
      if (!IsWeighted(*node)) continue;
      for (const Node* other : layers) {
        if (!HaveOneShape(map, *node, *other)) continue;
        // Their results are operands of the next ones; those of the last may
        // have a width of their own, which costs one function.
        join(node->input(0), other->input(0));
      }
      layers.push_back(node.get());
    }
  }
  std::map<size_t, std::vector<UnitGroup>> sets;
  for (size_t g = 0; g < groups.size(); ++g) {
    sets[set_of[g]].push_back(std::move(groups[g]));
  }
  std::vector<std::vector<UnitGroup>> result;
  for (auto& [name, set] : sets) result.push_back(std::move(set));
  return result;
}

ChannelCosts::ChannelCosts(const Graph& graph, const ChannelMap& map)
    : parts_(map.size()), held_(map.size()) {
  for (const auto& node : graph.nodes()) {
    for (const Value* value : node->outputs()) {
      const Lanes lanes = map.LanesOf(value);
      if (lanes.empty()) continue;
      std::map<size_t, int64_t> of_channel;
      for (int64_t lane = 0; lane < lanes.count; ++lane) {
        ++of_channel[map.ChannelOf(value, lane)];
      }
      for (const auto& [channel, count] : of_channel) {
        held_[channel].push_back({lanes_left_.size(), count});
      }
      lanes_left_.push_back(lanes.count);
    }
    if (!IsWeighted(*node) || node->input(1)->constant() == nullptr) continue;
    const Lanes rows = map.LanesOf(node->output());
    const Lanes columns =
        IsDepthwise(*node) ? Lanes() : map.LanesOf(node->input(0));
    Layer layer = {
        .macs = static_cast<double>(node->op().Macs(*node)),
        .weights = static_cast<double>(node->input(1)->type().num_elements()),
        .time = TimeOf(*node, static_cast<double>(rows.count)),
        .rows = static_cast<double>(rows.count),
        .columns = static_cast<double>(std::max<int64_t>(1, columns.count))};
    layer.macs /= layer.rows * layer.columns;
    layer.weights /= layer.rows * layer.columns;
    std::map<size_t, Part> parts;
    for (int64_t lane = 0; lane < rows.count; ++lane) {
      parts[map.ChannelOf(node->output(), lane)].rows += 1;
    }
    for (int64_t lane = 0; lane < columns.count; ++lane) {
      parts[map.ChannelOf(node->input(0), lane)].columns += 1;
    }
    for (auto& [channel, part] : parts) {
      part.layer = layers_.size();
      parts_[channel].push_back(part);
    }
    const ModelCost cost = LayerCost(layer);
    now_.macs += cost.macs;
    now_.weights += cost.weights;
    now_.time += cost.time;
    layers_.push_back(layer);
  }
}

ModelCost ChannelCosts::SavedBy(size_t channel) const {
  ModelCost saved;
  for (const Part& part : parts_[channel]) {
    Layer rest = layers_[part.layer];
    const ModelCost before = LayerCost(rest);
    rest.rows -= part.rows;
    rest.columns -= part.columns;
    const ModelCost after = LayerCost(rest);
    saved.macs += before.macs - after.macs;
    saved.weights += before.weights - after.weights;
    saved.time += before.time - after.time;
  }
  return saved;
}

bool ChannelCosts::IsLast(size_t channel) const {
  return std::any_of(
      held_[channel].begin(), held_[channel].end(),
      [&](const Held& held) { return lanes_left_[held.value] <= held.lanes; });
}

void ChannelCosts::Remove(size_t channel) {
  const ModelCost saved = SavedBy(channel);
  now_.macs -= saved.macs;
  now_.weights -= saved.weights;
  now_.time -= saved.time;
  for (const Part& part : parts_[channel]) {
    layers_[part.layer].rows -= part.rows;
    layers_[part.layer].columns -= part.columns;
  }
  for (const Held& held : held_[channel]) {
    lanes_left_[held.value] -= held.lanes;
  }
}

}  // namespace tinyc
