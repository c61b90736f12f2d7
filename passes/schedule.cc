// SPDX-License-Identifier: Apache-2.0
// Orders the nodes so that the arena is small.
//
//   %a = ..                     %a = ..
//   %b = ..                =>   %c = reduce(%a)
//   %c = reduce(%a)             %b = ..
//   %d = reduce(%b)             %d = reduce(%b)
//
// memory/order.h finds the order with the least live bytes.  Which values share
// bytes depends on the order, and the best order on what is shared, so that two
// views of the graph (memory/order_problem.h) propose orders in turn, until
// neither makes the arena smaller.  Then some nodes are moved by chance.  The
// order of the model stays unless another one needs less memory, sharing
// included.
#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "passes/memory/arena.h"
#include "passes/memory/order_problem.h"
#include "passes/pass.h"

namespace tinyc {
namespace {

// The time of a try grows with the square of the nodes.
constexpr size_t kTries = 2'000'000;

void Reorder(Module& module, const std::vector<Node*>& order) {
  for (Node* node : order) module.graph->MoveBefore(node, nullptr);
  module.lowering->revision = module.graph->revision();  // the same calls
}

// Takes the best order for `problem` if that makes *arena_bytes smaller.
absl::StatusOr<bool> Improve(Module& module, const OrderProblem& problem,
                             int64_t* arena_bytes) {
  const std::vector<Node*> before = module.graph->NodeSnapshot();
  std::vector<Node*> after;
  for (const size_t task : FindOrder(problem).order) {
    after.push_back(before[task]);
  }
  if (after == before) return false;
  Reorder(module, after);
  TINYC_ASSIGN_OR_RETURN(const int64_t bytes, ArenaBound(module));
  if (bytes >= *arena_bytes) {
    Reorder(module, before);
    return false;
  }
  *arena_bytes = bytes;
  return true;
}

bool Reads(const Node& reader, const Node* writer) {
  const auto inputs = reader.inputs();
  return std::any_of(inputs.begin(), inputs.end(), [&](const Value* input) {
    return input != nullptr && input->producer() == writer;
  });
}

// The node at `from` moves to where the one at `to` is; what it needs in
// between moves along with it, or what needs it.
std::vector<Node*> Moved(std::vector<Node*> order, size_t from, size_t to) {
  const bool up = to < from;
  const auto begin =
      order.begin() + static_cast<std::ptrdiff_t>(std::min(from, to));
  const auto end =
      order.begin() + static_cast<std::ptrdiff_t>(std::max(from, to)) + 1;
  // From the node on, in the direction in which it moves.
  absl::flat_hash_set<const Node*> along = {order[from]};
  const auto visit = [&](Node* node) {
    for (const Node* other : along) {
      if (up ? Reads(*other, node) : Reads(*node, other)) {
        along.insert(node);
        return;
      }
    }
  };
  if (up) {
    std::for_each(std::make_reverse_iterator(end),
                  std::make_reverse_iterator(begin), visit);
  } else {
    std::for_each(begin, end, visit);
  }
  std::stable_partition(
      begin, end, [&](const Node* node) { return along.contains(node) == up; });
  return order;
}

// Moves nodes by chance, and keeps what makes the arena no larger: what is
// shared may change in ways that neither view shows.
absl::Status ImproveByMoves(Module& module, int64_t* arena_bytes) {
  std::vector<Node*> best = module.graph->NodeSnapshot();
  const size_t n = best.size();
  // Each bound asks for those of all regions, which takes long where they nest.
  if (n < 3 || !module.bodies.empty()) return absl::OkStatus();
  std::vector<Node*> order = best;
  int64_t order_bytes = *arena_bytes;
  std::mt19937 random(1);  // its sequence is fixed by the C++ standard
  const size_t tries = std::min<size_t>(kTries / (n * n), 400);
  for (size_t t = 0; t < tries; ++t) {
    const size_t from = random() % n;
    std::vector<Node*> moved = Moved(order, from, random() % n);
    if (moved == order) continue;
    Reorder(module, moved);
    TINYC_ASSIGN_OR_RETURN(const int64_t bytes, ArenaBound(module));
    if (bytes > order_bytes) continue;
    order = std::move(moved);
    order_bytes = bytes;
    if (bytes >= *arena_bytes) continue;
    best = order;
    *arena_bytes = bytes;
  }
  Reorder(module, best);
  return absl::OkStatus();
}

}  // namespace

absl::Status Schedule(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(ForEachBody(
      module, [&](Module& body) { return Schedule(body, options); }));
  TINYC_ASSIGN_OR_RETURN(int64_t arena_bytes, ArenaBound(module));
  constexpr int kRounds = 4;
  bool improved = true;
  for (int round = 0; round < kRounds && improved; ++round) {
    TINYC_ASSIGN_OR_RETURN(
        improved, Improve(module, ValuesToOrder(module), &arena_bytes));
    TINYC_ASSIGN_OR_RETURN(const OrderProblem storages,
                           StoragesToOrder(module));
    TINYC_ASSIGN_OR_RETURN(const bool again,
                           Improve(module, storages, &arena_bytes));
    improved = improved || again;
  }
  return ImproveByMoves(module, &arena_bytes);
}

}  // namespace tinyc
