// SPDX-License-Identifier: Apache-2.0
#include "tests/memory/offset_oracle.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace tinyc {
namespace {

constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

// `above` begins at least `distance` bytes above the beginning of `below`.
struct Constraint {
  size_t below;
  size_t above;
  int64_t distance;
};

class Oracle {
 public:
  explicit Oracle(const OffsetProblem& problem) : problem_(problem) {
    const std::vector<OffsetBuffer>& b = problem.buffers;
    for (size_t i = 0; i < b.size(); ++i) {
      for (size_t j = i + 1; j < b.size(); ++j) {
        if (b[i].life.last < b[j].life.first ||
            b[j].life.last < b[i].life.first) {
          continue;
        }
        pairs_.emplace_back(i, j);
      }
    }
  }

  int64_t Run() {
    Choose(0);
    return least_;
  }

 private:
  int64_t Distance(size_t below, size_t above) const {
    int64_t distance = problem_.buffers[below].size;
    for (const OffsetOverlap& o : problem_.overlaps) {
      if (o.below == below && o.above == above) {
        distance = std::min(distance, o.distance);
      }
    }
    return distance;
  }

  // The total for the choices so far, by raising offsets until all hold; kNone
  // when they never will.
  int64_t Total() const {
    const std::vector<OffsetBuffer>& b = problem_.buffers;
    std::vector<int64_t> at(b.size());
    for (size_t i = 0; i < b.size(); ++i) at[i] = b[i].fixed.value_or(0);
    for (bool raised = true; raised;) {
      raised = false;
      for (const Constraint& c : chosen_) {
        int64_t low = at[c.below] + c.distance;
        while (low % b[c.above].align != 0) ++low;
        if (low <= at[c.above]) continue;
        if (b[c.above].fixed || low >= least_) return kNone;
        at[c.above] = low;
        raised = true;
      }
    }
    int64_t total = 0;
    for (size_t i = 0; i < b.size(); ++i) {
      total = std::max(total, at[i] + b[i].size);
    }
    return total;
  }

  void Choose(size_t pair) {
    const int64_t total = Total();
    if (total >= least_) return;
    if (pair == pairs_.size()) {
      least_ = total;
      return;
    }
    const auto [i, j] = pairs_[pair];
    chosen_.push_back({i, j, Distance(i, j)});
    Choose(pair + 1);
    chosen_.back() = {j, i, Distance(j, i)};
    Choose(pair + 1);
    chosen_.pop_back();
  }

  const OffsetProblem& problem_;
  std::vector<std::pair<size_t, size_t>> pairs_;
  std::vector<Constraint> chosen_;
  int64_t least_ = kNone;
};

int64_t SomeSize(Random& random) {
  return random.Chance(0.5) ? random.Int(1, 12) : 4 * random.Int(1, 12);
}

// Either order of two buffers, or one, or none.
void AddOverlaps(Random& random, size_t a, size_t b, OffsetProblem* problem) {
  const auto add = [&](size_t below, size_t above) {
    const int64_t size = problem->buffers[below].size;
    // Distances of 0 are what sharing in place gives.
    problem->overlaps.push_back(
        {below, above, random.Chance(0.2) ? 0 : random.Int(0, size)});
  };
  if (random.Chance(0.6)) add(a, b);
  if (random.Chance(0.6)) add(b, a);
}

}  // namespace

OffsetProblem IrregularProblem(Random& random, int buffers) {
  OffsetProblem problem;
  const int64_t steps = buffers;
  int64_t top = 0;  // of the fixed ones
  for (int i = 0; i < buffers; ++i) {
    OffsetBuffer b;
    b.size = SomeSize(random);
    b.align = int64_t{1} << random.Int(0, 3);
    b.life.first = static_cast<int>(random.Int(0, steps - 1));
    b.life.last = b.life.first + static_cast<int>(random.Int(0, 3));
    if (random.Chance(0.1)) {
      b.fixed = (top + random.Int(0, 9) + b.align - 1) / b.align * b.align;
      top = *b.fixed + b.size;
    }
    problem.buffers.push_back(b);
  }
  for (int k = 0; k < buffers / 2; ++k) {
    const size_t a = static_cast<size_t>(random.Int(0, buffers - 1));
    const size_t b = static_cast<size_t>(random.Int(0, buffers - 1));
    if (a != b) AddOverlaps(random, a, b, &problem);
  }
  return problem;
}

OffsetProblem SeriesParallelProblem(Random& random, int buffers) {
  OffsetProblem problem;
  const int64_t align = random.Pick<int64_t>({1, 4, 16});
  // The ends of the branches at this point, by buffer.
  std::vector<size_t> ends;
  for (int step = 0; step < buffers; ++step) {
    const size_t result = problem.buffers.size();
    problem.buffers.push_back(
        {SomeSize(random), align, {step, step}, std::nullopt});
    const auto read = [&](size_t operand) {
      problem.buffers[operand].life.last = step;
      AddOverlaps(random, operand, result, &problem);
    };
    if (ends.empty()) {
      ends.push_back(result);
      continue;
    }
    const size_t branch = static_cast<size_t>(
        random.Int(0, static_cast<int64_t>(ends.size()) - 1));
    read(ends[branch]);
    if (random.Chance(0.3)) {  // a fork
      ends.push_back(result);
    } else if (ends.size() > 1 && random.Chance(0.5)) {  // a join
      const size_t other = branch == 0 ? 1 : branch - 1;
      read(ends[other]);
      ends[branch] = result;
      ends.erase(ends.begin() + static_cast<std::ptrdiff_t>(other));
    } else {
      ends[branch] = result;
    }
  }
  return problem;
}

int64_t LeastTotal(const OffsetProblem& problem) {
  return Oracle(problem).Run();
}

}  // namespace tinyc
