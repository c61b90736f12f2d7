// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/channel_choice.h"

#include <algorithm>

namespace tinyc {

ChannelChoice::ChannelChoice(ChannelCosts costs,
                             const std::vector<ChannelUnit>& units,
                             std::vector<std::vector<UnitGroup>> sets,
                             Widths widths)
    : costs_(std::move(costs)),
      units_(units),
      widths_(widths),
      sets_(std::move(sets)),
      gone_(costs_.channels()) {}

void ChannelChoice::Take(const std::vector<bool>& channels) {
  for (size_t c = 0; c < channels.size(); ++c) {
    if (!channels[c] || gone_[c]) continue;
    costs_.Remove(c);
    gone_[c] = true;
  }
}

void ChannelChoice::TakeUntil(const ModelCost& target, ChannelScores* scores) {
  while (true) {
    const ModelCost now = cost();
    const bool macs = now.macs > target.macs;
    const bool weights = now.weights > target.weights;
    const bool time = now.time > target.time;
    const bool ram = now.ram > target.ram;
    if (!macs && !weights && !time && !ram) return;
    std::vector<size_t> best;
    double least = 0;
    for (const std::vector<UnitGroup>& set : sets_) {
      const std::vector<size_t> next = CheapestOf(set, *scores);
      double price = 1e-12;  // of channels that cost nothing, those that save
      double gain = 0;
      for (const size_t u : next) {
        price += scores->Of(u);
        const ModelCost saved = costs_.SavedBy(units_[u].channel);
        if (macs) gain += saved.macs / now.macs;
        if (weights) gain += saved.weights / now.weights;
        if (time) gain += saved.time / now.time;
        if (ram) gain += saved.ram / now.ram;
      }
      if (gain <= 0) continue;
      price /= gain;
      if (best.empty() || price < least) {
        best = next;
        least = price;
      }
    }
    if (best.empty()) return;
    for (const size_t u : best) {
      costs_.Remove(units_[u].channel);
      gone_[units_[u].channel] = true;
      scores->Remove(u);
    }
  }
}

std::vector<size_t> ChannelChoice::CheapestOf(
    const UnitGroup& group, const ChannelScores& scores) const {
  std::vector<size_t> left;
  for (const size_t u : group) {
    if (!gone_[units_[u].channel]) left.push_back(u);
  }
  size_t count = 1;
  if (group.size() >= widths_.from) {
    count = left.size() % widths_.multiple;
    if (count == 0) count = widths_.multiple;
  }
  if (left.size() <= count || costs_.IsLast(units_[left[0]].channel)) {
    return {};
  }
  std::stable_sort(left.begin(), left.end(), [&](size_t a, size_t b) {
    return scores.Of(a) < scores.Of(b);
  });
  left.resize(count);
  return left;
}

std::vector<size_t> ChannelChoice::CheapestOf(
    const std::vector<UnitGroup>& set, const ChannelScores& scores) const {
  std::vector<size_t> all;
  for (const UnitGroup& group : set) {
    const std::vector<size_t> of_group = CheapestOf(group, scores);
    if (of_group.empty()) return {};
    all.insert(all.end(), of_group.begin(), of_group.end());
  }
  return all;
}

}  // namespace tinyc
