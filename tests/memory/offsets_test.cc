// SPDX-License-Identifier: Apache-2.0

#include "passes/memory/offsets.h"

#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace tinyc {
namespace {

// "" when no two buffers that live at the same time share a byte.
void ExpectValid(const std::vector<OffsetBuffer>& buffers,
                 const OffsetSolution& solution) {
  ASSERT_EQ(solution.offsets.size(), buffers.size());
  int64_t top = 0;
  for (size_t i = 0; i < buffers.size(); ++i) {
    EXPECT_GE(solution.offsets[i], 0);
    EXPECT_EQ(solution.offsets[i] % buffers[i].align, 0);
    top = std::max(top, solution.offsets[i] + buffers[i].size);
    for (size_t j = 0; j < i; ++j) {
      const bool same_time = buffers[i].life.first <= buffers[j].life.last &&
                             buffers[j].life.first <= buffers[i].life.last;
      const bool same_bytes =
          solution.offsets[i] < solution.offsets[j] + buffers[j].size &&
          solution.offsets[j] < solution.offsets[i] + buffers[i].size;
      EXPECT_FALSE(same_time && same_bytes) << i << " and " << j;
    }
  }
  EXPECT_EQ(solution.total, top);
  EXPECT_LE(solution.lower_bound, solution.total);
}

TEST(OffsetsTest, NothingNeedsNothing) {
  const OffsetSolution solution = SolveOffsetsGreedily({});
  EXPECT_EQ(solution.total, 0);
  EXPECT_EQ(solution.lower_bound, 0);
}

TEST(OffsetsTest, AChainNeedsTwoNeighbours) {
  const std::vector<OffsetBuffer> buffers = {
      {100, 4, {0, 1}}, {40, 4, {1, 2}}, {60, 4, {2, 3}}, {80, 4, {3, 4}}};
  const OffsetSolution solution = SolveOffsetsGreedily(buffers);
  ExpectValid(buffers, solution);
  EXPECT_EQ(solution.total, 140);
  EXPECT_EQ(solution.lower_bound, 140);
}

// The largest first, at 0, leaves 6 + 2 + 4 = 12 bytes; 10 are enough when the
// long-lived one lies between the others.
TEST(OffsetsTest, BetterThanTheLargestFirst) {
  const std::vector<OffsetBuffer> buffers = {{6, 1, {0, 0}},
                                             {4, 1, {0, 1}},
                                             {2, 1, {1, 2}},
                                             {4, 1, {1, 1}},
                                             {8, 1, {2, 2}}};
  const OffsetSolution solution = SolveOffsetsGreedily(buffers);
  ExpectValid(buffers, solution);
  EXPECT_EQ(solution.total, 10);
  EXPECT_EQ(solution.lower_bound, 10);
}

// 10 and 7 bytes at multiples of 4 need 12 + 7 or 8 + 10.
TEST(OffsetsTest, TheBoundKnowsOfAlignment) {
  const std::vector<OffsetBuffer> buffers = {{10, 4, {0, 1}}, {7, 4, {0, 1}}};
  const OffsetSolution solution = SolveOffsetsGreedily(buffers);
  ExpectValid(buffers, solution);
  EXPECT_EQ(solution.total, 18);
  EXPECT_EQ(solution.lower_bound, 18);
}

TEST(OffsetsTest, RandomProblemsAreSolvedValidlyAndTheSameTwice) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<OffsetBuffer> buffers;
    for (int i = 0; i < 30; ++i) {
      const int first = static_cast<int>(random() % 40);
      buffers.push_back({static_cast<int64_t>(1 + random() % 500),
                         int64_t{1} << (random() % 4),
                         {first, first + static_cast<int>(random() % 6)}});
    }
    const OffsetSolution solution = SolveOffsetsGreedily(buffers);
    ExpectValid(buffers, solution);
    EXPECT_EQ(SolveOffsetsGreedily(buffers).offsets, solution.offsets);
  }
}

}  // namespace
}  // namespace tinyc
