// SPDX-License-Identifier: Apache-2.0
// In which order to do things so that least is live at once.
#ifndef TINYC_PASSES_MEMORY_ORDER_H_
#define TINYC_PASSES_MEMORY_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tinyc {

// Bytes that are live from the first of some tasks to the last of them.
struct OrderResource {
  int64_t bytes = 0;
  std::vector<size_t> tasks;  // each once
  bool from_start = false;    // before any task
  bool to_end = false;        // after every task
};

struct OrderTask {
  std::vector<size_t> after;  // the tasks that must be done before
  int64_t scratch = 0;        // bytes that are live in this task alone
  // Pairs of resources of which the second may begin in the bytes of the first,
  // if this task is the last one of the first and the first of the second.
  std::vector<std::pair<size_t, size_t>> overwrites;
};

// The tasks are in an order that is possible.
struct OrderProblem {
  std::vector<OrderTask> tasks;
  std::vector<OrderResource> resources;
};

struct OrderSolution {
  std::vector<size_t> order;
  int64_t peak = 0;    // bytes, the most that are live in a task
  bool least = false;  // no order has a smaller peak
};

// How much to look at, in tasks looked at; the same answer on every machine.
struct OrderEffort {
  int64_t exact = 8'000'000;
  int64_t beam = 4'000'000;
};

// The peak of the tasks in `order`.
int64_t PeakOf(const OrderProblem& problem, const std::vector<size_t>& order);

// Searches the sets of tasks that may be done at some time, in the order of
// their least peaks; where there are too many, keeps only the best few at a
// time.  Returns the order of the problem unless another one has a smaller
// peak.
OrderSolution FindOrder(const OrderProblem& problem,
                        const OrderEffort& effort = OrderEffort());

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_ORDER_H_
