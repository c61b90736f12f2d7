// SPDX-License-Identifier: Apache-2.0

#include "passes/memory/packing_moves.h"

#include <vector>

#include "gtest/gtest.h"
#include "passes/memory/check_offsets.h"
#include "passes/memory/exact_offsets.h"
#include "tests/memory/offset_oracle.h"

namespace tinyc {
namespace {

// Two steps with 6 live bytes each.  The packing has a hole of 2 bytes below
// buffer 1 at the second step, and buffer 2 on top of it.
TEST(PackingMovesTest, FillsAHole) {
  const OffsetProblem problem = {
      {{2, 1, {0, 0}}, {4, 1, {0, 1}}, {2, 1, {1, 1}}}, {}};
  const PackingModel model(problem);
  PackingMoves moves(problem, model);
  std::vector<int64_t> offsets = {0, 2, 6};
  int64_t budget = 10'000;
  while (budget > 0 && !moves.Move(6, &offsets, &budget)) {
  }
  EXPECT_EQ(offsets[2] == 0 ? 2 : 0, offsets[1]);
  EXPECT_TRUE(CheckOffsets(problem, {offsets, 6, 6, 0}).ok());
}

// What is fixed in the problem stays: nothing fits below 8 bytes.
TEST(PackingMovesTest, LeavesWhatIsFixed) {
  const OffsetProblem problem = {
      {{2, 1, {0, 0}, 2}, {4, 1, {0, 1}}, {2, 1, {1, 1}}}, {}};
  const PackingModel model(problem);
  PackingMoves moves(problem, model);
  std::vector<int64_t> offsets = {2, 4, 8};
  int64_t budget = 10'000;
  bool moved = false;
  while (budget > 0 && !moved) moved = moves.Move(7, &offsets, &budget);
  EXPECT_FALSE(moved);
  EXPECT_EQ(offsets, (std::vector<int64_t>{2, 4, 8}));
  budget = 10'000;
  while (budget > 0 && !moved) moved = moves.Move(8, &offsets, &budget);
  EXPECT_EQ(offsets[0], 2);
  EXPECT_TRUE(CheckOffsets(problem, {offsets, 8, 0, 0}).ok());
}

TEST(PackingMovesTest, EveryMoveIsASolution) {
  Random random(7);
  int moved = 0;
  for (int trial = 0; trial < 20; ++trial) {
    SCOPED_TRACE(trial);
    const OffsetProblem problem = trial % 2 == 0
                                      ? IrregularProblem(random, 30)
                                      : SeriesParallelProblem(random, 30);
    OffsetSolution solution = SolveOffsets(problem);
    const PackingModel model(problem);
    PackingMoves moves(problem, model);
    for (int64_t budget = 1'000'000; budget > 0;) {
      if (moves.Move(solution.total, &solution.offsets, &budget)) ++moved;
      ASSERT_TRUE(CheckOffsets(problem, solution).ok())
          << CheckOffsets(problem, solution);
    }
  }
  EXPECT_GT(moved, 20);
}

}  // namespace
}  // namespace tinyc
