// SPDX-License-Identifier: Apache-2.0
//
// Every kernel of tree_ensemble on trees small enough to follow by hand.

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

// The trees
//   x0 <= 1.5 or NaN ? {target 0: 10}
//                    : x1 > 2 ? {target 0: 20, target 1: 5} : {target 1: 7}
//   {target 0: 1}
template <typename T, typename I>
struct Trees {
  std::vector<I> roots = {0, ~4};
  std::vector<I> nodes = {8, ~0, 1, 16 + TC_TREE_GT, ~1, ~3};
  std::vector<T> splits = {1.5, 2};
  std::vector<I> votes = {~0, 0, ~1, ~1, ~0};
  std::vector<T> weights = {10, 20, 5, 7, 1};
};

template <typename T, typename I>
using TreeEnsembleFn = void(const tc_tree_ensemble_shape*, const T*, const I*,
                            const I*, const T*, const I*, const T*, T*);

template <typename T, typename I>
void TestAggregates(const KernelRow& row) {
  const Trees<T, I> t;
  const std::vector<T> x = {1, 0, 2, 3, 2, 2, static_cast<T>(NAN), 9};
  const struct {
    int32_t aggregate;
    std::vector<T> y;
  } kExpected[] = {{TC_TREES_SUM, {11, 0, 21, 5, 1, 7, 11, 0}},
                   {TC_TREES_MIN, {1, 0, 1, 5, 1, 7, 1, 0}},
                   {TC_TREES_MAX, {10, 0, 20, 5, 1, 7, 10, 0}}};
  for (const auto& expected : kExpected) {
    tc_tree_ensemble_shape s = {};
    s.rows = 4;
    s.features = s.trees = s.targets = 2;
    s.comparison = -1;
    s.aggregate = expected.aggregate;
    Guarded<T> y(8);
    row.As<TreeEnsembleFn<T, I>>()(&s, x.data(), t.roots.data(), t.nodes.data(),
                                   t.splits.data(), t.votes.data(),
                                   t.weights.data(), y.data());
    for (size_t i = 0; i < 8; ++i) {
      EXPECT_EQ(y[i], expected.y[i]) << expected.aggregate << ", " << i;
    }
  }
}

// x ? 2 for x of 1, 2 and 3, the comparison told by the shape or by the node.
template <typename T, typename I>
void TestComparisons(const KernelRow& row) {
  const struct {
    int32_t comparison;
    std::vector<T> y;
  } kExpected[] = {{TC_TREE_LEQ, {1, 1, 0}}, {TC_TREE_LT, {1, 0, 0}},
                   {TC_TREE_GTE, {0, 1, 1}}, {TC_TREE_GT, {0, 0, 1}},
                   {TC_TREE_EQ, {0, 1, 0}},  {TC_TREE_NEQ, {1, 0, 1}}};
  const std::vector<I> roots = {0}, votes = {~0, ~0};
  const std::vector<T> x = {1, 2, 3}, splits = {2}, weights = {1, 0};
  for (const auto& expected : kExpected) {
    for (const bool in_node : {false, true}) {
      const std::vector<I> nodes = {
          static_cast<I>(in_node ? expected.comparison : 0), ~0, ~1};
      tc_tree_ensemble_shape s = {};
      s.rows = 3;
      s.features = s.trees = s.targets = 1;
      s.comparison = in_node ? -1 : expected.comparison;
      Guarded<T> y(3);
      row.As<TreeEnsembleFn<T, I>>()(&s, x.data(), roots.data(), nodes.data(),
                                     splits.data(), votes.data(),
                                     weights.data(), y.data());
      for (size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(y[i], expected.y[i]) << expected.comparison << ", " << i;
      }
    }
  }
}

template <typename T, typename I>
void TestRow(const KernelRow& row) {
  TestAggregates<T, I>(row);
  TestComparisons<T, I>(row);
}

TEST(TreeEnsembleTest, EveryRow) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_TREE_ENSEMBLE")) {
    SCOPED_TRACE(row.symbol);
    const bool f32 = row.family.find("_f32_") != std::string::npos;
    if (row.family.ends_with("_s16")) {
      f32 ? TestRow<float, int16_t>(row) : TestRow<double, int16_t>(row);
    } else {
      f32 ? TestRow<float, int32_t>(row) : TestRow<double, int32_t>(row);
    }
  }
}

}  // namespace
}  // namespace tinyc
