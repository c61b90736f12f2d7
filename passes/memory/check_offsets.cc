// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/check_offsets.h"

#include <algorithm>
#include <map>
#include <utility>

namespace tinyc {
namespace {

absl::Status CheckAlone(const OffsetBuffer& buffer, int64_t offset, size_t i) {
  if (offset < 0 || offset % buffer.align != 0) {
    return Internal("buffer ", i, " begins at ", offset,
                    ", which is no multiple of ", buffer.align);
  }
  if (buffer.fixed && offset != *buffer.fixed) {
    return Internal("buffer ", i, " begins at ", offset, " rather than at ",
                    *buffer.fixed);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOffsets(const OffsetProblem& problem,
                          const OffsetSolution& solution) {
  const std::vector<OffsetBuffer>& buffers = problem.buffers;
  const std::vector<int64_t>& at = solution.offsets;
  if (at.size() != buffers.size()) {
    return Internal(at.size(), " offsets for ", buffers.size(), " buffers");
  }
  std::map<std::pair<size_t, size_t>, int64_t> distances;
  for (const OffsetOverlap& o : problem.overlaps) {
    const auto it = distances.try_emplace({o.below, o.above}, o.distance).first;
    it->second = std::min(it->second, o.distance);
  }
  const auto below = [&](size_t i, size_t j) {
    const auto it = distances.find({i, j});
    return at[i] + (it == distances.end() ? buffers[i].size : it->second) <=
           at[j];
  };
  int64_t top = 0;
  for (size_t i = 0; i < buffers.size(); ++i) {
    TINYC_RETURN_IF_ERROR(CheckAlone(buffers[i], at[i], i));
    top = std::max(top, at[i] + buffers[i].size);
    for (size_t j = 0; j < i; ++j) {
      const bool both_live = buffers[i].life.first <= buffers[j].life.last &&
                             buffers[j].life.first <= buffers[i].life.last;
      if (both_live && !below(i, j) && !below(j, i)) {
        return Internal("buffers ", j, " and ", i, " at ", at[j], " and ",
                        at[i], " share bytes while both are live");
      }
    }
  }
  if (top != solution.total) {
    return Internal("a total of ", solution.total, " bytes where ", top,
                    " are in use");
  }
  if (solution.lower_bound > top) {
    return Internal("a lower bound of ", solution.lower_bound, " bytes where ",
                    top, " are enough");
  }
  return absl::OkStatus();
}

}  // namespace tinyc
