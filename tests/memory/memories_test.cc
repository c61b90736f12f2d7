// SPDX-License-Identifier: Apache-2.0
//
// Arenas in several memories: split by hand, and run over poisoned memory.

#include "passes/memory/memories.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/lowering/copied_constants.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "passes/pass.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

using testing::HasSubstr;

// The backend with an arena in these memories.
std::string Backend(absl::string_view memories) {
  return absl::StrCat(
      "prepare-outputs,select-kernels,pack-weights,schedule,"
      "plan-memory{memory=",
      memories, "},check-plan");
}

// "dtcm 0+128, sram 128+64"
std::string PartsOf(const Module& module) {
  std::string text;
  for (const ArenaPart& part : module.plan->parts) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", part.name, " ", part.begin,
                    "+", part.bytes);
  }
  return text;
}

// The part in which a value lies.
std::string MemoryOf(const Module& module, absl::string_view name) {
  for (const auto& [value, place] : module.plan->values) {
    if (value->name() != name || place.kind != Place::Kind::kArena) continue;
    for (const ArenaPart& part : module.plan->parts) {
      if (place.offset >= part.begin && place.offset < part.end()) {
        return part.name;
      }
    }
  }
  return "";
}

TEST(ParseMemoriesTest, PutsFastOnesFirst) {
  const auto memories = ParseMemories("sram:320K,dtcm:128K:fast,more:1");
  ASSERT_TRUE(memories.ok()) << memories.status();
  ASSERT_EQ(memories->size(), 3);
  EXPECT_EQ((*memories)[0].name, "dtcm");
  EXPECT_EQ((*memories)[0].bytes, 131072);
  EXPECT_TRUE((*memories)[0].fast);
  EXPECT_EQ((*memories)[1].name, "sram");
  EXPECT_EQ((*memories)[2].bytes, 1);
  EXPECT_FALSE((*memories)[2].fast);
  EXPECT_FALSE((*memories)[0].weights);
}

TEST(ParseMemoriesTest, TakesBothWordsInAnyOrder) {
  const auto memories =
      ParseMemories("a:1:weights:fast,b:1:fast:weights,c:1:weights");
  ASSERT_TRUE(memories.ok()) << memories.status();
  for (const Memory& memory : *memories) EXPECT_TRUE(memory.weights);
  EXPECT_TRUE((*memories)[0].fast);
  EXPECT_TRUE((*memories)[1].fast);
  EXPECT_FALSE((*memories)[2].fast);
}

TEST(ParseMemoriesTest, SaysWhatIsWrong) {
  for (const auto& [text, error] :
       {std::pair("", "NAME:BYTES"), std::pair("sram", "NAME:BYTES"),
        std::pair("sram:1K:slow", "not \"sram:1K:slow\""),
        std::pair("sram:1K:fast:x", "NAME:BYTES"),
        std::pair("sram:1K:fast:fast", "NAME:BYTES"),
        std::pair("s ram:1K", "identifier"), std::pair("SRAM:1K", "lower case"),
        std::pair("sram:1Q", "the size of sram is"),
        std::pair("a:1,b:1,a:2", "there are two memories a")}) {
    EXPECT_THAT(std::string(ParseMemories(text).status().message()),
                HasSubstr(error))
        << text;
  }
}

TEST(MemoriesTest, OneMemoryHoldsAllWhereItCan) {
  const Module module = Planned(kMatmulChain, Backend("a:1K,b:1K"));
  EXPECT_EQ(PartsOf(module), "a 0+192");
  EXPECT_TRUE(module.plan->optimal);
  EXPECT_EQ(DifferenceOfEngines(module), "");
}

TEST(MemoriesTest, TheRestGoesToTheNext) {
  // All three values of 64 bytes are live at once.
  const Module module = Planned(kMatmulChain, Backend("b:64,c:64,a:64:fast"));
  EXPECT_EQ(PartsOf(module), "a 0+64, b 64+64, c 128+64");
  EXPECT_EQ(DifferenceOfEngines(module), "");
}

TEST(MemoriesTest, WhatIsUsedMostIsInTheFastOne) {
  // %a is read by three products and %b by one, which takes both of them.
  const Module module = Planned(R"(
graph(%x: f32[4,4], %w: f32[4,64]) -> (%y, %z) {
  %a = matmul(%x, %x) : f32[?]
  %b = matmul(%a, %x) : f32[?]
  %y = matmul(%a, %w) : f32[?]
  %z = matmul(%a, %b) : f32[?]
  return %y, %z
})",
                                Backend("slow:1K,quick:64:fast"));
  EXPECT_EQ(MemoryOf(module, "a"), "quick");
  EXPECT_EQ(MemoryOf(module, "b"), "slow");
  EXPECT_EQ(DifferenceOfEngines(module), "");
}

TEST(MemoriesTest, WhatFindsNoRoomIsNamed) {
  const absl::Status status =
      RunPasses(kMatmulChain, Backend("a:64,b:127")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("(64 bytes) finds no room in the memories"));
}

// 16 rows are multiplied by %v, and one by %w.
constexpr absl::string_view kConstants = R"(
graph(%x: f32[16,4], %z: f32[1,4]) -> (%y, %t) {
  %v = const rand(1) : f32[4,8]
  %w = const rand(2) : f32[4,16]
  %y = matmul(%x, %v) : f32[?]
  %t = matmul(%z, %w) : f32[?]
  return %y, %t
})";

TEST(MemoriesTest, ConstantsTakeWhatTheArenaLeaves) {
  const auto sizes = [](absl::string_view memories) {
    const Module module = Planned(kConstants, Backend(memories));
    std::string text;
    for (const CopiedConstants& copied : CopiedConstantsOf(module)) {
      absl::StrAppend(&text, copied.memory, ":");
      for (const auto& tensor : copied.tensors) {
        absl::StrAppend(&text, " ", tensor->bytes().size());
      }
      absl::StrAppend(&text, "; ");
    }
    return text;
  };
  EXPECT_EQ(sizes("a:1K"), "");
  // The weights that 16 rows are multiplied by come first, and the others where
  // there is room.
  EXPECT_EQ(sizes("a:1K:weights"), "a: 128 256; ");
  EXPECT_EQ(sizes("a:383:weights"), "a: 128; ");
  EXPECT_EQ(sizes("a:256:weights"), "a: 128; ");
  EXPECT_EQ(sizes("a:127:weights"), "a:; ");
  EXPECT_EQ(sizes("a:300:weights,b:128:fast:weights"), "b: 128; a: 256; ");
}

TEST(MemoriesTest, TheArenaComesBeforeConstants) {
  Module module = Planned(kMatmulChain, Backend("a:1K:weights,b:64:weights"));
  ASSERT_EQ(PartsOf(module), "a 0+192");
  ASSERT_EQ(module.plan->constant_memories.size(), 2);
  EXPECT_EQ(module.plan->constant_memories[0].bytes, 1024 - 192);
  EXPECT_EQ(module.plan->constant_memories[1].bytes, 64);
}

TEST(MemoriesTest, NothingLiesInTwo) {
  Module module = Planned(kMatmulChain, Backend("a:128,b:64"));
  ASSERT_EQ(PartsOf(module), "a 0+128, b 128+64");
  module.plan->parts[0].bytes -= 4;
  EXPECT_THAT(std::string(CheckPlan(module, PassOptions()).message()),
              HasSubstr("lies in no memory"));
  module.plan->parts[0].bytes += 8;
  EXPECT_THAT(std::string(CheckPlan(module, PassOptions()).message()),
              HasSubstr("is no part of it"));
}

}  // namespace
}  // namespace tinyc
