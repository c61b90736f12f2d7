// SPDX-License-Identifier: Apache-2.0
// Decision trees, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Rows of x and trees whose leaves 0 and 1 are 10 and 20 for target 0, and leaf
// 2 is 5 for target 0 and 7 for target 1.
NodeCase Trees(Tensor x, const std::vector<int32_t>& roots,
               const std::vector<int32_t>& nodes,
               const std::vector<float>& splits) {
  const auto count = [](const auto& list) {
    return static_cast<int64_t>(list.size());
  };
  NodeCase node("tree_ensemble");
  node.Set("targets", "2").Add(std::move(x));
  node.AddConstant(Tensor::Of<int32_t>({count(roots)}, roots));
  node.AddConstant(Tensor::Of<int32_t>({count(nodes) / 3, 3}, nodes));
  node.AddConstant(Tensor::Of<float>({count(splits)}, splits));
  node.AddConstant(Tensor::Of<int32_t>({4}, {~0, ~0, 0, ~1}));
  node.AddConstant(Tensor::Of<float>({4}, {10, 20, 5, 7}));
  return node;
}

// x[1] <= 2 ? leaf 0 : (x[0] > 3 ? leaf 1 : leaf 2)
TEST(TreeEnsembleTest, WalksFromTheRootToALeaf) {
  const NodeCase node = Trees(Tensor::Of<float>({3, 2}, {9, 2, 4, 3, 3, 3}),
                              {0}, {16, ~0, 1, 3, ~1, ~2}, {2, 3});
  EXPECT_EQ(TypeOf(node), "f32[3,2]");
  EXPECT_THAT(Values<float>(node), ElementsAre(10, 0, 20, 0, 5, 7));
}

// One tree per comparison with 1: leaf 1 (20) where it holds, else 0 (10).
TEST(TreeEnsembleTest, Compares) {
  const auto result = [](int32_t test, float x) {
    return Values<float>(
        Trees(Tensor::Of<float>({1}, {x}), {0}, {test, ~1, ~0}, {1}))[0];
  };
  const std::vector<std::vector<float>> expected = {
      {20, 20, 10, 10}, {20, 10, 10, 10}, {10, 20, 20, 10},
      {10, 10, 20, 10}, {10, 20, 10, 10}, {20, 10, 20, 20}};
  for (int32_t test = 0; test < 6; ++test) {
    EXPECT_THAT((std::vector<float>{result(test, 0), result(test, 1),
                                    result(test, 2), result(test, kNan)}),
                testing::ElementsAreArray(expected[static_cast<size_t>(test)]))
        << test;
    EXPECT_EQ(result(test + 8, kNan), 20) << test;
    EXPECT_EQ(result(test + 8, 0), expected[static_cast<size_t>(test)][0]);
  }
}

// Leaf 2 and leaf 1.
TEST(TreeEnsembleTest, CombinesTrees) {
  NodeCase node = Trees(Tensor::Of<float>({1}, {0}), {~2, 0}, {0, ~1, ~0}, {0});
  EXPECT_THAT(Values<float>(node), ElementsAre(25, 7));
  EXPECT_THAT(Values<float>(node.Set("aggregate", "min")), ElementsAre(5, 7));
  EXPECT_THAT(Values<float>(node.Set("aggregate", "max")), ElementsAre(20, 7));
}

// Nothing votes for target 1.
TEST(TreeEnsembleTest, IsZeroWithoutVotes) {
  NodeCase node = Trees(Tensor::Of<float>({1}, {0}), {~0}, {}, {});
  EXPECT_THAT(Values<float>(node.Set("aggregate", "min")), ElementsAre(10, 0));
  NodeCase none = Trees(Tensor::Of<float>({1}, {0}), {}, {}, {});
  EXPECT_THAT(Values<float>(none), ElementsAre(0, 0));
}

TEST(TreeEnsembleTest, ErrorsOfTypes) {
  const Tensor x = Tensor::Of<float>({1}, {0});
  EXPECT_EQ(ErrorOf(Trees(Tensor::Of<int32_t>({1}, {0}), {}, {}, {})),
            "tree_ensemble takes plain floats");
  EXPECT_EQ(ErrorOf(Trees(Tensor::Scalar<float>(0), {}, {}, {})),
            "x is a scalar");
  EXPECT_EQ(ErrorOf(Trees(x, {0}, {0, ~0, ~0}, {})),
            "splits are f32[0], not f32[1]");
  EXPECT_EQ(ErrorOf(Trees(x, {}, {}, {}).Set("targets", "0")),
            "the number of targets is 0");
  NodeCase roots = Trees(x, {}, {}, {});
  roots.operands[1] = x;
  EXPECT_EQ(ErrorOf(roots), "roots are f32[1]");
}

TEST(TreeEnsembleTest, ErrorsOfTrees) {
  const auto error = [](const NodeCase& node) {
    return std::string(EvaluateAll(node).status().message());
  };
  const Tensor x = Tensor::Of<float>({1}, {0});
  EXPECT_EQ(error(Trees(x, {0}, {}, {})),
            "the root of tree 0 is no node or leaf");
  EXPECT_EQ(error(Trees(x, {~4}, {}, {})),
            "the root of tree 0 is no node or leaf");
  EXPECT_EQ(error(Trees(x, {0}, {16, ~0, ~0}, {0})), "node 0 has the test 16");
  EXPECT_EQ(error(Trees(x, {0}, {6, ~0, ~0}, {0})), "node 0 has the test 6");
  EXPECT_EQ(error(Trees(x, {0}, {0, ~0, 0}, {0})),
            "a branch of node 0 is no later node or leaf");
  EXPECT_EQ(error(Trees(x, {0}, {0, ~4, ~0}, {0})),
            "a branch of node 0 is no later node or leaf");
  EXPECT_EQ(error(Trees(x, {}, {}, {}).Set("targets", "1")),
            "vote 3 is for no target");
  NodeCase endless = Trees(x, {}, {}, {});
  endless.operands[4] = Tensor::Of<int32_t>({4}, {0, 0, 0, 0});
  EXPECT_EQ(error(endless), "the last leaf has no end");
  NodeCase nan = Trees(x, {}, {}, {});
  nan.operands[5] = Tensor::Of<float>({4}, {0, kNan, 0, 0});
  EXPECT_EQ(error(nan), "weight 1 is a NaN");
}

}  // namespace
}  // namespace tinyc
