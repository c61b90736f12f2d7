// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/offsets.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

namespace tinyc {
namespace {

int64_t AlignUp(int64_t value, int64_t align) {
  return (value + align - 1) / align * align;
}

using Order = std::vector<size_t>;

class GreedySolver {
 public:
  explicit GreedySolver(absl::Span<const OffsetBuffer> buffers)
      : buffers_(buffers), neighbours_(buffers.size()) {
    for (size_t i = 0; i < buffers.size(); ++i) {
      for (size_t j = 0; j < buffers.size(); ++j) {
        if (i != j && buffers[i].life.Overlaps(buffers[j].life)) {
          neighbours_[i].push_back(j);
        }
      }
    }
    best_.lower_bound = LiveBytesBound(buffers);
  }

  OffsetSolution Run() {
    for (Order& order : FirstOrders()) Try(std::move(order));
    Improve();
    return best_;
  }

 private:
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
      for (const size_t j : neighbours_[i]) bytes += size(j);
      return bytes;
    };
    return {by(size), by([&](size_t i) { return size(i) * duration(i); }),
            by([&](size_t i) { return std::pair(duration(i), size(i)); }),
            by([&](size_t i) { return std::pair(crowd(i), size(i)); })};
  }

  // The lowest offset at which buffer i fits between its placed neighbours.
  int64_t LowestFit(size_t i, const std::vector<int64_t>& offsets) const {
    std::vector<std::pair<int64_t, int64_t>> taken;
    for (const size_t j : neighbours_[i]) {
      if (offsets[j] >= 0) {
        taken.emplace_back(offsets[j], offsets[j] + buffers_[j].size);
      }
    }
    std::sort(taken.begin(), taken.end());
    int64_t at = 0;
    for (const auto& [begin, end] : taken) {
      if (at + buffers_[i].size <= begin) break;
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
    for (const size_t i : order) {
      offsets[i] = LowestFit(i, offsets);
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

  absl::Span<const OffsetBuffer> buffers_;
  std::vector<std::vector<size_t>> neighbours_;  // live at the same time
  OffsetSolution best_;
  Order best_order_;
};

}  // namespace

int64_t LiveBytesBound(absl::Span<const OffsetBuffer> buffers) {
  if (buffers.empty()) return 0;
  int64_t align = buffers[0].align;
  for (const OffsetBuffer& b : buffers) align = std::min(align, b.align);
  int64_t bound = 0;
  // The live bytes are greatest at a step at which some buffer begins.
  for (const OffsetBuffer& at : buffers) {
    int64_t bytes = 0;
    int64_t slack = 0;
    for (const OffsetBuffer& b : buffers) {
      if (b.life.first > at.life.first || b.life.last < at.life.first) continue;
      bytes += AlignUp(b.size, align);
      slack = std::max(slack, AlignUp(b.size, align) - b.size);
    }
    bound = std::max(bound, bytes - slack);
  }
  return bound;
}

OffsetSolution SolveOffsetsGreedily(absl::Span<const OffsetBuffer> buffers) {
  return GreedySolver(buffers).Run();
}

}  // namespace tinyc
