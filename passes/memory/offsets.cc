// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/offsets.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "compiler/base/check.h"

namespace tinyc {
namespace {

// Bytes that two buffers have in common when one begins `distance` bytes above
// the beginning of the other.
int64_t CommonBytes(int64_t below, int64_t above, int64_t distance) {
  return std::max<int64_t>(0, std::min(below - distance, above));
}

// The live bytes of one step in blocks of `block` bytes, and what the pairs
// among them may save.
class StepBound {
 public:
  StepBound(const OffsetProblem& problem, int64_t block)
      : problem_(problem), block_(block), saved_(problem.buffers.size()) {
    std::map<std::pair<size_t, size_t>, int64_t> saved;
    for (const OffsetOverlap& o : problem.overlaps) {
      int64_t& most = saved[std::minmax(o.below, o.above)];
      most = std::max(most, CommonBytes(BlocksOf(o.below), BlocksOf(o.above),
                                        BlocksIn(o.distance)));
    }
    for (const auto& [pair, blocks] : saved) {
      saved_[pair.first].emplace_back(pair.second, blocks);
      saved_[pair.second].emplace_back(pair.first, blocks);
    }
  }

  // A union has at least as many bytes as its parts less what each two of them
  // share.  A buffer that shares more than it has is better left out.
  int64_t At(int step) const {
    const size_t n = problem_.buffers.size();
    std::vector<bool> counted(n);
    int64_t total = 0;
    for (size_t i = 0; i < n; ++i) {
      const Lifetime& life = problem_.buffers[i].life;
      counted[i] = life.first <= step && step <= life.last;
      if (!counted[i]) continue;
      total += BlocksOf(i);
      for (const auto& [j, blocks] : saved_[i]) {
        if (j < i && counted[j]) total -= blocks;
      }
    }
    for (bool dropped = true; dropped;) {
      dropped = false;
      for (size_t i = 0; i < n; ++i) {
        if (!counted[i]) continue;
        int64_t gain = -BlocksOf(i);
        for (const auto& [j, blocks] : saved_[i]) {
          if (counted[j]) gain += blocks;
        }
        if (gain <= 0) continue;
        total += gain;
        counted[i] = false;
        dropped = true;
      }
    }
    int64_t slack = 0;
    for (size_t i = 0; i < n; ++i) {
      if (!counted[i]) continue;
      slack = std::max(slack, BlocksOf(i) * block_ - problem_.buffers[i].size);
    }
    return total * block_ - slack;
  }

 private:
  int64_t BlocksIn(int64_t bytes) const {
    return (bytes + block_ - 1) / block_;
  }
  int64_t BlocksOf(size_t i) const {
    return BlocksIn(problem_.buffers[i].size);
  }

  const OffsetProblem& problem_;
  int64_t block_;
  // By buffer: others that it may overlap, and at most how many blocks.
  std::vector<std::vector<std::pair<size_t, int64_t>>> saved_;
};

}  // namespace

OffsetPart PartOf(const OffsetProblem& problem, std::vector<size_t> buffers) {
  OffsetPart part;
  std::vector<std::optional<size_t>> place(problem.buffers.size());
  for (const size_t i : buffers) {
    place[i] = part.problem.buffers.size();
    part.problem.buffers.push_back(problem.buffers[i]);
  }
  for (const OffsetOverlap& o : problem.overlaps) {
    if (!place[o.below] || !place[o.above]) continue;
    part.problem.overlaps.push_back(
        {*place[o.below], *place[o.above], o.distance});
  }
  part.buffers = std::move(buffers);
  return part;
}

std::vector<std::vector<OffsetNeighbour>> NeighboursOf(
    const OffsetProblem& problem) {
  const std::vector<OffsetBuffer>& buffers = problem.buffers;
  std::map<std::pair<size_t, size_t>, int64_t> distances;
  for (const OffsetOverlap& o : problem.overlaps) {
    TINYC_CHECK(o.below < buffers.size() && o.above < buffers.size() &&
                o.below != o.above);
    TINYC_CHECK(0 <= o.distance && o.distance <= buffers[o.below].size);
    const auto [it, is_new] =
        distances.try_emplace({o.below, o.above}, o.distance);
    it->second = std::min(it->second, o.distance);
  }
  const auto distance = [&](size_t below, size_t above) {
    const auto it = distances.find({below, above});
    return it == distances.end() ? buffers[below].size : it->second;
  };
  std::vector<std::vector<OffsetNeighbour>> neighbours(buffers.size());
  for (size_t i = 0; i < buffers.size(); ++i) {
    for (size_t j = 0; j < buffers.size(); ++j) {
      if (i == j || !buffers[i].life.Overlaps(buffers[j].life)) continue;
      neighbours[i].push_back({j, distance(i, j), distance(j, i)});
    }
  }
  return neighbours;
}

int64_t LiveBytesBound(const OffsetProblem& problem) {
  int64_t block = 0;
  int64_t bound = 0;
  for (const OffsetBuffer& b : problem.buffers) {
    block = std::gcd(block, b.align);
    bound = std::max(bound, b.fixed.value_or(0) + b.size);
  }
  const StepBound steps(problem, block);
  std::vector<int> begins;
  // The live bytes are greatest at a step at which some buffer begins.
  for (const OffsetBuffer& b : problem.buffers) begins.push_back(b.life.first);
  std::sort(begins.begin(), begins.end());
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  for (const int step : begins) bound = std::max(bound, steps.At(step));
  return bound;
}

}  // namespace tinyc
