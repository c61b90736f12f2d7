// SPDX-License-Identifier: Apache-2.0
//
// The search alone: with greedy solutions before it, small problems would leave
// it nothing to find.

#include "passes/memory/packing_search.h"

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"
#include "passes/memory/check_offsets.h"
#include "tests/memory/offset_oracle.h"

namespace tinyc {
namespace {

using Order = PackingSearch::Order;
using Result = PackingSearch::Result;

// Finds the least total, and knows that a byte less is not enough.
void ExpectFound(const OffsetProblem& problem) {
  const int64_t least = LeastTotal(problem);
  const PackingModel model(problem);
  if (!model.complete()) return;
  PackingSearch search(model);
  for (const Order order :
       {Order::kDuration, Order::kCrowdArea, Order::kCrowdDuration}) {
    for (const uint32_t seed : {0u, 1u}) {
      const PackingSearch::Options options = {order, seed, 1'000'000};
      EXPECT_EQ(search.Run(least - 1, options), Result::kInfeasible);
      ASSERT_EQ(search.Run(least, options), Result::kFound);
      OffsetSolution solution = {search.Offsets(), least, 0};
      EXPECT_TRUE(CheckOffsets(problem, solution).ok())
          << CheckOffsets(problem, solution);
    }
  }
}

TEST(PackingSearchTest, IrregularProblems) {
  Random random(4);
  for (int trial = 0; trial < 1000; ++trial) {
    SCOPED_TRACE(trial);
    ExpectFound(IrregularProblem(random, static_cast<int>(random.Int(2, 7))));
  }
}

TEST(PackingSearchTest, SeriesParallelProblems) {
  Random random(5);
  for (int trial = 0; trial < 1000; ++trial) {
    SCOPED_TRACE(trial);
    ExpectFound(
        SeriesParallelProblem(random, static_cast<int>(random.Int(2, 10))));
  }
}

TEST(PackingSearchTest, GivesUpAtItsLimit) {
  Random random(6);
  const OffsetProblem problem = SeriesParallelProblem(random, 100);
  const PackingModel model(problem);
  PackingSearch search(model);
  EXPECT_EQ(search.Run(1'000'000, {Order::kDuration, 0, 200}), Result::kGaveUp);
}

// 12 and 8 are multiples of 4, which is what any offset is worth: 20 is the
// next capacity below 24.
TEST(PackingModelTest, CountsInWhatDividesEverything) {
  const OffsetProblem sizes = {{{12, 2, {0, 0}, {}}, {8, 4, {0, 0}, {}}}, {}};
  EXPECT_EQ(PackingModel(sizes).unit(), 4);
  EXPECT_EQ(PackingModel(sizes).grain(), 4);
  const OffsetProblem odd = {{{13, 4, {0, 0}, {}}, {8, 4, {0, 0}, {}}}, {}};
  EXPECT_EQ(PackingModel(odd).unit(), 4);
  EXPECT_EQ(PackingModel(odd).grain(), 1);
  const OffsetProblem overlap = {sizes.buffers, {{0, 1, 3}}};
  EXPECT_EQ(PackingModel(overlap).unit(), 2);
  EXPECT_EQ(PackingModel(overlap).grain(), 1);
}

// Each may begin where the one before it does, but not the first where the last
// does, so that none can be placed first at 0.
TEST(PackingModelTest, KnowsCircles) {
  OffsetProblem problem = {
      {{4, 4, {0, 0}, {}}, {4, 4, {0, 0}, {}}, {4, 4, {0, 0}, {}}},
      {{0, 1, 0}, {1, 2, 0}}};
  EXPECT_TRUE(PackingModel(problem).complete());
  problem.overlaps.push_back({2, 0, 0});
  EXPECT_FALSE(PackingModel(problem).complete());
}

}  // namespace
}  // namespace tinyc
