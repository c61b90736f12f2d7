// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/exact_offsets.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "passes/memory/greedy_offsets.h"
#include "passes/memory/packing_model.h"
#include "passes/memory/packing_search.h"

namespace tinyc {
namespace {

// Some of the buffers of a problem, as a problem of their own.
struct Component {
  OffsetProblem problem;
  std::vector<size_t> buffers;  // their indices in the whole
};

// Cuts the problem wherever nothing is live from one step to the next.
std::vector<Component> ComponentsOf(const OffsetProblem& problem) {
  std::vector<size_t> by_begin(problem.buffers.size());
  std::iota(by_begin.begin(), by_begin.end(), size_t{0});
  std::stable_sort(by_begin.begin(), by_begin.end(), [&](size_t a, size_t b) {
    return problem.buffers[a].life.first < problem.buffers[b].life.first;
  });
  std::vector<Component> components;
  std::vector<std::pair<size_t, size_t>> place(problem.buffers.size());
  int last = 0;
  for (const size_t i : by_begin) {
    const Lifetime& life = problem.buffers[i].life;
    if (components.empty() || life.first > last) {
      components.emplace_back();
      last = life.last;
    }
    last = std::max(last, life.last);
    Component& c = components.back();
    place[i] = {components.size() - 1, c.buffers.size()};
    c.buffers.push_back(i);
    c.problem.buffers.push_back(problem.buffers[i]);
  }
  for (const OffsetOverlap& o : problem.overlaps) {
    const auto& [below_component, below] = place[o.below];
    const auto& [above_component, above] = place[o.above];
    if (below_component != above_component) continue;
    components[below_component].problem.overlaps.push_back(
        {below, above, o.distance});
  }
  return components;
}

// 1, 1, 2, 1, 1, 2, 4, 1, 1, 2, ...: restarts that are within a small factor of
// the best possible schedule, whatever the running times are.
int64_t Luby(int64_t index) {
  int64_t length = 1;
  while (length < index + 1) length = 2 * length + 1;
  while (length != index + 1) {
    length = (length - 1) / 2;
    if (index >= length) index -= length;
  }
  return (length + 1) / 2;
}

// Searches smaller and smaller arenas for one component.
class Minimizer {
 public:
  Minimizer(const OffsetProblem& problem, OffsetSolution* best)
      : model_(problem), search_(model_), best_(*best) {}

  // Takes what it spends off *budget.
  void Run(int64_t enough, int64_t* budget) {
    const int64_t grain = model_.grain();
    // Giving up proves nothing, so each sweep begins where the last one did,
    // and tries twice as hard.
    for (int sweep = 0; *budget > 0; ++sweep) {
      int64_t capacity = std::max(enough, best_.lower_bound);
      while (*budget > 0) {
        if (best_.total <= std::max(enough, best_.lower_bound)) return;
        capacity = std::max(capacity, best_.lower_bound);
        if (capacity >= best_.total) break;
        if (!Try(capacity, sweep, budget)) {
          // Halfway to what is known.
          const int64_t steps = (best_.total - capacity) / grain;
          capacity += std::max<int64_t>(1, steps / 2) * grain;
        }
      }
    }
  }

 private:
  // Every order once in its plain form, which proves something when it comes to
  // an end, and for shorter times shaken by chance: where one is lost, another
  // may be lucky.  False when none found anything.
  bool Try(int64_t capacity, int sweep, int64_t* budget) {
    const int64_t n = static_cast<int64_t>(model_.buffers().size());
    using Order = PackingSearch::Order;
    for (const bool plain : {true, false}) {
      for (const Order order :
           {Order::kDuration, Order::kCrowdArea, Order::kCrowdDuration}) {
        PackingSearch::Options options;
        options.order = order;
        options.seed = plain ? 0 : ++seed_;
        options.limit = plain ? (20 * n * n) << std::min(sweep, 30)
                              : 50 * n * n * Luby(sweep);
        options.limit = std::min(options.limit, *budget);
        const PackingSearch::Result result = search_.Run(capacity, options);
        *budget -= search_.work();
        if (result == PackingSearch::Result::kFound) {
          Keep(search_.Offsets());
          return true;
        }
        if (result == PackingSearch::Result::kInfeasible && model_.complete()) {
          best_.lower_bound =
              std::max(best_.lower_bound, capacity + model_.grain());
          return false;
        }
      }
    }
    return false;
  }

  void Keep(std::vector<int64_t> offsets) {
    best_.offsets = std::move(offsets);
    best_.total = 0;
    for (size_t i = 0; i < best_.offsets.size(); ++i) {
      best_.total =
          std::max(best_.total, best_.offsets[i] + model_.buffers()[i].bytes);
    }
  }

  PackingModel model_;
  PackingSearch search_;
  OffsetSolution& best_;
  uint32_t seed_ = 0;
};

}  // namespace

OffsetSolution SolveOffsets(const OffsetProblem& problem,
                            const OffsetEffort& effort) {
  const std::vector<Component> components = ComponentsOf(problem);
  std::vector<OffsetSolution> parts;
  OffsetSolution solution;
  for (const Component& c : components) {
    parts.push_back(SolveOffsetsGreedily(c.problem));
    solution.lower_bound =
        std::max(solution.lower_bound, parts.back().lower_bound);
  }
  std::vector<size_t> order(components.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return parts[a].total > parts[b].total;
  });
  solution.offsets.resize(problem.buffers.size());
  int64_t budget = effort.budget;
  for (const size_t c : order) {
    OffsetSolution& part = parts[c];
    // No part need be smaller than the greatest.
    const int64_t enough =
        std::max({effort.enough, solution.total, solution.lower_bound});
    Minimizer(components[c].problem, &part).Run(enough, &budget);
    solution.total = std::max(solution.total, part.total);
    solution.lower_bound = std::max(solution.lower_bound, part.lower_bound);
    for (size_t i = 0; i < part.offsets.size(); ++i) {
      solution.offsets[components[c].buffers[i]] = part.offsets[i];
    }
  }
  solution.work = effort.budget - budget;
  return solution;
}

}  // namespace tinyc
