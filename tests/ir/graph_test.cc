// SPDX-License-Identifier: Apache-2.0
//
// The graph's bookkeeping: uses, names, order, revision, copies.

#include "compiler/ir/graph.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/module.h"
#include "compiler/ir/verify.h"
#include "compiler/ops/registry.h"
#include "compiler/text/parse.h"
#include "compiler/text/print.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/same_module.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class GraphTest : public testing::Test {
 protected:
  GraphTest()
      : x_(graph().AddInput("x", TensorType(DType::kF32, {2}))),
        y_(Append("add", {x_, x_}, "y")),
        z_(Append("relu", {y_}, "z")) {
    graph().AddOutput(z_);
  }

  Graph& graph() { return *module_.graph; }
  Value* Append(const std::string& op, std::vector<Value*> inputs,
                const std::string& name, Node* before = nullptr) {
    Graph::Options options;
    options.names = {name};
    return (*graph().Insert(before, OpRegistry::Get().Make(op),
                            std::move(inputs), std::move(options)))
        ->output();
  }
  void ExpectSound() { EXPECT_EQ(Verify(module_).message(), ""); }

  Module module_;
  Value* const x_;
  Value* const y_;
  Value* const z_;
};

TEST_F(GraphTest, ListsUses) {
  EXPECT_THAT(x_->uses(), UnorderedElementsAre(Use{y_->producer(), 0},
                                               Use{y_->producer(), 1}));
  EXPECT_THAT(z_->uses(), ElementsAre(Use{nullptr, 0}));
  EXPECT_TRUE(y_->has_single_use());
  ExpectSound();
}

TEST_F(GraphTest, ReplacesUsesInNodesAndOutputs) {
  Value* other = Append("neg", {x_}, "other", y_->producer());
  graph().ReplaceUses(y_, other);
  EXPECT_THAT(other->uses(), ElementsAre(Use{z_->producer(), 0}));
  EXPECT_TRUE(y_->uses().empty());
  graph().ReplaceUses(z_, other);
  EXPECT_THAT(graph().outputs(), ElementsAre(other));
  ExpectSound();
}

TEST_F(GraphTest, ChangesOperandsAndOutputs) {
  graph().SetInput(z_->producer(), 0, x_);
  EXPECT_EQ(x_->uses().size(), 3u);
  EXPECT_TRUE(y_->uses().empty());
  graph().SetOutput(0, y_);
  EXPECT_TRUE(z_->uses().empty());
  EXPECT_THAT(y_->uses(), ElementsAre(Use{nullptr, 0}));
  ExpectSound();
}

TEST_F(GraphTest, ErasingFreesUsesAndNames) {
  graph().SetOutput(0, y_);
  graph().Erase(z_->producer());
  EXPECT_THAT(y_->uses(), ElementsAre(Use{nullptr, 0}));
  EXPECT_EQ(graph().nodes().size(), 1u);
  EXPECT_EQ(Append("relu", {y_}, "z")->name(), "z");
  ExpectSound();
}

TEST_F(GraphTest, MakesNamesUnique) {
  EXPECT_EQ(Append("neg", {x_}, "y")->name(), "y_1");
  EXPECT_EQ(Append("neg", {x_}, "y")->name(), "y_2");
  EXPECT_EQ(Append("neg", {x_}, "")->name(), "0");
  EXPECT_EQ(Append("neg", {x_}, "")->name(), "1");
  graph().Rename(y_, "z");
  EXPECT_EQ(y_->name(), "z_1");
  EXPECT_EQ(Append("neg", {x_}, "y")->name(), "y");
  ExpectSound();
}

TEST_F(GraphTest, KeepsTheOrderOfInsertion) {
  Node* first = Append("neg", {x_}, "n", y_->producer())->producer();
  EXPECT_THAT(graph().NodeSnapshot(),
              ElementsAre(first, y_->producer(), z_->producer()));
  graph().MoveBefore(first, nullptr);
  EXPECT_THAT(graph().NodeSnapshot(),
              ElementsAre(y_->producer(), z_->producer(), first));
  ExpectSound();
  graph().MoveBefore(z_->producer(), y_->producer());
  EXPECT_EQ(Verify(module_).message(),
            "relu: %y is used before it is computed");
}

TEST_F(GraphTest, ListsConstantsByFirstUse) {
  graph().AddConstant(Tensor::Of<float>({2}, {0, 0}), "unused");
  Value* b = graph().AddConstant(Tensor::Of<float>({2}, {1, 2}), "b");
  Value* a = graph().AddConstant(Tensor::Of<float>({2}, {3, 4}), "a");
  Append("add", {a, b}, "sum");
  EXPECT_THAT(graph().Constants(), ElementsAre(a, b));
}

TEST_F(GraphTest, RefusesWhatTheOperatorRefuses) {
  const auto insert = [&](std::vector<Value*> inputs) {
    Graph::Options options;
    options.loc = Loc(Origin{4, "Add", "a"});
    return graph()
        .Append(OpRegistry::Get().Make("add"), std::move(inputs),
                std::move(options))
        .status();
  };
  EXPECT_EQ(insert({x_}).message(),
            "node 4 \"a\" (Add): add needs operand "
            "\"b\"");
  EXPECT_EQ(insert({x_, x_, x_}).message(),
            "node 4 \"a\" (Add): add takes at most 2 operands, not 3");
  EXPECT_EQ(graph().nodes().size(), 2u);
  EXPECT_EQ(x_->uses().size(), 2u);
}

TEST_F(GraphTest, EveryChangeShowsInTheRevision) {
  uint64_t last = graph().revision();
  const auto grown = [&] {
    return graph().revision() > std::exchange(last, graph().revision());
  };
  graph().SetInput(z_->producer(), 0, x_);
  EXPECT_TRUE(grown());
  graph().Rename(x_, "w");
  EXPECT_TRUE(grown());
  EXPECT_TRUE(
      graph().SetOp(z_->producer(), OpRegistry::Get().Make("neg")).ok());
  EXPECT_TRUE(grown());
  graph().Erase(y_->producer());
  EXPECT_TRUE(grown());
  Append("neg", {x_}, "n");
  EXPECT_TRUE(grown());
  EXPECT_FALSE(grown());
}

TEST_F(GraphTest, ClonesStandAlone) {
  const absl::StatusOr<Module> original = ParseModule(
      "graph(%c: bool[], %x: f32[2]) -> (%y) {\n"
      "  %k = const [1,2] : f32[2]\n"
      "  %s = add(%x, %k)  loc(3 Add \"a\")\n"
      "  %y = if(%c, %s)\n"
      "    graph(%a: f32[2]) -> (%b) { %b = relu(%a) return %b }\n"
      "    graph(%a: f32[2]) -> (%b) { %b = neg(%a) return %b }\n"
      "  return %y\n"
      "}\n");
  ASSERT_TRUE(original.ok()) << original.status();
  const std::string text = PrintModule(*original);
  Module copy;
  copy.graph = original->graph->Clone();
  EXPECT_EQ(DifferenceBetween(*original, copy), "");
  EXPECT_EQ(Verify(copy).message(), "");

  copy.graph->Rename(copy.graph->inputs()[1], "other");
  copy.graph->ReplaceUses(copy.graph->nodes().front()->output(),
                          copy.graph->inputs()[1]);
  EXPECT_EQ(PrintModule(*original), text);
  EXPECT_EQ(Verify(*original).message(), "");
}

}  // namespace
}  // namespace tinyc
