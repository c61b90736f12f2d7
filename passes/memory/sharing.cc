// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/sharing.h"

#include <algorithm>

#include "compiler/base/check.h"
#include "passes/rewrite.h"

namespace tinyc {

int64_t SharingGroup::bytes() const {
  int64_t end = 0;
  for (const Member& m : members_) {
    end = std::max(end, m.offset + m.value->type().bytes());
  }
  return end;
}

bool SharingGroup::Contains(const Value* value) const {
  return std::any_of(members_.begin(), members_.end(),
                     [&](const Member& m) { return m.value == value; });
}

int64_t SharingGroup::OffsetOf(const Value* value) const {
  for (const Member& m : members_) {
    if (m.value == value) return m.offset;
  }
  TINYC_CHECK(false);
  return 0;
}

bool SharingGroup::Join(const SharingGroup& other, const Sharing& sharing) {
  const bool own_from = Contains(sharing.from);
  const Value* mine = own_from ? sharing.from : sharing.to;
  const Value* theirs = own_from ? sharing.to : sharing.from;
  const int64_t their_offset =
      OffsetOf(mine) + (own_from ? sharing.shift : -sharing.shift);
  if (Contains(theirs)) {
    if (OffsetOf(theirs) != their_offset) return false;
  } else {
    const int64_t move = their_offset - other.OffsetOf(theirs);
    for (const Member& m : other.members_) {
      members_.push_back({m.value, m.offset + move});
    }
    for (Link link : other.links_) {
      link.range.begin += move;
      link.range.end += move;
      links_.push_back(link);
    }
    overwrites_.insert(overwrites_.end(), other.overwrites_.begin(),
                       other.overwrites_.end());
  }
  if (sharing.kind == Sharing::Kind::kOverwrite) {
    overwrites_.emplace_back(sharing.from, sharing.to);
  } else {
    const int64_t to = OffsetOf(sharing.to);
    links_.push_back(
        {sharing.from, sharing.to, {to + sharing.begin, to + sharing.end}});
  }
  int64_t least = 0;
  for (const Member& m : members_) least = std::min(least, m.offset);
  for (Member& m : members_) m.offset -= least;
  for (Link& link : links_) {
    link.range.begin -= least;
    link.range.end -= least;
  }
  return true;
}

std::vector<SharingGroup::Range> SharingGroup::CommonWith(size_t from) const {
  std::vector<Range> common(members_.size(), {0, 0});
  common[from] = {members_[from].offset,
                  members_[from].offset + members_[from].value->type().bytes()};
  // Links form a forest, so a path is found once and never improved.
  bool grown = true;
  const auto index_of = [&](const Value* value) {
    return static_cast<size_t>(
        std::find_if(members_.begin(), members_.end(),
                     [&](const Member& m) { return m.value == value; }) -
        members_.begin());
  };
  while (grown) {
    grown = false;
    for (const Link& link : links_) {
      size_t a = index_of(link.a);
      size_t b = index_of(link.b);
      if (common[a].begin >= common[a].end) std::swap(a, b);
      if (common[a].begin >= common[a].end) continue;
      if (common[b].begin < common[b].end) continue;
      const Range range = {std::max(common[a].begin, link.range.begin),
                           std::min(common[a].end, link.range.end)};
      if (range.begin >= range.end) continue;
      common[b] = range;
      grown = true;
    }
  }
  return common;
}

bool SharingGroup::BoundaryWorks(
    absl::FunctionRef<bool(const Value&)> written) const {
  const Member* boundary = nullptr;
  for (const Member& m : members_) {
    if (!IsGraphInput(*m.value) && !IsGraphOutput(*m.value)) continue;
    if (boundary != nullptr) return false;
    boundary = &m;
  }
  if (boundary == nullptr) return true;
  if (boundary->offset != 0 || boundary->value->type().bytes() != bytes()) {
    return false;
  }
  if (!IsGraphInput(*boundary->value)) return true;
  return std::none_of(members_.begin(), members_.end(),
                      [&](const Member& m) { return written(*m.value); });
}

bool SharingGroup::Works(const Liveness& liveness) const {
  for (size_t i = 0; i < members_.size(); ++i) {
    const Member& u = members_[i];
    const int64_t element = std::max(1, InfoOf(u.value->type().dtype).bits / 8);
    if (u.offset % element != 0) return false;
    const int64_t u_end = u.offset + u.value->type().bytes();
    const Lifetime u_life = liveness.Of(*u.value);
    const std::vector<Range> common = CommonWith(i);
    for (size_t j = 0; j < members_.size(); ++j) {
      const Member& v = members_[j];
      const Range overlap = {
          std::max(u.offset, v.offset),
          std::min(u_end, v.offset + v.value->type().bytes())};
      if (i == j || overlap.begin >= overlap.end) continue;
      if (common[j].begin <= overlap.begin && overlap.end <= common[j].end) {
        continue;
      }
      const Lifetime v_life = liveness.Of(*v.value);
      if (!u_life.Overlaps(v_life)) continue;
      // u is written after v, or the same question comes with u as v.
      const bool handed_over =
          (v_life.last == u_life.first &&
           std::count(overwrites_.begin(), overwrites_.end(),
                      std::pair(v.value, u.value)) > 0) ||
          (u_life.last == v_life.first &&
           std::count(overwrites_.begin(), overwrites_.end(),
                      std::pair(u.value, v.value)) > 0);
      if (!handed_over) return false;
    }
  }
  return true;
}

}  // namespace tinyc
