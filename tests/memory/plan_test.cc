// SPDX-License-Identifier: Apache-2.0
//
// The memory plans of small models, counted by hand, and plans broken on
// purpose, which check-plan must refuse.

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "passes/memory/choose_streams.h"
#include "passes/pass.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

using ::testing::HasSubstr;

const Value* Find(const Module& module, absl::string_view name) {
  for (const auto& node : module.graph->nodes()) {
    for (const Value* output : node->outputs()) {
      if (output->name() == name) return output;
    }
  }
  ADD_FAILURE() << "no value %" << name;
  return nullptr;
}

Place PlaceOf(const Module& module, absl::string_view name) {
  const auto place = module.plan->values.find(Find(module, name));
  return place == module.plan->values.end() ? Place{.offset = -1}
                                            : place->second;
}

int64_t ArenaBytes(absl::string_view text) {
  const Module module = Planned(text);
  EXPECT_EQ(module.plan->lower_bound, module.plan->arena_bytes);
  EXPECT_TRUE(module.plan->optimal);
  return module.plan->arena_bytes;
}

TEST(PlanTest, AChainHoldsWhatIsLive) {
  EXPECT_EQ(ArenaBytes(kMatmulChain), 3 * 64);
}

// Maps of 16 rows of 8 columns of 8 channels.  By default the two depthwise
// layers work in place, with 2 rows of 4 channels beside the map.
constexpr absl::string_view kDepthwise = R"(
graph(%x: s8[1,16,8,1] q(0.1, 0)) -> (%y) {
  %w0 = const rand(1) : s8[8,1,1,1] q(0.01, 0)
  %b = const fill(0) : s32[8] q(0.001, 0)
  %a = conv(%x, %w0, %b) {layout=nhwc} : s8[1,16,8,8] q(0.1, 0)
  %w1 = const rand(2) : s8[8,1,3,3] q(0.01, 0)
  %c = conv(%a, %w1, %b) {pads=[1,1,1,1], group=8, layout=nhwc} : s8[1,16,8,8] q(0.1, 0)
  %d = conv(%c, %w1, %b) {pads=[1,1,1,1], group=8, layout=nhwc} : s8[1,16,8,8] q(0.1, 0)
  %w2 = const rand(3) : s8[1,8,1,1] q(0.01, 0)
  %b2 = const fill(0) : s32[1] q(0.001, 0)
  %y = conv(%d, %w2, %b2) {layout=nhwc} : s8[1,16,8,1] q(0.1, 0)
  return %y
})";

TEST(TradeoffsTest, LayersThatWorkInPlaceCanTakeTurns) {
  const Module module = Planned(kDepthwise);
  EXPECT_EQ(module.plan->arena_bytes, 1024 + 64);
  const absl::StatusOr<std::vector<Tradeoff>> front = Tradeoffs(module);
  ASSERT_TRUE(front.ok()) << front.status();
  ASSERT_GE(front->size(), 2);
  EXPECT_EQ(front->front().bytes, 1024 + 64);
  // 3 rows of %a, 3 of %c and 1 of %d.
  EXPECT_EQ((*front)[1].bytes, 7 * 64);
  EXPECT_EQ((*front)[1].nodes, 4);
  EXPECT_EQ((*front)[1].extra_macs, 0);
}

TEST(PlanTest, InputsAndOutputsAreTheCallers) {
  EXPECT_EQ(ArenaBytes(R"(
graph(%x: f32[4,4]) -> (%y) {
  %y = matmul(%x, %x) : f32[?]
  return %y
})"),
            0);
}

TEST(PlanTest, ElementwiseResultsOverwriteADyingOperand) {
  // %a, %b, %c and %y are the bytes of the output; %x is not touched.
  const Module module = Planned(R"(
graph(%x: f32[16]) -> (%y) {
  %a = exp(%x) : f32[?]
  %b = relu(%a) : f32[?]
  %c = reshape(%b) {shape=[4,4]} : f32[?]
  %y = mul(%c, %c) : f32[?]
  return %y
})");
  EXPECT_EQ(module.plan->arena_bytes, 0);
  EXPECT_EQ(PlaceOf(module, "a").kind, Place::Kind::kModelOutput);
}

TEST(PlanTest, AnOperandThatIsNeededLaterIsKept) {
  // exp(%a) may not overwrite %a, which the product reads.
  const Module module = Planned(R"(
graph(%x: f32[4,4]) -> (%y) {
  %a = matmul(%x, %x) : f32[?]
  %b = exp(%a) : f32[?]
  %y = matmul(%a, %b) : f32[?]
  return %y
})");
  EXPECT_EQ(module.plan->arena_bytes, 128);
  EXPECT_NE(PlaceOf(module, "a"), PlaceOf(module, "b"));
}

TEST(PlanTest, ABroadcastOperandIsNotOverwritten) {
  const Module module = Planned(R"(
graph(%x: f32[4,4]) -> (%y) {
  %a = matmul(%x, %x) : f32[?]
  %r = reduce_sum(%a) {axes=[0], keepdims=true} : f32[?]
  %b = add(%r, %x) : f32[?]
  %y = matmul(%b, %b) : f32[?]
  return %y
})");
  EXPECT_NE(PlaceOf(module, "r"), PlaceOf(module, "b"));
}

TEST(PlanTest, OperandsOfAConcatAreWrittenInPlace) {
  const Module module = Planned(R"(
graph(%x: f32[2,2]) -> (%y) {
  %a = matmul(%x, %x) : f32[?]
  %b = matmul(%x, %a) : f32[?]
  %y = concat(%a, %b) {axis=0} : f32[?]
  return %y
})");
  EXPECT_EQ(module.plan->arena_bytes, 0);
  EXPECT_EQ(PlaceOf(module, "b"), (Place{Place::Kind::kModelOutput, 0, 16}));
}

TEST(PlanTest, ASliceIsAViewUnlessItKeepsMoreAlive) {
  const Module view = Planned(R"(
graph(%x: f32[4,4]) -> (%y) {
  %a = matmul(%x, %x) : f32[?]
  %s = slice(%a) {starts=[2,0], sizes=[2,4]} : f32[?]
  %y = matmul(%s, %x) : f32[?]
  return %y
})");
  EXPECT_EQ(view.plan->arena_bytes, 64);
  EXPECT_EQ(PlaceOf(view, "s").offset, PlaceOf(view, "a").offset + 32);
  // As a view, %s would keep the 64 bytes of %a while %b and %c are live:
  // 64 + 64 + 64 instead of 16 + 64 + 64.
  EXPECT_EQ(ArenaBytes(R"(
graph(%x: f32[4,4]) -> (%y) {
  %a = matmul(%x, %x) : f32[?]
  %s = slice(%a) {starts=[0,0], sizes=[1,4]} : f32[?]
  %t = matmul(%s, %x) : f32[?]
  %b = expand(%t) {shape=[4,4]} : f32[?]
  %c = matmul(%b, %x) : f32[?]
  %y = matmul(%s, %c) : f32[?]
  return %y
})"),
            144);
}

// --- plans broken on purpose -------------------------------------------------

class BrokenPlanTest : public testing::Test {
 protected:
  Place& At(absl::string_view name) {
    return module_.plan->values[Find(module_, name)];
  }
  std::string Error() {
    return std::string(CheckPlan(module_, PassOptions()).message());
  }

  Module module_ = Planned(kMatmulChain);
};

TEST_F(BrokenPlanTest, TheSoundPlanPasses) { EXPECT_EQ(Error(), ""); }

TEST_F(BrokenPlanTest, OneBufferMovedOntoAnother) {
  for (const int64_t shift : {-64, -4, 4, 64}) {
    for (const char* name : {"a", "b", "c"}) {
      const Place sound = At(name);
      At(name).offset += shift;
      EXPECT_NE(Error(), "") << name << " moved by " << shift;
      At(name) = sound;
    }
  }
  At("b").offset = At("a").offset;
  EXPECT_THAT(Error(), HasSubstr("is written over an operand"));
}

TEST_F(BrokenPlanTest, AnArenaTooSmall) {
  --module_.plan->arena_bytes;
  module_.plan->lower_bound = 0;
  module_.plan->optimal = false;
  EXPECT_THAT(Error(), HasSubstr("is not inside the arena"));
}

TEST_F(BrokenPlanTest, AFalseBound) {
  module_.plan->lower_bound = module_.plan->arena_bytes + 1;
  EXPECT_THAT(Error(), HasSubstr("contradicts the lower bound"));
}

TEST_F(BrokenPlanTest, AResultInTheCallersInput) {
  At("a") = {Place::Kind::kModelInput, 0, 0};
  EXPECT_THAT(Error(), HasSubstr("written into the input %x"));
}

TEST_F(BrokenPlanTest, AnOutputInTheArena) {
  At("y") = {Place::Kind::kArena, 0, At("a").offset};
  EXPECT_THAT(Error(), HasSubstr("is not in the caller's output"));
}

TEST_F(BrokenPlanTest, FloatsBetweenTheirBytes) {
  At("a").offset += 2;
  EXPECT_THAT(Error(), HasSubstr("not aligned"));
}

TEST_F(BrokenPlanTest, AValueWithoutAPlace) {
  module_.plan->values.erase(Find(module_, "b"));
  EXPECT_THAT(Error(), HasSubstr("%b has no place"));
}

TEST_F(BrokenPlanTest, ACopyThatWasNeeded) {
  module_ = Planned(R"(
graph(%x: f32[2,2]) -> (%y) {
  %a = matmul(%x, %x) : f32[?]
  %y = concat(%x, %a) {axis=0} : f32[?]
  return %y
})");
  // %a lies in %y, %x does not: it is copied.
  const Node* concat = Find(module_, "y")->producer();
  std::vector<LoweredCall>& calls = module_.lowering->calls[concat];
  ASSERT_NE(calls[0].kernel, nullptr);
  ASSERT_EQ(calls[1].kernel, nullptr);
  EXPECT_EQ(Error(), "");
  calls[0].kernel = nullptr;
  EXPECT_THAT(Error(), HasSubstr("holds nothing of use"));
}

}  // namespace
}  // namespace tinyc
