// SPDX-License-Identifier: Apache-2.0
// Maps, by hand.
#include "compiler/ops/map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;

NodeCase MapOf(const std::string& steps) {
  NodeCase node("map");
  node.Set("steps", "\"" + steps + "\"");
  return node;
}

TEST(MapTest, AppliesItsStepsInOrder) {
  const Tensor x = Tensor::Of<float>({2, 2}, {1, -2, 3, 4});
  const Tensor row = Tensor::Of<float>({2}, {10, 20});
  // (x + row) limited to 23, times x.
  NodeCase node = MapOf("add 0 1; clip 2 {max=23}; mul 0 3");
  node.Add(x).Add(row);
  EXPECT_EQ(TypeOf(node), "f32[2,2]");
  EXPECT_THAT(Values<float>(node), ElementsAre(11, -36, 39, 92));
}

TEST(MapTest, RoundsEachResultToItsType) {
  NodeCase node = MapOf("cast 0 {to=u8}; add 1 1; cast 2 {to=f32}");
  node.Add(Tensor::Of<float>({2}, {200.75f, 3}));
  EXPECT_THAT(Values<float>(node), ElementsAre(144, 6));  // 400 - 256
}

TEST(MapTest, ReadsWhatItWrites) {
  const std::string text =
      "\"add 0 1; clip 2 {min=-1, max=6}; cast 3 {to=s8}\"";
  std::vector<MapStep> steps;
  ASSERT_TRUE(ParseAttr(text, &steps));
  EXPECT_EQ(AttrText(steps), text);
  for (const char* wrong :
       {"\"\"", "\"nothing 0\"", "\"add 0 x\"", "\"clip 0 {\"", "\"clip 0 }\"",
        "\"clip 0 {low=1}\"", "add 0 1"}) {
    EXPECT_FALSE(ParseAttr(wrong, &steps)) << wrong;
  }
}

TEST(MapTest, Errors) {
  const Tensor x = Tensor::Of<float>({2}, {1, 2});
  EXPECT_EQ(ErrorOf(NodeCase("map").Add(x)), "map has no steps");
  EXPECT_EQ(ErrorOf(MapOf("neg 1").Add(x)),
            "a step takes %1, which no step before computes");
  EXPECT_EQ(ErrorOf(MapOf("add 0").Add(x)),
            "the step add takes 2 operands, not 1");
  EXPECT_EQ(ErrorOf(MapOf("neg 0").Add(x).Add(
                Tensor::Of<float>({3, 2}, {0, 0, 0, 0, 0, 0}))),
            "the last step does not depend on every operand");
}

}  // namespace
}  // namespace tinyc
