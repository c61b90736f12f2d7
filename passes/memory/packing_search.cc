// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/packing_search.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

namespace tinyc {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

size_t Index(int i) { return static_cast<size_t>(i); }

}  // namespace

PackingSearch::PackingSearch(const PackingModel& model)
    : model_(model), buffers_(model.buffers()) {}

PackingSearch::Result PackingSearch::Run(int64_t capacity,
                                         const Options& options) {
  const size_t n = buffers_.size();
  const size_t sections = model_.sections().size();
  options_ = options;
  random_.seed(options.seed);
  work_ = static_cast<int64_t>(n);
  highest_.assign(n, 0);
  lowest_.assign(n, 0);
  offset_.assign(n, -1);
  found_.assign(n, -1);
  rank_.assign(n, 0);
  for (size_t i = 0; i < n; ++i) {
    const PackingModel::Buffer& b = buffers_[i];
    if (b.bytes > capacity) return Result::kInfeasible;
    highest_[i] = (capacity - b.bytes) / model_.unit();
    if (b.fixed < 0) continue;
    if (b.fixed > highest_[i]) return Result::kInfeasible;
    lowest_[i] = highest_[i] = b.fixed;
  }
  total_.assign(sections, 0);
  floor_.assign(sections, 0);
  sections_ = model_.sections();
  room_.assign(sections, 0);
  across_.assign(sections, 0);
  pool_.clear();
  lowest_log_.clear();
  floor_log_.clear();
  for (size_t s = 0; s < sections; ++s) {
    int64_t slack = 0;
    floor_[s] = kNever;
    for (const int i : model_.sections()[s]) {
      const PackingModel::Buffer& b = buffers_[Index(i)];
      slack = std::max(slack, b.size * model_.unit() - b.bytes);
      floor_[s] = std::min(floor_[s], lowest_[Index(i)]);
      if (Index(b.last) > s) ++across_[s];
    }
    room_[s] = (capacity + slack) / model_.unit();
  }
  // One by one as if each were the last to be placed.
  for (size_t i = n; i-- > 0;) {
    offset_[i] = 0;
  }
  for (size_t i = 0; i < n; ++i) {
    AddToTotals(static_cast<int>(i), 1);
    offset_[i] = -1;
  }
  for (size_t s = 0; s < sections; ++s) {
    if (floor_[s] + total_[s] > room_[s]) return Result::kInfeasible;
  }
  std::vector<int> cuts = {0};
  for (size_t s = 0; s + 1 < sections; ++s) {
    if (across_[s] == 0) cuts.push_back(static_cast<int>(s) + 1);
  }
  cuts.push_back(static_cast<int>(sections));
  for (size_t i = 0; i < n; ++i) pool_.push_back(static_cast<int>(i));
  return SearchParts({0, n, 0, static_cast<int>(sections)}, cuts);
}

std::vector<int64_t> PackingSearch::Offsets() const {
  std::vector<int64_t> offsets = found_;
  for (int64_t& offset : offsets) offset *= model_.unit();
  return offsets;
}

PackingSearch::Result PackingSearch::Search(const Part& part, int64_t offset,
                                            int rank) {
  const size_t begin = pool_.size();
  int64_t fits_below = kNever;
  for (size_t p = part.begin; p < part.end; ++p) {
    const size_t i = Index(pool_[p]);
    if (offset_[i] >= 0) continue;
    fits_below = std::min(fits_below, lowest_[i] + buffers_[i].size);
    pool_.push_back(pool_[p]);
  }
  const Part rest = {begin, pool_.size(), part.first, part.last};
  if (rest.begin == rest.end) return Result::kFound;
  work_ += static_cast<int64_t>(part.end - part.begin);
  for (size_t p = rest.begin; p < rest.end; ++p) {
    const size_t i = Index(pool_[p]);
    if (lowest_[i] >= fits_below || lowest_[i] < offset) continue;
    if (lowest_[i] == offset && rank_[i] < rank && !buffers_[i].may_coincide) {
      continue;
    }
    pool_.push_back(pool_[p]);
  }
  const size_t end = pool_.size();
  std::sort(pool_.begin() + static_cast<std::ptrdiff_t>(rest.end), pool_.end(),
            [&](int a, int b) {
              return std::tie(lowest_[Index(a)], rank_[Index(a)]) <
                     std::tie(lowest_[Index(b)], rank_[Index(b)]);
            });
  Result result = Result::kInfeasible;
  for (size_t p = rest.end; p < end && result == Result::kInfeasible; ++p) {
    if (work_ > options_.limit) {
      result = Result::kGaveUp;
      break;
    }
    const int i = pool_[p];
    const int64_t at = lowest_[Index(i)];
    const Mark mark = {lowest_log_.size(), floor_log_.size()};
    if (Place(i, part)) result = SearchAfter(i, rest);
    Undo(i, mark);
    if (result == Result::kFound) found_[Index(i)] = at;
    if (!BoundsSome(i)) break;
  }
  pool_.resize(begin);
  return result;
}

PackingSearch::Result PackingSearch::SearchAfter(int i, const Part& rest) {
  const PackingModel::Buffer& b = buffers_[Index(i)];
  std::vector<int> cuts;
  for (int s = b.first; s < b.last; ++s) {
    if (--across_[Index(s)] > 0) continue;
    if (s + 1 > rest.first && s + 1 < rest.last) cuts.push_back(s + 1);
  }
  Result result;
  if (cuts.empty()) {
    result = Search(rest, offset_[Index(i)], rank_[Index(i)]);
  } else {
    cuts.insert(cuts.begin(), rest.first);
    cuts.push_back(rest.last);
    result = SearchParts(rest, cuts);
  }
  for (int s = b.first; s < b.last; ++s) ++across_[Index(s)];
  return result;
}

PackingSearch::Result PackingSearch::SearchParts(const Part& part,
                                                 const std::vector<int>& cuts) {
  const size_t begin = pool_.size();
  std::vector<Part> parts;
  for (size_t c = 0; c + 1 < cuts.size(); ++c) {
    Part sub = {pool_.size(), 0, cuts[c], cuts[c + 1]};
    for (size_t p = part.begin; p < part.end; ++p) {
      const int i = pool_[p];
      const PackingModel::Buffer& b = buffers_[Index(i)];
      if (offset_[Index(i)] < 0 && b.first < sub.last && b.last >= sub.first) {
        pool_.push_back(i);
      }
    }
    sub.end = pool_.size();
    if (sub.begin < sub.end) parts.push_back(sub);
  }
  // A small one is soon known to be impossible.
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) {
                     return a.end - a.begin < b.end - b.begin;
                   });
  Result result = Result::kFound;
  std::vector<int> ranks;
  for (const Part& sub : parts) {
    ranks.clear();
    for (size_t p = sub.begin; p < sub.end; ++p) {
      ranks.push_back(rank_[Index(pool_[p])]);
    }
    RankPart(sub);
    result = Search(sub, 0, -1);
    for (size_t p = sub.begin; p < sub.end; ++p) {
      rank_[Index(pool_[p])] = ranks[p - sub.begin];
    }
    if (result != Result::kFound) break;
  }
  pool_.resize(begin);
  return result;
}

bool PackingSearch::Place(int i, const Part& part) {
  const PackingModel::Buffer& b = buffers_[Index(i)];
  const int64_t at = lowest_[Index(i)];
  const size_t first_change = lowest_log_.size();
  offset_[Index(i)] = at;
  AddToTotals(i, -1);
  work_ += part.last - part.first;
  if (!Fits(part, at)) return false;
  work_ += static_cast<int64_t>(b.neighbours.size());
  for (const PackingModel::Neighbour& n : b.neighbours) {
    const size_t j = Index(n.index);
    if (offset_[j] >= 0) continue;
    const int64_t lowest = AlignUp(at + n.above, buffers_[j].align);
    if (lowest <= lowest_[j]) continue;
    lowest_log_.emplace_back(n.index, lowest_[j]);
    lowest_[j] = lowest;
    if (lowest > highest_[j]) return false;
  }
  return RefreshFloors(i, first_change);
}

// Whether what waits fits into each section from `offset` up.
bool PackingSearch::Fits(const Part& part, int64_t offset) const {
  for (size_t s = Index(part.first); s < Index(part.last); ++s) {
    if (total_[s] > 0 && std::max(floor_[s], offset) + total_[s] > room_[s]) {
      return false;
    }
  }
  return true;
}

// Whether a neighbour of buffer i waits.
bool PackingSearch::BoundsSome(int i) const {
  const auto& neighbours = buffers_[Index(i)].neighbours;
  return std::any_of(neighbours.begin(), neighbours.end(),
                     [&](const PackingModel::Neighbour& n) {
                       return offset_[Index(n.index)] < 0;
                     });
}

// After buffer i was placed and the changes in the log from `first_change` on.
bool PackingSearch::RefreshFloors(int i, size_t first_change) {
  if (!RefreshFloors(buffers_[Index(i)], lowest_[Index(i)])) return false;
  for (size_t c = first_change; c < lowest_log_.size(); ++c) {
    const auto& [changed, before] = lowest_log_[c];
    if (!RefreshFloors(buffers_[Index(changed)], before)) return false;
  }
  return true;
}

// Where `b` was as low as the floor, which is then some other buffer's.
bool PackingSearch::RefreshFloors(const PackingModel::Buffer& b,
                                  int64_t lowest) {
  work_ += b.last - b.first + 1;
  for (int s = b.first; s <= b.last; ++s) {
    int64_t& floor = floor_[Index(s)];
    if (floor != lowest) continue;
    const int64_t least = LowestOf(s, floor);
    if (least == kNever || least == floor) continue;
    floor_log_.emplace_back(s, floor);
    floor = least;
    if (least + total_[Index(s)] > room_[Index(s)]) return false;
  }
  return true;
}

// The lowest offset of the buffers that wait in a section, which is at least
// `floor`.
int64_t PackingSearch::LowestOf(int section, int64_t floor) {
  std::vector<int>& members = sections_[Index(section)];
  int64_t least = kNever;
  size_t best = 0;
  for (size_t p = 0; p < members.size(); ++p) {
    ++work_;
    const size_t j = Index(members[p]);
    if (offset_[j] >= 0 || lowest_[j] >= least) continue;
    least = lowest_[j];
    best = p;
    if (least == floor) break;
  }
  // It may well be the lowest next time: it is looked at earlier then.
  std::swap(members[best], members[best / 2]);
  return least;
}

void PackingSearch::Undo(int i, const Mark& mark) {
  for (; floor_log_.size() > mark.floor; floor_log_.pop_back()) {
    floor_[Index(floor_log_.back().first)] = floor_log_.back().second;
  }
  for (; lowest_log_.size() > mark.lowest; lowest_log_.pop_back()) {
    lowest_[Index(lowest_log_.back().first)] = lowest_log_.back().second;
  }
  AddToTotals(i, 1);
  offset_[Index(i)] = -1;
}

void PackingSearch::AddToTotals(int i, int64_t sign) {
  const PackingModel::Buffer& b = buffers_[Index(i)];
  for (int s = b.first; s <= b.last; ++s) total_[Index(s)] += sign * b.size;
  for (const PackingModel::Pair& pair : b.pairs) {
    const PackingModel::Buffer& other = buffers_[Index(pair.other)];
    if (offset_[Index(pair.other)] >= 0) continue;
    const int last = std::min(b.last, other.last);
    for (int s = std::max(b.first, other.first); s <= last; ++s) {
      total_[Index(s)] -= sign * pair.saving;
    }
  }
}

void PackingSearch::RankPart(const Part& part) {
  using Key = std::tuple<int64_t, int64_t, int64_t, int>;
  std::vector<Key> keys;
  const auto shake = [&](int64_t key) {
    return key * (options_.seed == 0 ? 64 : 64 + random_() % 64);
  };
  for (size_t p = part.begin; p < part.end; ++p) {
    const int i = pool_[p];
    const PackingModel::Buffer& b = buffers_[Index(i)];
    const int64_t duration = shake(b.duration);
    const int64_t area = duration * b.size;
    int64_t crowd = 0;
    for (int s = b.first; s <= b.last; ++s) {
      crowd = std::max(crowd, total_[Index(s)]);
    }
    crowd = shake(crowd);
    switch (options_.order) {
      case Order::kDuration:
        keys.emplace_back(-duration, -area, -crowd, i);
        break;
      case Order::kCrowdArea:
        keys.emplace_back(-crowd, -area, -duration, i);
        break;
      case Order::kCrowdDuration:
        keys.emplace_back(-crowd, -duration, -area, i);
        break;
    }
  }
  std::sort(keys.begin(), keys.end());
  for (size_t r = 0; r < keys.size(); ++r) {
    rank_[Index(std::get<3>(keys[r]))] = static_cast<int>(r);
  }
}

}  // namespace tinyc
