// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/packing_model.h"

#include <algorithm>
#include <numeric>

namespace tinyc {
namespace {

int64_t CommonDivisor(const OffsetProblem& problem) {
  int64_t divisor = 0;
  for (const OffsetBuffer& b : problem.buffers) {
    divisor = std::gcd(divisor, std::gcd(b.size, b.fixed.value_or(0)));
  }
  for (const OffsetOverlap& o : problem.overlaps) {
    divisor = std::gcd(divisor, o.distance);
  }
  return divisor;
}

}  // namespace

PackingModel::PackingModel(const OffsetProblem& problem) {
  ChooseUnit(problem);
  const auto units = [&](int64_t bytes) { return (bytes + unit_ - 1) / unit_; };
  for (const OffsetBuffer& b : problem.buffers) {
    Buffer buffer;
    buffer.bytes = b.size;
    buffer.size = units(b.size);
    buffer.align = units(b.align);
    buffer.duration = b.life.last - b.life.first + 1;
    if (b.fixed) buffer.fixed = *b.fixed / unit_;
    buffers_.push_back(std::move(buffer));
  }
  AddSections(problem);
  AddNeighbours(problem);
  FindCircles();
}

void PackingModel::ChooseUnit(const OffsetProblem& problem) {
  int64_t align = 0;
  for (const OffsetBuffer& b : problem.buffers) {
    align = std::gcd(align, b.align);
  }
  const int64_t divisor = CommonDivisor(problem);
  const bool whole = std::all_of(
      problem.buffers.begin(), problem.buffers.end(),
      [&](const OffsetBuffer& b) { return divisor % b.align == 0; });
  unit_ = std::max<int64_t>(1, whole ? divisor : align);
  grain_ = whole ? unit_ : 1;
}

void PackingModel::AddSections(const OffsetProblem& problem) {
  std::vector<int> begins;
  for (const OffsetBuffer& b : problem.buffers) begins.push_back(b.life.first);
  std::sort(begins.begin(), begins.end());
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  for (const int begin : begins) {
    std::vector<int> live;
    for (size_t i = 0; i < buffers_.size(); ++i) {
      const Lifetime& life = problem.buffers[i].life;
      if (life.first <= begin && begin <= life.last) {
        live.push_back(static_cast<int>(i));
      }
    }
    if (!sections_.empty() &&
        std::includes(live.begin(), live.end(), sections_.back().begin(),
                      sections_.back().end())) {
      sections_.pop_back();
    }
    sections_.push_back(std::move(live));
  }
  for (Buffer& b : buffers_) b.first = -1;
  for (size_t s = 0; s < sections_.size(); ++s) {
    for (const int i : sections_[s]) {
      Buffer& b = buffers_[static_cast<size_t>(i)];
      if (b.first < 0) b.first = static_cast<int>(s);
      b.last = static_cast<int>(s);
    }
  }
}

void PackingModel::AddNeighbours(const OffsetProblem& problem) {
  const std::vector<std::vector<OffsetNeighbour>> all = NeighboursOf(problem);
  const auto units = [&](int64_t bytes) { return (bytes + unit_ - 1) / unit_; };
  for (size_t i = 0; i < buffers_.size(); ++i) {
    Buffer& b = buffers_[i];
    for (const OffsetNeighbour& n : all[i]) {
      const int64_t above = units(n.above);
      const int64_t below = units(n.below);
      const int64_t other = buffers_[n.index].size;
      const int64_t common =
          std::max({int64_t{0}, std::min(b.size - above, other),
                    std::min(other - below, b.size)});
      if (common > 0) b.pairs.push_back({static_cast<int>(n.index), common});
      // Without any distance they are in nobody's way.
      if (above == 0 && below == 0) continue;
      b.neighbours.push_back({static_cast<int>(n.index), above});
      b.may_coincide = b.may_coincide || above == 0 || below == 0;
    }
  }
}

void PackingModel::FindCircles() {
  // Takes away what nothing must precede, until nothing or a circle is left.
  std::vector<int> before(buffers_.size(), 0);
  for (const Buffer& b : buffers_) {
    for (const Neighbour& n : b.neighbours) {
      if (n.above == 0) ++before[static_cast<size_t>(n.index)];
    }
  }
  std::vector<size_t> free;
  for (size_t i = 0; i < buffers_.size(); ++i) {
    if (before[i] == 0) free.push_back(i);
  }
  size_t taken = 0;
  while (!free.empty()) {
    const Buffer& b = buffers_[free.back()];
    free.pop_back();
    ++taken;
    for (const Neighbour& n : b.neighbours) {
      const size_t j = static_cast<size_t>(n.index);
      if (n.above == 0 && --before[j] == 0) free.push_back(j);
    }
  }
  complete_ = taken == buffers_.size();
}

}  // namespace tinyc
