// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/greedy_offsets.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

namespace tinyc {
namespace {

using Order = std::vector<size_t>;

class GreedySolver {
 public:
  explicit GreedySolver(const OffsetProblem& problem)
      : buffers_(problem.buffers), neighbours_(NeighboursOf(problem)) {
    best_.lower_bound = LiveBytesBound(problem);
  }

  OffsetSolution Run() {
    for (Order& order : FirstOrders()) Try(std::move(order));
    Improve();
    return best_;
  }

 private:
  int64_t fixed(size_t i) const { return buffers_[i].fixed.value_or(-1); }
  bool done() const { return best_.total == best_.lower_bound; }

  // Orders by size, by size times duration, by duration and by the bytes of
  // the neighbours, greatest first.
  std::vector<Order> FirstOrders() const {
    Order identity(buffers_.size());
    std::iota(identity.begin(), identity.end(), size_t{0});
    const auto by = [&](auto&& key) {
      Order order = identity;
      std::stable_sort(order.begin(), order.end(),
                       [&](size_t a, size_t b) { return key(a) > key(b); });
      return order;
    };
    const auto size = [&](size_t i) { return buffers_[i].size; };
    const auto duration = [&](size_t i) {
      return int64_t{buffers_[i].life.last} - buffers_[i].life.first + 1;
    };
    const auto crowd = [&](size_t i) {
      int64_t bytes = size(i);
      for (const OffsetNeighbour& j : neighbours_[i]) bytes += size(j.index);
      return bytes;
    };
    return {by(size), by([&](size_t i) { return size(i) * duration(i); }),
            by([&](size_t i) { return std::pair(duration(i), size(i)); }),
            by([&](size_t i) { return std::pair(crowd(i), size(i)); })};
  }

  // The lowest offset at which buffer i fits between its placed neighbours.
  int64_t LowestFit(size_t i, const std::vector<int64_t>& offsets) const {
    // Buffer i begins nowhere between the two.
    std::vector<std::pair<int64_t, int64_t>> taken;
    for (const OffsetNeighbour& j : neighbours_[i]) {
      const int64_t at = offsets[j.index];
      if (at >= 0) taken.emplace_back(at - j.above, at + j.below);
    }
    std::sort(taken.begin(), taken.end());
    int64_t at = 0;
    for (const auto& [begin, end] : taken) {
      if (at <= begin) break;
      at = std::max(at, AlignUp(end, buffers_[i].align));
    }
    return at;
  }

  // Keeps `order` unless a better one is known.  An equal one is kept, so that
  // the search moves on.
  void Try(Order order) {
    if (!best_order_.empty() && done()) return;
    std::vector<int64_t> offsets(buffers_.size(), -1);
    int64_t total = 0;
    for (size_t i = 0; i < buffers_.size(); ++i) offsets[i] = fixed(i);
    for (const size_t i : order) {
      if (offsets[i] < 0) offsets[i] = LowestFit(i, offsets);
      total = std::max(total, offsets[i] + buffers_[i].size);
    }
    if (!best_order_.empty() && total > best_.total) return;
    best_.offsets = std::move(offsets);
    best_.total = total;
    best_order_ = std::move(order);
  }

  // Changes the best order by placing one to three buffers earlier.
  void Improve() {
    const size_t n = buffers_.size();
    if (n < 2) return;
    std::mt19937 random(1);  // its sequence is fixed by the C++ standard
    const int64_t tries = 20'000'000 / static_cast<int64_t>(n * n + 1000);
    for (int64_t t = 0; t < tries && !done(); ++t) {
      Order order = best_order_;
      for (uint32_t moves = 1 + random() % 3; moves > 0; --moves) {
        const size_t from = random() % n;
        const size_t to = random() % (from + 1);
        std::rotate(order.begin() + static_cast<std::ptrdiff_t>(to),
                    order.begin() + static_cast<std::ptrdiff_t>(from),
                    order.begin() + static_cast<std::ptrdiff_t>(from) + 1);
      }
      Try(std::move(order));
    }
  }

  const std::vector<OffsetBuffer>& buffers_;
  std::vector<std::vector<OffsetNeighbour>> neighbours_;
  OffsetSolution best_;
  Order best_order_;
};

}  // namespace

OffsetSolution SolveOffsetsGreedily(const OffsetProblem& problem) {
  return GreedySolver(problem).Run();
}

}  // namespace tinyc
