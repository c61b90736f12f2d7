// SPDX-License-Identifier: Apache-2.0

#include "passes/memory/exact_offsets.h"

#include <vector>

#include "gtest/gtest.h"
#include "passes/memory/check_offsets.h"
#include "passes/memory/greedy_offsets.h"
#include "tests/memory/offset_oracle.h"

namespace tinyc {
namespace {

void ExpectLeast(const OffsetProblem& problem) {
  const OffsetSolution solution = SolveOffsets(problem);
  EXPECT_TRUE(CheckOffsets(problem, solution).ok())
      << CheckOffsets(problem, solution);
  EXPECT_EQ(solution.total, LeastTotal(problem));
  EXPECT_EQ(solution.lower_bound, solution.total);
}

TEST(ExactOffsetsTest, NothingNeedsNothing) {
  const OffsetSolution solution = SolveOffsets({});
  EXPECT_EQ(solution.total, 0);
  EXPECT_EQ(solution.lower_bound, 0);
}

// No step has more than 6 live bytes.  But 4 bytes for both steps fit neither
// below what is fixed at the second nor between that and what is fixed at the
// first, so that they begin at 6.
TEST(ExactOffsetsTest, ProvesThatTheLiveBytesAreNotEnough) {
  const OffsetProblem problem = {
      {{4, 1, {0, 1}, {}}, {2, 1, {0, 0}, 4}, {2, 1, {1, 1}, 2}}, {}};
  EXPECT_EQ(LiveBytesBound(problem), 6);
  const OffsetSolution solution = SolveOffsets(problem);
  EXPECT_TRUE(CheckOffsets(problem, solution).ok());
  EXPECT_EQ(solution.offsets[0], 6);
  EXPECT_EQ(solution.total, 10);
  EXPECT_EQ(solution.lower_bound, 10);
}

TEST(ExactOffsetsTest, IrregularProblemsGetTheLeastTotal) {
  Random random(1);
  for (int trial = 0; trial < 600; ++trial) {
    SCOPED_TRACE(trial);
    ExpectLeast(IrregularProblem(random, static_cast<int>(random.Int(2, 7))));
  }
}

TEST(ExactOffsetsTest, SeriesParallelProblemsGetTheLeastTotal) {
  Random random(2);
  for (int trial = 0; trial < 400; ++trial) {
    SCOPED_TRACE(trial);
    ExpectLeast(
        SeriesParallelProblem(random, static_cast<int>(random.Int(2, 10))));
  }
}

TEST(ExactOffsetsTest, LargeProblemsAreNeverWorseThanGreedy) {
  Random random(3);
  for (int trial = 0; trial < 20; ++trial) {
    SCOPED_TRACE(trial);
    const int buffers = static_cast<int>(random.Int(20, 200));
    const OffsetProblem problem = trial % 2 == 0
                                      ? IrregularProblem(random, buffers)
                                      : SeriesParallelProblem(random, buffers);
    const OffsetEffort effort = {.budget = 1'000'000};
    const OffsetSolution solution = SolveOffsets(problem, effort);
    EXPECT_TRUE(CheckOffsets(problem, solution).ok())
        << CheckOffsets(problem, solution);
    EXPECT_LE(solution.total, SolveOffsetsGreedily(problem).total);
    EXPECT_EQ(SolveOffsets(problem, effort).offsets, solution.offsets);
  }
}

// Each may lie where the one before it does, but not the first where the last
// does: with all three at 0 nothing is placed first.
TEST(ExactOffsetsTest, ACircleIsNotProved) {
  const OffsetProblem problem = {
      {{4, 4, {0, 0}}, {4, 4, {0, 0}}, {4, 4, {0, 0}}},
      {{0, 1, 0}, {1, 2, 0}, {2, 0, 0}}};
  const OffsetSolution solution = SolveOffsets(problem, {.budget = 100'000});
  EXPECT_TRUE(CheckOffsets(problem, solution).ok());
  EXPECT_LE(solution.lower_bound, LeastTotal(problem));
}

// The greedy total is not proved least, but nobody asked.
TEST(ExactOffsetsTest, StopsAtWhatIsEnough) {
  const OffsetProblem problem = {
      {{4, 1, {0, 1}, {}}, {2, 1, {0, 0}, 4}, {2, 1, {1, 1}, 2}}, {}};
  const OffsetSolution solution = SolveOffsets(problem, {.enough = 10});
  EXPECT_EQ(solution.total, 10);
  EXPECT_EQ(solution.lower_bound, 6);
}

TEST(CheckOffsetsTest, RefusesWhatIsWrong) {
  const OffsetProblem problem = {{{4, 4, {0, 1}, {}}, {4, 4, {1, 2}, 8}}, {}};
  EXPECT_TRUE(CheckOffsets(problem, {{4, 8}, 12, 8}).ok());
  EXPECT_FALSE(CheckOffsets(problem, {{4}, 12, 8}).ok());
  EXPECT_FALSE(CheckOffsets(problem, {{8, 8}, 12, 8}).ok());   // shared bytes
  EXPECT_FALSE(CheckOffsets(problem, {{2, 8}, 12, 8}).ok());   // alignment
  EXPECT_FALSE(CheckOffsets(problem, {{0, 4}, 8, 8}).ok());    // not fixed
  EXPECT_FALSE(CheckOffsets(problem, {{4, 8}, 16, 8}).ok());   // total
  EXPECT_FALSE(CheckOffsets(problem, {{4, 8}, 12, 16}).ok());  // bound
}

}  // namespace
}  // namespace tinyc
