// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/if.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/interpreter/interpreter.h"
#include "compiler/ir/graph.h"
#include "compiler/ops/registry.h"

namespace tinyc {
namespace {

using testing::ElementsAre;

const TensorType kPair(DType::kF32, {2});
const TensorType kFlag(DType::kBool, {1});

// x -> op(x), on a pair of floats.
std::unique_ptr<Graph> RegionOf(const char* op) {
  auto region = std::make_unique<Graph>();
  Value* x = region->AddInput("x", kPair);
  const auto node = region->Append(OpRegistry::Get().Make(op), {x}, {});
  TINYC_CHECK(node.ok());
  region->AddOutput((*node)->output());
  return region;
}

// A graph (cond, x) -> if cond then -x else |x|.
absl::StatusOr<Node*> AppendIf(Graph& graph, const TensorType& cond,
                               const TensorType& x,
                               std::unique_ptr<Graph> otherwise) {
  Graph::Options options;
  options.regions.push_back(RegionOf("neg"));
  if (otherwise != nullptr) options.regions.push_back(std::move(otherwise));
  Value* condition = graph.AddInput("cond", cond);
  Value* capture = graph.AddInput("x", x);
  return graph.Append(std::make_unique<If>(), {condition, capture},
                      std::move(options));
}

TEST(IfTest, RunsOneRegion) {
  Graph graph;
  const auto node = AppendIf(graph, kFlag, kPair, RegionOf("abs"));
  ASSERT_TRUE(node.ok()) << node.status();
  graph.AddOutput((*node)->output());
  for (const bool cond : {true, false}) {
    const auto results = Interpret(graph, {Tensor::Of<bool>({1}, {cond}),
                                           Tensor::Of<float>({2}, {-1, 2})});
    ASSERT_TRUE(results.ok()) << results.status();
    EXPECT_THAT((*results)[0].data<float>(), ElementsAre(1, cond ? -2 : 2));
  }
}

TEST(IfTest, Errors) {
  Graph graph;
  EXPECT_EQ(AppendIf(graph, kPair, kPair, RegionOf("abs")).status().message(),
            "the condition is f32[2], not one bool");
  EXPECT_EQ(AppendIf(graph, kFlag, kPair, nullptr).status().message(),
            "if has 1 regions, not 2");
  EXPECT_EQ(AppendIf(graph, kFlag, kFlag, RegionOf("abs")).status().message(),
            "input 0 of region 0 is f32[2], the capture bool[1]");
  auto two_inputs = RegionOf("abs");
  two_inputs->AddInput("y", kPair);
  EXPECT_EQ(
      AppendIf(graph, kFlag, kPair, std::move(two_inputs)).status().message(),
      "region 1 has 2 inputs, the node 1 captures");
  auto two_outputs = RegionOf("abs");
  two_outputs->AddOutput(two_outputs->inputs()[0]);
  EXPECT_EQ(
      AppendIf(graph, kFlag, kPair, std::move(two_outputs)).status().message(),
      "the two regions differ in the types of their results");
}

}  // namespace
}  // namespace tinyc
