// SPDX-License-Identifier: Apache-2.0

#include "passes/memory/offsets.h"

#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "passes/memory/check_offsets.h"
#include "passes/memory/greedy_offsets.h"

namespace tinyc {
namespace {

void ExpectValid(const OffsetProblem& problem, const OffsetSolution& solution) {
  const absl::Status status = CheckOffsets(problem, solution);
  EXPECT_TRUE(status.ok()) << status;
}

TEST(OffsetsTest, NothingNeedsNothing) {
  const OffsetSolution solution = SolveOffsetsGreedily({});
  EXPECT_EQ(solution.total, 0);
  EXPECT_EQ(solution.lower_bound, 0);
}

TEST(OffsetsTest, AChainNeedsTwoNeighbours) {
  const OffsetProblem problem = {
      {{100, 4, {0, 1}}, {40, 4, {1, 2}}, {60, 4, {2, 3}}, {80, 4, {3, 4}}},
      {}};
  const OffsetSolution solution = SolveOffsetsGreedily(problem);
  ExpectValid(problem, solution);
  EXPECT_EQ(solution.total, 140);
  EXPECT_EQ(solution.lower_bound, 140);
}

// The largest first, at 0, leaves 6 + 2 + 4 = 12 bytes; 10 are enough when the
// long-lived one lies between the others.
TEST(OffsetsTest, BetterThanTheLargestFirst) {
  const OffsetProblem problem = {{{6, 1, {0, 0}},
                                  {4, 1, {0, 1}},
                                  {2, 1, {1, 2}},
                                  {4, 1, {1, 1}},
                                  {8, 1, {2, 2}}},
                                 {}};
  const OffsetSolution solution = SolveOffsetsGreedily(problem);
  ExpectValid(problem, solution);
  EXPECT_EQ(solution.total, 10);
  EXPECT_EQ(solution.lower_bound, 10);
}

// 10 and 7 bytes at multiples of 4 need 12 + 7 or 8 + 10.
TEST(OffsetsTest, TheBoundKnowsOfAlignment) {
  const OffsetProblem problem = {{{10, 4, {0, 1}}, {7, 4, {0, 1}}}, {}};
  const OffsetSolution solution = SolveOffsetsGreedily(problem);
  ExpectValid(problem, solution);
  EXPECT_EQ(solution.total, 18);
  EXPECT_EQ(solution.lower_bound, 18);
}

// Each begins 4 bytes below the one that it is made from: 20 + 4 at the first
// step, and 12 + 4 at the second.
TEST(OffsetsTest, OverlapsSaveBytes) {
  const OffsetProblem problem = {
      {{20, 4, {0, 1}}, {12, 4, {1, 2}}, {8, 4, {2, 3}}},
      {{1, 0, 4}, {2, 1, 3}}};
  const OffsetSolution solution = SolveOffsetsGreedily(problem);
  ExpectValid(problem, solution);
  EXPECT_EQ(solution.total, 24);
  EXPECT_EQ(solution.lower_bound, 24);
}

// The second may begin with the first or above it, but not below: its 8 bytes
// do not fit into the 4 there.
TEST(OffsetsTest, AnOverlapHasADirection) {
  OffsetProblem problem = {{{16, 4, {0, 1}, 4}, {8, 4, {1, 2}}}, {{0, 1, 0}}};
  OffsetSolution solution = SolveOffsetsGreedily(problem);
  ExpectValid(problem, solution);
  EXPECT_EQ(solution.offsets[1], 4);

  problem.overlaps = {{1, 0, 0}};
  solution = SolveOffsetsGreedily(problem);
  ExpectValid(problem, solution);
  EXPECT_EQ(solution.offsets[1], 0);
}

// A buffer that may lie on two others saves at most its own bytes.
TEST(OffsetsTest, TheBoundCountsNoBytesTwice) {
  const OffsetProblem problem = {
      {{8, 4, {0, 0}}, {8, 4, {0, 0}}, {8, 4, {0, 0}}}, {{0, 1, 0}, {0, 2, 0}}};
  EXPECT_EQ(LiveBytesBound(problem), 16);
}

TEST(OffsetsTest, FixedBuffersStayWhereTheyAre) {
  const OffsetProblem problem = {
      {{8, 4, {0, 2}, 16}, {16, 4, {0, 1}}, {20, 4, {1, 2}}}, {}};
  const OffsetSolution solution = SolveOffsetsGreedily(problem);
  ExpectValid(problem, solution);
  EXPECT_EQ(solution.total, 44);
}

TEST(OffsetsTest, RandomProblemsAreSolvedValidlyAndTheSameTwice) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 20; ++trial) {
    OffsetProblem problem;
    for (int i = 0; i < 30; ++i) {
      const int first = static_cast<int>(random() % 40);
      problem.buffers.push_back(
          {static_cast<int64_t>(1 + random() % 500),
           int64_t{1} << (random() % 4),
           {first, first + static_cast<int>(random() % 6)}});
    }
    const OffsetSolution solution = SolveOffsetsGreedily(problem);
    ExpectValid(problem, solution);
    EXPECT_EQ(SolveOffsetsGreedily(problem).offsets, solution.offsets);
  }
}

}  // namespace
}  // namespace tinyc
