// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/channel_choice.h"

#include <algorithm>
#include <map>

namespace tinyc {
namespace {

constexpr size_t kLeastMultiples = 8;

}  // namespace

ChannelChoice::ChannelChoice(ChannelCosts costs,
                             const std::vector<ChannelUnit>& units,
                             size_t multiple)
    : costs_(std::move(costs)),
      units_(units),
      multiple_(multiple),
      gone_(costs_.channels()) {
  std::map<std::vector<size_t>, std::vector<size_t>> groups;
  for (size_t u = 0; u < units.size(); ++u) {
    groups[costs_.ValuesOf(units[u].channel)].push_back(u);
  }
  for (auto& [values, group] : groups) groups_.push_back(std::move(group));
}

void ChannelChoice::Take(const std::vector<bool>& channels) {
  for (size_t c = 0; c < channels.size(); ++c) {
    if (!channels[c] || gone_[c]) continue;
    costs_.Remove(c);
    gone_[c] = true;
  }
}

void ChannelChoice::TakeUntil(const ModelCost& target, ChannelScores* scores) {
  while (true) {
    const double macs = cost().macs - target.macs;
    const double weights = cost().weights - target.weights;
    if (macs <= 0 && weights <= 0) return;
    std::vector<size_t> best;
    double least = 0;
    for (const std::vector<size_t>& group : groups_) {
      const std::vector<size_t> next = CheapestOf(group, *scores);
      if (next.empty()) continue;
      double price = 1e-12;  // of channels that cost nothing, those that save
      for (const size_t u : next) price += scores->Of(u);
      // Shares of what is to be left.
      const ModelCost saved = costs_.SavedBy(units_[next[0]].channel);
      const double gain = (macs > 0 ? saved.macs / target.macs : 0) +
                          (weights > 0 ? saved.weights / target.weights : 0);
      if (gain <= 0) continue;
      price /= gain * static_cast<double>(next.size());
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
    const std::vector<size_t>& group, const ChannelScores& scores) const {
  std::vector<size_t> left;
  for (const size_t u : group) {
    if (!gone_[units_[u].channel]) left.push_back(u);
  }
  size_t count = 1;
  if (group.size() >= kLeastMultiples * multiple_) {
    count = left.size() % multiple_;
    if (count == 0) count = multiple_;
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

}  // namespace tinyc
