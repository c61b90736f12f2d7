// SPDX-License-Identifier: Apache-2.0
// Looks for offsets that keep to a given arena, and knows when there are none.
//
// Buffers are placed from the bottom up: each exactly where its placed
// neighbours let it begin, none below the one placed before.  Any solution can
// be pushed down until it is one of these, so that nothing is lost.  A branch
// is given up when
//   - the buffers of a section that wait for a place do not fit above the
//     lowest offset that is left to them,
//   - a waiting buffer would fit completely below the one to place: the branch
//     that places it there is as good, or
//   - the one just placed bounds no waiting buffer: placing another one instead
//     changes nothing for the rest.
// When the placed buffers leave no buffer that waits across some moment, what
// is before and what is after it are searched one by one.
#ifndef TINYC_PASSES_MEMORY_PACKING_SEARCH_H_
#define TINYC_PASSES_MEMORY_PACKING_SEARCH_H_

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "passes/memory/packing_model.h"

namespace tinyc {

class PackingSearch {
 public:
  enum class Result { kFound, kInfeasible, kGaveUp };
  // Which of the buffers that fit at the same offset comes first: the one that
  // lives longest, or that is in the fullest section and has the greatest area
  // (size times duration), or that is there and lives longest.
  enum class Order { kDuration, kCrowdArea, kCrowdDuration };

  explicit PackingSearch(const PackingModel& model);

  struct Options {
    Order order = Order::kDuration;
    uint32_t seed = 0;  // 0: the order as it is; otherwise shaken by chance
    int64_t limit = 0;  // on work(), after which the search gives up
  };

  // Searches an arena of `capacity` bytes.  The same answer for the same
  // arguments.
  Result Run(int64_t capacity, const Options& options);
  // Roughly how many buffers the last run looked at.
  int64_t work() const { return work_; }
  // Bytes, per buffer, when the last run found them.
  std::vector<int64_t> Offsets() const;

 private:
  // Buffers that wait, in pool_[begin, end), within sections [first, last).
  struct Part {
    size_t begin = 0;
    size_t end = 0;
    int first = 0;
    int last = 0;
  };
  // The sizes of the logs, to undo what came later.
  struct Mark {
    size_t lowest;
    size_t floor;
  };

  Result Search(const Part& part, int64_t offset, int rank);
  // One part after the other, between `cuts` in time.
  Result SearchParts(const Part& part, const std::vector<int>& cuts);
  // What is left of `rest` after buffer i has been placed.
  Result SearchAfter(int i, const Part& rest);
  // Places a buffer at its lowest offset.  False when others cannot fit any
  // more.
  bool Place(int i, const Part& part);
  bool Fits(const Part& part, int64_t offset) const;
  bool RefreshFloors(int i, size_t first_change);
  bool RefreshFloors(const PackingModel::Buffer& b, int64_t lowest);
  int64_t LowestOf(int section, int64_t floor);
  void Undo(int i, const Mark& mark);
  void AddToTotals(int i, int64_t sign);
  bool BoundsSome(int i) const;
  void RankPart(const Part& part);

  const PackingModel& model_;
  const std::vector<PackingModel::Buffer>& buffers_;
  Options options_;
  std::mt19937 random_;  // its sequence is fixed by the C++ standard
  int64_t work_ = 0;
  // By buffer:
  std::vector<int64_t> highest_;  // the greatest offset
  std::vector<int64_t> lowest_;   // the least above all placed neighbours
  std::vector<int64_t> offset_;   // -1: waits
  std::vector<int64_t> found_;
  std::vector<int> rank_;
  // By section, of the buffers that wait:
  std::vector<int64_t> total_;  // their units, less what pairs may save
  std::vector<int64_t> floor_;  // the least of their lowest offsets
  std::vector<int64_t> room_;   // units up to which they may reach
  std::vector<int> across_;     // how many live in the next section as well
  // The model's sections, members with a low offset moved to the front.
  std::vector<std::vector<int>> sections_;
  std::vector<int> pool_;
  std::vector<std::pair<int, int64_t>> lowest_log_;
  std::vector<std::pair<int, int64_t>> floor_log_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_PACKING_SEARCH_H_
