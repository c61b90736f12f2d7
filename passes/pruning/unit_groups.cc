// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/unit_groups.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "passes/weights.h"

namespace tinyc {
namespace {

// Of each channel, the numbers of the values that have lanes of it, once for
// each lane.
std::vector<std::vector<size_t>> ValuesOfChannels(const Graph& graph,
                                                  const ChannelMap& map) {
  std::vector<std::vector<size_t>> values(map.size());
  size_t number = 0;
  for (const auto& node : graph.nodes()) {
    for (const Value* value : node->outputs()) {
      const Lanes lanes = map.LanesOf(value);
      for (int64_t lane = 0; lane < lanes.count; ++lane) {
        values[map.ChannelOf(value, lane)].push_back(number);
      }
      ++number;
    }
  }
  return values;
}

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

// Pairs of operands of layers of one shape.
std::vector<std::pair<const Value*, const Value*>> EqualOperands(
    const Graph& graph, const ChannelMap& map) {
  std::vector<std::pair<const Value*, const Value*>> pairs;
  std::vector<const Node*> layers;
  for (const auto& node : graph.nodes()) {
    if (!IsWeighted(*node)) continue;
    const auto like = std::find_if(
        layers.begin(), layers.end(),
        [&](const Node* other) { return HaveOneShape(map, *node, *other); });
    if (like == layers.end()) {
      layers.push_back(node.get());
    } else {
      pairs.push_back({node->input(0), (*like)->input(0)});
    }
  }
  return pairs;
}

}  // namespace

std::vector<std::vector<UnitGroup>> GroupUnits(
    const Graph& graph, const ChannelMap& map,
    absl::Span<const ChannelUnit> units, bool shared) {
  const auto values = ValuesOfChannels(graph, map);
  std::map<std::vector<size_t>, size_t> group_of_values;
  std::vector<UnitGroup> groups;
  const size_t none = units.size();
  std::vector<size_t> group_of(map.size(), none);  // by channel
  for (size_t u = 0; u < units.size(); ++u) {
    const size_t channel = units[u].channel;
    const auto [found, is_new] =
        group_of_values.insert({values[channel], groups.size()});
    if (is_new) groups.emplace_back();
    groups[found->second].push_back(u);
    group_of[channel] = found->second;
  }
  std::vector<size_t> set_of(groups.size());
  std::iota(set_of.begin(), set_of.end(), size_t{0});
  if (shared) {
    for (const auto& [a, b] : EqualOperands(graph, map)) {
      for (int64_t lane = 0; lane < map.LanesOf(a).count; ++lane) {
        const size_t one = group_of[map.ChannelOf(a, lane)];
        const size_t other = group_of[map.ChannelOf(b, lane)];
        if (one == none || other == none) continue;
        const size_t from = set_of[one];
        std::replace(set_of.begin(), set_of.end(), from, size_t{set_of[other]});
      }
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

}  // namespace tinyc
