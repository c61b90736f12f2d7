// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/exact_offsets.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "passes/memory/greedy_offsets.h"
#include "passes/memory/packing_model.h"
#include "passes/memory/packing_moves.h"
#include "passes/memory/packing_search.h"

namespace tinyc {
namespace {

// Cuts the problem wherever nothing is live from one step to the next.
std::vector<OffsetPart> ComponentsOf(const OffsetProblem& problem) {
  std::vector<size_t> by_begin(problem.buffers.size());
  std::iota(by_begin.begin(), by_begin.end(), size_t{0});
  std::stable_sort(by_begin.begin(), by_begin.end(), [&](size_t a, size_t b) {
    return problem.buffers[a].life.first < problem.buffers[b].life.first;
  });
  std::vector<std::vector<size_t>> components;
  int last = 0;
  for (const size_t i : by_begin) {
    const Lifetime& life = problem.buffers[i].life;
    if (components.empty() || life.first > last) {
      components.emplace_back();
      last = life.last;
    }
    last = std::max(last, life.last);
    components.back().push_back(i);
  }
  std::vector<OffsetPart> parts;
  for (std::vector<size_t>& component : components) {
    parts.push_back(PartOf(problem, std::move(component)));
  }
  return parts;
}

// The sections of a model, the one with most live bytes first.
std::vector<size_t> FullestSections(const PackingModel& model) {
  std::vector<int64_t> total;
  for (const std::vector<int>& section : model.sections()) {
    total.push_back(0);
    for (const int i : section) {
      total.back() += model.buffers()[static_cast<size_t>(i)].size;
    }
  }
  std::vector<size_t> order(total.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return total[a] > total[b]; });
  return order;
}

// What is live in a section, or up to `width` sections before or behind it.
OffsetPart Around(const OffsetProblem& problem, const PackingModel& model,
                  size_t section, size_t width) {
  std::vector<size_t> buffers;
  for (size_t i = 0; i < model.buffers().size(); ++i) {
    const PackingModel::Buffer& b = model.buffers()[i];
    if (static_cast<size_t>(b.first) <= section + width &&
        static_cast<size_t>(b.last) + width >= section) {
      buffers.push_back(i);
    }
  }
  return PartOf(problem, std::move(buffers));
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
      : problem_(problem),
        model_(problem),
        search_(model_),
        moves_(problem_, model_),
        best_(*best) {}

  // Takes what it spends off *budget.  Looks for proofs in parts as well, if
  // `with_parts`.
  void Run(int64_t enough, bool with_parts, int64_t* budget) {
    const int64_t grain = model_.grain();
    const int64_t most = *budget;
    const std::vector<size_t> fullest = FullestSections(model_);
    // Giving up proves nothing, so each sweep begins where the last one did,
    // and tries twice as hard.
    for (int sweep = 0; *budget > 0; ++sweep) {
      if (sweep > 0 && with_parts) {
        BoundByParts(fullest[static_cast<size_t>(sweep - 1) % fullest.size()],
                     budget);
        MoveSome(enough, most - *budget, budget);
      }
      int64_t capacity = std::max(enough, best_.lower_bound);
      while (*budget > 0) {
        if (best_.total <= std::max(enough, best_.lower_bound)) return;
        capacity = std::max(capacity, best_.lower_bound);
        if (capacity >= best_.total) break;
        // The best that can be is often there, and the tightest arena is not
        // the hardest to fill.
        const bool least = capacity == std::max(enough, best_.lower_bound);
        if (!Try(capacity, least ? sweep + 2 : sweep, budget)) {
          // Halfway to what is known.
          const int64_t steps = (best_.total - capacity) / grain;
          capacity += std::max<int64_t>(1, steps / 2) * grain;
        }
      }
    }
  }

 private:
  // What a part of the buffers needs, all of them need.  Where few steps are
  // the bottleneck, this proves what a search of everything does not come to.
  void BoundByParts(size_t section, int64_t* budget) {
    size_t width = 0;
    do {
      const OffsetPart part = Around(problem_, model_, section, width);
      if (2 * part.buffers.size() > model_.buffers().size()) return;
      OffsetSolution solution = SolveOffsetsGreedily(part.problem);
      int64_t part_budget = *budget / 32;
      *budget -= part_budget;
      Minimizer(part.problem, &solution)
          .Run(best_.lower_bound, /*with_parts=*/false, &part_budget);
      *budget += part_budget;
      best_.lower_bound = std::max(best_.lower_bound, solution.lower_bound);
      width = 2 * width + 1;
    } while (best_.lower_bound<best_.total&& * budget> 0);
  }

  // Changes the best solution a few buffers at a time, for an eighth of what
  // has been `spent`.
  void MoveSome(int64_t enough, int64_t spent, int64_t* budget) {
    int64_t share = std::min(spent / 8, *budget);
    *budget -= share;
    while (share > 0 && best_.total > std::max(enough, best_.lower_bound)) {
      std::vector<int64_t> offsets = best_.offsets;
      // An arena that is no smaller is welcome, too: from there other moves
      // may find one.
      if (moves_.Move(best_.total - model_.grain(), &offsets, &share) ||
          moves_.Move(best_.total, &offsets, &share)) {
        Keep(std::move(offsets));
      }
    }
    *budget += share;
  }

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

  const OffsetProblem& problem_;
  const PackingModel model_;
  PackingSearch search_;
  PackingMoves moves_;
  OffsetSolution& best_;
  uint32_t seed_ = 0;
};

}  // namespace

OffsetSolution SolveOffsets(const OffsetProblem& problem,
                            const OffsetEffort& effort) {
  const std::vector<OffsetPart> components = ComponentsOf(problem);
  std::vector<OffsetSolution> parts;
  OffsetSolution solution;
  for (const OffsetPart& c : components) {
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
    Minimizer(components[c].problem, &part)
        .Run(enough, /*with_parts=*/true, &budget);
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
