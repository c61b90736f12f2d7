// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/channel_units.h"

#include <algorithm>
#include <map>

#include "passes/weights.h"

namespace tinyc {

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
    now_.macs += LayerCost(layer).macs;
    now_.weights += LayerCost(layer).weights;
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
  }
  return saved;
}

bool ChannelCosts::IsLast(size_t channel) const {
  return std::any_of(
      held_[channel].begin(), held_[channel].end(),
      [&](const Held& held) { return lanes_left_[held.value] <= held.lanes; });
}

std::vector<size_t> ChannelCosts::ValuesOf(size_t channel) const {
  std::vector<size_t> values;
  for (const Held& held : held_[channel]) {
    values.insert(values.end(), static_cast<size_t>(held.lanes), held.value);
  }
  return values;
}

void ChannelCosts::Remove(size_t channel) {
  const ModelCost saved = SavedBy(channel);
  now_.macs -= saved.macs;
  now_.weights -= saved.weights;
  for (const Part& part : parts_[channel]) {
    layers_[part.layer].rows -= part.rows;
    layers_[part.layer].columns -= part.columns;
  }
  for (const Held& held : held_[channel]) {
    lanes_left_[held.value] -= held.lanes;
  }
}

}  // namespace tinyc
