// SPDX-License-Identifier: Apache-2.0
#include "passes/channels/channel_map.h"

#include <utility>

namespace tinyc {

ChannelMap::ChannelMap(const Graph& graph) {
  for (const auto& node : graph.nodes()) Visit(*node);
  for (const Value* output : graph.outputs()) {
    const auto found = values_.find(output);
    if (found == values_.end()) continue;
    const Placed& placed = found->second;
    for (int64_t lane = 0; lane < placed.lanes.count; ++lane) {
      pinned_[placed.first + static_cast<size_t>(lane)] = true;
    }
  }
  // From lanes joined to channels numbered.
  constexpr size_t kNone = ~size_t{0};
  std::vector<size_t> number(channel_of_.size(), kNone);
  std::vector<size_t> channel_of(channel_of_.size());
  std::vector<bool> pinned;
  for (size_t lane = 0; lane < channel_of_.size(); ++lane) {
    size_t& channel = number[Find(lane)];
    if (channel == kNone) {
      channel = pinned.size();
      pinned.push_back(false);
    }
    channel_of[lane] = channel;
    if (pinned_[lane]) pinned[channel] = true;
  }
  channel_of_ = std::move(channel_of);
  pinned_ = std::move(pinned);
}

Lanes ChannelMap::LanesOf(const Value* value) const {
  const auto found = values_.find(value);
  return found == values_.end() ? Lanes() : found->second.lanes;
}

size_t ChannelMap::ChannelOf(const Value* value, int64_t lane) const {
  return channel_of_[values_.at(value).first + static_cast<size_t>(lane)];
}

size_t ChannelMap::Find(size_t lane) {
  while (channel_of_[lane] != lane) {
    channel_of_[lane] = channel_of_[channel_of_[lane]];
    lane = channel_of_[lane];
  }
  return lane;
}

void ChannelMap::Join(size_t a, size_t b) { channel_of_[Find(a)] = Find(b); }

size_t ChannelMap::NumberOf(const Node& node, const LaneRef& lane) const {
  const Value* value = lane.operand == LaneRef::kResult
                           ? node.output()
                           : node.input(static_cast<size_t>(lane.operand));
  return values_.at(value).first + static_cast<size_t>(lane.lane);
}

void ChannelMap::Visit(const Node& node) {
  std::vector<Lanes> operands;
  bool traced = false;
  for (const Value* operand : node.inputs()) {
    operands.push_back(LanesOf(operand));
    traced = traced || !operands.back().empty();
  }
  Flow flow = tinyc::FlowOf(node, operands);
  if (!traced && flow.lanes.empty()) return;
  if (!flow.lanes.empty()) {
    values_[node.output()] = {flow.lanes, channel_of_.size()};
    for (int64_t lane = 0; lane < flow.lanes.count; ++lane) {
      channel_of_.push_back(channel_of_.size());
      pinned_.push_back(false);
    }
  }
  for (int64_t lane = 0; lane < flow.lanes.count; ++lane) {
    for (const LaneRef& source : flow.sources[static_cast<size_t>(lane)]) {
      Join(NumberOf(node, source), NumberOf(node, {LaneRef::kResult, lane}));
    }
  }
  for (const auto& [a, b] : flow.together) {
    Join(NumberOf(node, a), NumberOf(node, b));
  }
  for (const int64_t lane : flow.foreign) {
    pinned_[NumberOf(node, {LaneRef::kResult, lane})] = true;
  }
  for (const int operand : flow.pinned) {
    const Lanes& lanes = operands[static_cast<size_t>(operand)];
    for (int64_t lane = 0; lane < lanes.count; ++lane) {
      pinned_[NumberOf(node, {operand, lane})] = true;
    }
  }
  flows_[&node] = std::move(flow);
}

}  // namespace tinyc
