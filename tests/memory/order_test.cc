// SPDX-License-Identifier: Apache-2.0

#include "passes/memory/order.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

bool Contains(const std::vector<size_t>& all, size_t one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool IsPossible(const OrderProblem& problem, const std::vector<size_t>& order) {
  std::vector<size_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  std::vector<size_t> all(problem.tasks.size());
  std::iota(all.begin(), all.end(), size_t{0});
  if (sorted != all) return false;
  for (size_t i = 0; i < order.size(); ++i) {
    for (size_t j = i + 1; j < order.size(); ++j) {
      if (Contains(problem.tasks[order[i]].after, order[j])) return false;
    }
  }
  return true;
}

// Bytes live in the task at `step`, by looking at every resource anew.
int64_t BytesAt(const OrderProblem& problem, const std::vector<size_t>& order,
                size_t step) {
  const int end = static_cast<int>(order.size());
  const auto ends_of = [&](const OrderResource& r) {
    int first = r.from_start ? -1 : end + 1;
    int last = r.to_end ? end : -2;
    for (int s = 0; s < end; ++s) {
      if (!Contains(r.tasks, order[static_cast<size_t>(s)])) continue;
      first = std::min(first, s);
      last = std::max(last, s);
    }
    return std::pair(first, last);
  };
  const int at = static_cast<int>(step);
  int64_t bytes = problem.tasks[order[step]].scratch;
  for (const OrderResource& r : problem.resources) {
    const auto [first, last] = ends_of(r);
    if (first <= at && at <= last) bytes += r.bytes;
  }
  int64_t saving = 0;
  for (const auto& [from, to] : problem.tasks[order[step]].overwrites) {
    if (ends_of(problem.resources[from]).second != at ||
        ends_of(problem.resources[to]).first != at) {
      continue;
    }
    saving = std::max(saving, std::min(problem.resources[from].bytes,
                                       problem.resources[to].bytes));
  }
  return bytes - saving;
}

int64_t Peak(const OrderProblem& problem, const std::vector<size_t>& order) {
  int64_t peak = 0;
  for (size_t step = 0; step < order.size(); ++step) {
    peak = std::max(peak, BytesAt(problem, order, step));
  }
  return peak;
}

// Over all orders that are possible.
int64_t LeastPeak(const OrderProblem& problem, std::vector<size_t>* order) {
  if (order->size() == problem.tasks.size()) return Peak(problem, *order);
  int64_t least = std::numeric_limits<int64_t>::max();
  for (size_t t = 0; t < problem.tasks.size(); ++t) {
    const std::vector<size_t>& after = problem.tasks[t].after;
    if (Contains(*order, t) ||
        !std::all_of(after.begin(), after.end(),
                     [&](size_t before) { return Contains(*order, before); })) {
      continue;
    }
    order->push_back(t);
    least = std::min(least, LeastPeak(problem, order));
    order->pop_back();
  }
  return least;
}

// Each task makes one value from up to two earlier ones; values without a
// reader are kept to the end, or not.
OrderProblem RandomGraph(Random& random, size_t tasks) {
  OrderProblem problem;
  problem.tasks.resize(tasks);
  for (size_t t = 0; t < tasks; ++t) {
    OrderTask& task = problem.tasks[t];
    problem.resources.push_back(
        {.bytes = random.Int(1, 20), .tasks = {t}, .from_start = false});
    problem.resources[t].to_end = random.Chance(0.1);
    if (random.Chance(0.2)) task.scratch = random.Int(1, 20);
    for (int operands = 0; t > 0 && operands < 2; ++operands) {
      const size_t from =
          static_cast<size_t>(random.Int(0, static_cast<int64_t>(t) - 1));
      if (random.Chance(0.3) || Contains(task.after, from)) continue;
      task.after.push_back(from);
      problem.resources[from].tasks.push_back(t);
      if (random.Chance(0.4)) task.overwrites.emplace_back(from, t);
    }
  }
  // Bytes that several tasks write parts of, one of them over its operand.
  if (tasks > 2 && random.Chance(0.5)) {
    OrderResource parts = {.bytes = random.Int(1, 20), .tasks = {}};
    for (size_t t = 0; t < tasks; ++t) {
      if (random.Chance(0.4)) parts.tasks.push_back(t);
    }
    for (const size_t t : parts.tasks) {
      const std::vector<size_t>& operands = problem.tasks[t].after;
      if (operands.empty() || random.Chance(0.5)) continue;
      problem.tasks[t].overwrites = {{operands[0], problem.resources.size()}};
    }
    problem.resources.push_back(parts);
  }
  if (random.Chance(0.3)) {  // an input of the model
    OrderResource input = {.bytes = random.Int(1, 20), .tasks = {}};
    input.from_start = true;
    for (size_t t = 0; t < tasks; ++t) {
      if (random.Chance(0.3)) input.tasks.push_back(t);
    }
    problem.resources.push_back(input);
  }
  return problem;
}

TEST(OrderTest, NoTasks) {
  const OrderSolution solution = FindOrder({});
  EXPECT_TRUE(solution.order.empty());
  EXPECT_EQ(solution.peak, 0);
  EXPECT_TRUE(solution.least);
}

// 0 and 1 make 10 bytes each, of which 2 and 3 leave 1; both at once is 20.
TEST(OrderTest, FinishesOneBranchBeforeTheOther) {
  OrderProblem problem;
  problem.tasks.resize(5);
  problem.tasks[2].after = {0};
  problem.tasks[3].after = {1};
  problem.tasks[4].after = {2, 3};
  problem.resources = {{.bytes = 10, .tasks = {0, 2}},
                       {.bytes = 10, .tasks = {1, 3}},
                       {.bytes = 1, .tasks = {2, 4}},
                       {.bytes = 1, .tasks = {3, 4}}};
  EXPECT_EQ(PeakOf(problem, {0, 1, 2, 3, 4}), 21);
  const OrderSolution solution = FindOrder(problem);
  EXPECT_EQ(solution.order, (std::vector<size_t>{0, 2, 1, 3, 4}));
  EXPECT_EQ(solution.peak, 12);
  EXPECT_TRUE(solution.least);
}

TEST(OrderTest, KeepsTheOrderUnlessAnotherIsBetter) {
  OrderProblem problem;
  problem.tasks.resize(3);
  problem.tasks[2].after = {0, 1};
  problem.resources = {{.bytes = 8, .tasks = {0, 2}},
                       {.bytes = 4, .tasks = {1, 2}}};
  EXPECT_EQ(FindOrder(problem).order, (std::vector<size_t>{0, 1, 2}));
}

TEST(OrderTest, RandomGraphsGetTheLeastPeak) {
  Random random(1);
  int improved = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    SCOPED_TRACE(trial);
    const OrderProblem problem =
        RandomGraph(random, static_cast<size_t>(random.Int(1, 7)));
    std::vector<size_t> given(problem.tasks.size());
    std::iota(given.begin(), given.end(), size_t{0});
    std::vector<size_t> none;
    const int64_t least = LeastPeak(problem, &none);
    const OrderSolution solution = FindOrder(problem);
    ASSERT_TRUE(IsPossible(problem, solution.order));
    EXPECT_EQ(solution.peak, least);
    EXPECT_EQ(Peak(problem, solution.order), least);
    EXPECT_TRUE(solution.least);
    improved += least < Peak(problem, given) ? 1 : 0;
    if (least == Peak(problem, given)) {
      EXPECT_EQ(solution.order, given);
    }
  }
  EXPECT_GT(improved, 100);
}

// Without an exact search nothing is proved, and what is found is no worse than
// what was given.
TEST(OrderTest, LargeGraphsAreOrderedByAFewBest) {
  Random random(2);
  for (int trial = 0; trial < 10; ++trial) {
    SCOPED_TRACE(trial);
    const OrderProblem problem = RandomGraph(random, 100);
    std::vector<size_t> given(problem.tasks.size());
    std::iota(given.begin(), given.end(), size_t{0});
    const OrderEffort effort = {.exact = 0, .beam = 1'000'000};
    const OrderSolution solution = FindOrder(problem, effort);
    ASSERT_TRUE(IsPossible(problem, solution.order));
    EXPECT_EQ(Peak(problem, solution.order), solution.peak);
    EXPECT_LT(solution.peak, Peak(problem, given));
    EXPECT_EQ(FindOrder(problem, effort).order, solution.order);
  }
}

}  // namespace
}  // namespace tinyc
