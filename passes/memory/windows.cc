// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/windows.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace tinyc {
namespace {

// At which steps of a strip the window of a node holds a row that is read then
// or later, a bit per step.
using Uses = std::vector<uint64_t>;

bool Meet(const Uses& a, const Uses& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if ((a[i] & b[i]) != 0) return true;
  }
  return false;
}

std::vector<Uses> UsesOf(const RowSchedule& schedule) {
  const size_t nodes = schedule.calls.size();
  const size_t steps =
      schedule.steps.size() / static_cast<size_t>(schedule.strips());
  std::vector<Uses> uses(nodes, Uses(steps / 64 + 1, 0));
  const auto mark = [&](size_t node, size_t from, size_t to) {
    for (size_t k = from; k <= to; ++k) uses[node][k / 64] |= 1ull << (k % 64);
  };
  // The step at which each row has come.
  std::vector<std::vector<size_t>> came(nodes);
  for (size_t n = 0; n < nodes; ++n) {
    came[n].resize(static_cast<size_t>(schedule.calls[n].rows));
  }
  for (size_t k = 0; k < steps; ++k) {
    const RowSchedule::Step& step = schedule.steps[k];
    came[step.node][static_cast<size_t>(schedule.RowOf(step))] = k;
    if (schedule.window[step.node] != 0) mark(step.node, k, k);
    for (const RowOperand& operand : schedule.calls[step.node].operands) {
      const std::optional<size_t> maker = schedule.MakerOf(*operand.value);
      if (!maker || schedule.window[*maker] == 0) continue;
      const RowRange rows = schedule.RowsRead(step, operand);
      for (int64_t r = rows.first; r < rows.last; ++r) {
        mark(*maker, came[*maker][static_cast<size_t>(r)], k);
      }
    }
  }
  return uses;
}

}  // namespace

std::vector<WindowGroup> GroupWindows(
    absl::Span<const RowSchedule* const> schedules) {
  const size_t nodes = schedules[0]->calls.size();
  std::vector<int64_t> rows(nodes, 0);
  std::vector<int64_t> bytes(nodes, 0);
  std::vector<std::vector<Uses>> uses;  // per schedule and node
  for (const RowSchedule* schedule : schedules) {
    for (size_t n = 0; n < nodes; ++n) {
      rows[n] = std::max(rows[n], schedule->window[n]);
      bytes[n] = std::max(bytes[n], schedule->WindowBytes(n, rows[n]));
    }
    uses.push_back(UsesOf(*schedule));
  }
  std::vector<size_t> order(nodes);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return bytes[a] > bytes[b]; });
  std::vector<WindowGroup> groups;
  std::vector<std::vector<size_t>> members;  // per group
  for (const size_t n : order) {
    if (rows[n] == 0) continue;
    // What a strip leaves to the next one lies in the window all the time.
    const auto lasts = [&](size_t node) {
      return schedules[0]->SeamRowBytes(node) > 0;
    };
    const auto fits = [&](const std::vector<size_t>& group) {
      for (const size_t m : group) {
        if (lasts(n) || lasts(m)) return false;
        for (const std::vector<Uses>& of : uses) {
          if (Meet(of[n], of[m])) return false;
        }
      }
      return true;
    };
    size_t g = 0;
    while (g < groups.size() && !fits(members[g])) ++g;
    if (g == groups.size()) {
      groups.push_back({{}, bytes[n]});
      members.emplace_back();
    }
    groups[g].windows.push_back({schedules[0]->calls[n].result, rows[n]});
    members[g].push_back(n);
  }
  return groups;
}

}  // namespace tinyc
