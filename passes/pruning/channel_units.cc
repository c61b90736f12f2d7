// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/channel_units.h"

#include <algorithm>
#include <map>

#include "absl/container/flat_hash_map.h"
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

ChannelCosts::ChannelCosts(const Graph& graph, const ChannelMap& map,
                           absl::Span<const LiveBuffer> buffers)
    : parts_(map.size()), held_(map.size()) {
  absl::flat_hash_map<absl::string_view, size_t> value_of;  // by name
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
      value_of[value->name()] = lanes_left_.size();
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
  for (const LiveBuffer& live : buffers) {
    Buffer& buffer = buffers_.emplace_back();
    buffer.life = live.life;
    for (const LiveBuffer::Member& member : live.members) {
      buffer.bytes = std::max(buffer.bytes, member.bytes);
      const auto value = value_of.find(member.value);
      if (value == value_of.end()) {
        buffer.members.push_back({.bytes = member.bytes});
        continue;
      }
      const double lanes = static_cast<double>(lanes_left_[value->second]);
      buffer.members.push_back({.bytes = member.bytes,
                                .of_lane = member.bytes / lanes,
                                .value = value->second});
    }
  }
  FindPeak();
}

double ChannelCosts::LanesOf(size_t channel, size_t value) const {
  for (const Held& held : held_[channel]) {
    if (held.value == value) return static_cast<double>(held.lanes);
  }
  return 0;
}

double ChannelCosts::BytesWithout(const Buffer& buffer, size_t channel) const {
  double bytes = 0;
  for (const Member& member : buffer.members) {
    bytes = std::max(
        bytes, member.bytes - member.of_lane * LanesOf(channel, member.value));
  }
  return bytes;
}

void ChannelCosts::FindPeak() {
  std::map<int, double> change;  // of the live bytes, by step
  for (const Buffer& buffer : buffers_) {
    change[buffer.life.first] += buffer.bytes;
    change[buffer.life.last + 1] -= buffer.bytes;
  }
  double live = 0;
  now_.ram = 0;
  for (const auto& [step, bytes] : change) {
    live += bytes;
    if (live <= now_.ram) continue;
    now_.ram = live;
    peak_ = step;
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
  for (const Buffer& buffer : buffers_) {
    if (buffer.life.first > peak_ || buffer.life.last < peak_) continue;
    saved.ram += buffer.bytes - BytesWithout(buffer, channel);
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
  for (Buffer& buffer : buffers_) {
    buffer.bytes = BytesWithout(buffer, channel);
    for (Member& member : buffer.members) {
      member.bytes -= member.of_lane * LanesOf(channel, member.value);
    }
  }
  FindPeak();
}

}  // namespace tinyc
