// SPDX-License-Identifier: Apache-2.0
//
// Inputs and outputs inside of the arena: plans counted by hand, plans broken
// on purpose, and the emitted C used as its header says.

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "passes/memory/arena.h"
#include "passes/pass.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

using testing::HasSubstr;

Module PlannedInside(absl::string_view graph) {
  return Planned(absl::StrCat("module model io(arena)\n", graph));
}

// Also runs the plan, by the kernels and as C, with both kinds of arenas.
int64_t ArenaBytesOf(absl::string_view graph) {
  const Module module = PlannedInside(graph);
  EXPECT_TRUE(module.plan->optimal);
  EXPECT_EQ(DifferenceOfEngines(module), "");
  EXPECT_EQ(DifferenceOfEngines(module, {.caller_arena = true}), "");
  return module.plan->arena_bytes;
}

TEST(IoInArenaTest, AnInputsBytesServeOthersOnceItIsDead) {
  // Without inputs and outputs %a, %b and %c are live at once, too.
  EXPECT_EQ(ArenaBytesOf(kMatmulChain), 3 * 64);
}

TEST(IoInArenaTest, AnInputIsKeptWhileItIsRead) {
  EXPECT_EQ(ArenaBytesOf(R"(
graph(%x: f32[4,4]) -> (%y) {
  %a = matmul(%x, %x) : f32[?]
  %b = matmul(%a, %a) : f32[?]
  %y = matmul(%b, %x) : f32[?]
  return %y
})"),
            3 * 64);
}

TEST(IoInArenaTest, AnOutputIsKeptToTheEnd) {
  EXPECT_EQ(ArenaBytesOf(R"(
graph(%x: f32[4,4]) -> (%y, %z) {
  %y = matmul(%x, %x) : f32[?]
  %a = matmul(%x, %y) : f32[?]
  %z = matmul(%a, %a) : f32[?]
  return %y, %z
})"),
            3 * 64);
}

TEST(IoInArenaTest, AnOutputMayOverwriteAnInput) {
  EXPECT_EQ(ArenaBytesOf(R"(
graph(%x: f32[16]) -> (%y) {
  %a = exp(%x) : f32[?]
  %y = relu(%a) : f32[?]
  return %y
})"),
            64);
}

TEST(IoInArenaTest, AModelOfNothingButBytesHasNothingToDo) {
  EXPECT_EQ(ArenaBytesOf(R"(
graph(%x: f32[16]) -> (%y) {
  %y = reshape(%x) {shape=[4,4]} : f32[?]
  return %y
})"),
            64);
}

TEST(IoInArenaTest, TheCallerWritesTheInputsOfAConcatIntoIt) {
  const Module module = PlannedInside(R"(
graph(%a: s8[2,8], %b: s8[3,8]) -> (%y) {
  %y = concat(%a, %b) {axis=0} : s8[?]
  return %y
})");
  EXPECT_EQ(module.plan->arena_bytes, 40);
  EXPECT_EQ(DifferenceOfEngines(module), "");
}

TEST(IoInArenaTest, AllInputsAreThereAtOnceEvenIfNothingReadsThem) {
  EXPECT_EQ(ArenaBytesOf(R"(
graph(%x: f32[16], %unread: f32[16]) -> (%y) {
  %y = exp(%x) : f32[?]
  return %y
})"),
            2 * 64);
}

TEST(IoInArenaTest, NothingHasNoBytes) {
  EXPECT_EQ(ArenaBytesOf(R"(
graph(%x: f32[0,4]) -> (%y) {
  %y = exp(%x) : f32[?]
  return %y
})"),
            0);
  EXPECT_EQ(ArenaBytesOf(R"(
graph(%x: f32[0,4], %z: f32[2,4]) -> (%y) {
  %y = concat(%x, %z) {axis=0} : f32[?]
  return %y
})"),
            32);
}

TEST(IoInArenaTest, LoopsReadAndWriteThere) {
  const Module module = PlannedInside(R"(
graph(%x: f32[3,2], %s: f32[2]) -> (%y, %all) {
  %y, %all = loop(_, _, %s, %x) {trips=3, carried=1, scanned=1}
    graph(%i: s64[], %h: f32[2], %row: f32[2]) -> (%t, %u) {
      %t = add(%h, %row)
      %u = relu(%t)
      return %t, %u
    }
  return %y, %all
})");
  EXPECT_EQ(DifferenceOfEngines(module), "");
}

TEST(IoInArenaTest, TheOtherArenaIsKnown) {
  const Module inside = PlannedInside(kMatmulChain);
  EXPECT_EQ(*ArenaBytes(inside, true), 3 * 64);
  const absl::StatusOr<Module> outside = RunPasses(R"(
graph(%x: f32[4,4]) -> (%y) {
  %y = matmul(%x, %x) : f32[?]
  return %y
})");
  EXPECT_EQ(*ArenaBytes(*outside, true), 2 * 64);
  EXPECT_EQ(*ArenaBytes(*outside, false), 0);
}

TEST(IoInArenaTest, BrokenPlansAreRefused) {
  const auto error = [](Module& module) {
    return std::string(CheckPlan(module, PassOptions()).message());
  };
  Module module = PlannedInside(R"(
graph(%x: f32[16], %z: f32[16]) -> (%y) {
  %y = add(%x, %z) : f32[?]
  return %y
})");
  EXPECT_EQ(error(module), "");
  const Value* x = module.graph->inputs()[0];
  const Value* z = module.graph->inputs()[1];
  const Value* y = module.graph->outputs()[0];
  const MemoryPlan sound = *module.plan;
  module.plan->values[x].offset = module.plan->values[z].offset;
  EXPECT_THAT(error(module), HasSubstr("when the caller has written"));
  module.plan = sound;
  module.plan->values[x] = {Place::Kind::kModelInput, 0, 0};
  EXPECT_THAT(error(module), HasSubstr("%x is not in the arena"));
  module.plan = sound;
  module.plan->values[y] = {Place::Kind::kModelOutput, 0, 0};
  EXPECT_THAT(error(module), HasSubstr("%y is not in the arena"));
}

// The text of a program that runs max(x, 0) on two kinds of arenas; it returns
// the number of its first check that fails.
constexpr char kMain[] = R"(
#include "own.h"
#include "callers.h"
#include <string.h>

static uint64_t arena[CALLERS_ARENA_SIZE / 8u + 2u];

int main(void) {
  static const float x[4] = {-1, 2, -3, 4}, expected[4] = {0, 2, 0, 4};
  float y[4];
  const void *in[] = {x};
  void *out[] = {y};
  const void *no_in[] = {NULL};
  int i;
  memcpy(own_x(), x, sizeof x);
  if (own_run() != 0) return 1;
  if (memcmp(own_y(), expected, sizeof y) != 0) return 2;
  if ((uint8_t *)callers_x(arena) != (uint8_t *)arena + CALLERS_X_OFFSET) {
    return 3;
  }
  memcpy(callers_x(arena), x, sizeof x);
  if (callers_run(arena) != 0) return 4;
  if (memcmp(callers_y(arena), expected, sizeof y) != 0) return 5;
  if (callers_run(NULL) != TC_EINVAL) return 6;
  if (callers_run((uint8_t *)arena + 1) != TC_EALIGN) return 7;
  /* As data: copied in and out, */
  if (own_model.run(NULL, in, out) != 0) return 8;
  if (memcmp(y, expected, sizeof y) != 0) return 9;
  memset(y, 0, sizeof y);
  if (callers_model.run(arena, in, out) != 0) return 10;
  if (memcmp(y, expected, sizeof y) != 0) return 11;
  /* or not when it is there. */
  for (i = 0; i < 4; ++i) own_x()[i] = x[i];
  in[0] = own_x();
  out[0] = own_y();
  if (own_model.run(NULL, in, out) != 0) return 12;
  if (memcmp(own_y(), expected, sizeof y) != 0) return 13;
  if (own_model.run(NULL, NULL, out) != TC_EINVAL) return 14;
  if (own_model.run(NULL, no_in, out) != TC_EINVAL) return 15;
  if (callers_model.run(NULL, in, out) != TC_EINVAL) return 16;
  if (callers_model.run((uint8_t *)arena + 1, in, out) != TC_EALIGN) return 17;
  return 0;
}
)";

TEST(IoInArenaTest, TheCallerWritesAndReadsInTheArena) {
  const Module module = PlannedInside(R"(
graph(%x: f32[4]) -> (%y) {
  %y = relu(%x) : f32[?]
  return %y
})");
  EmittedProgram program;
  program.Add(module, {.prefix = "own"});
  program.Add(module, {.prefix = "callers", .caller_arena = true});
  program.main = kMain;
  EXPECT_EQ(BuildAndRun(program), 0);
}

TEST(IoInArenaTest, NamesMeetNoOtherNames) {
  const Module module = PlannedInside(R"(
graph(%run: f32[4], %model: f32[4], %arena: f32[4]) -> (%inputs) {
  %a = add(%run, %model) : f32[?]
  %inputs = add(%a, %arena) : f32[?]
  return %inputs
})");
  EXPECT_EQ(DifferenceOfEngines(module), "");
}

}  // namespace
}  // namespace tinyc
