// SPDX-License-Identifier: Apache-2.0
//
// Models with regions through the passes to C: the kernels over poisoned
// memory, and the emitted C under sanitizers, give what the interpreter gives.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// "" when all engines agree after `passes` and the text is C++ as well.
std::string Engines(absl::string_view text, absl::string_view passes,
                    const EmitOptions& options = {}) {
  const absl::StatusOr<Module> module = RunPasses(text, passes);
  if (!module.ok()) return std::string(module.status().message());
  const absl::StatusOr<std::vector<OutputFile>> files = EmitC(*module, options);
  if (!files.ok()) return std::string(files.status().message());
  return DifferenceOfEngines(*module, options) + CxxComplaints(*files);
}

// Layouts and signed integers are for the passes before the backend.
void ExpectAgreeByDefault(absl::string_view text) {
  EXPECT_EQ(Engines(text, "default"), "");
  EXPECT_EQ(Engines(text, "default", {.prefix = "kws", .caller_arena = true}),
            "");
}

void ExpectAgree(absl::string_view text) {
  EXPECT_EQ(Engines(text, "backend"), "");
  ExpectAgreeByDefault(text);
}

std::string Text(absl::string_view text) {
  const absl::StatusOr<Module> module = RunPasses(text, "default");
  if (!module.ok()) return std::string(module.status().message());
  return EmitCalls(*module, {}).value_or("no text");
}

constexpr absl::string_view kIf = R"(
graph(%c: bool[1], %x: f32[1,3,4,4], %b: f32[4]) -> (%y, %z) {
  %w = const rand(1) : f32[5,3,3,3]
  %a = relu(%x)
  %y, %z = if(%c, %a, %b)
    graph(%a: f32[1,3,4,4], %b: f32[4]) -> (%y, %z) {
      %w = const rand(1) : f32[5,3,3,3]
      %y = conv(%a, %w) {pads=[1,1,1,1]}
      %z = exp(%b)
      return %y, %z
    }
    graph(%a: f32[1,3,4,4], %b: f32[4]) -> (%y, %b) {
      %w = const rand(2) : f32[5,3,1,1]
      %k = conv(%a, %w)
      %m = relu(%k)
      %y = add(%m, %k)
      return %y, %b
    }
  return %y, %z
})";

TEST(ControlTest, IfRunsOneRegion) {
  ExpectAgreeByDefault(kIf);
  EXPECT_THAT(Text(kIf), HasSubstr("if (*c != 0) {"));
  EXPECT_THAT(Text(kIf), HasSubstr("} else {"));
}

TEST(ControlTest, IfInIfWithoutCaptures) {
  ExpectAgree(R"(
graph(%c: bool[], %d: bool[], %x: f32[6]) -> (%y) {
  %y = if(%c, %d, %x)
    graph(%d: bool[], %x: f32[6]) -> (%y) {
      %e = exp(%x)
      %y = if(%d, %e)
        graph(%e: f32[6]) -> (%z) { %z = neg(%e) return %z }
        graph(%e: f32[6]) -> (%e) { return %e }
      return %y
    }
    graph(%d: bool[], %x: f32[6]) -> (%y) {
      %y = if(%d)
        graph() -> (%k) { %k = const rand(1) : f32[6] return %k }
        graph() -> (%k) { %k = const rand(2) : f32[6] return %k }
      return %y
    }
  return %y
})");
}

TEST(ControlTest, LoopWithAKnownNumberOfTrips) {
  constexpr absl::string_view text = R"(
graph(%s: f32[4], %x: f32[5,4], %m: f32[4,4]) -> (%y, %all, %i) {
  %r = relu(%x)
  %y, %all, %i = loop(_, _, %s, %r, %m) {trips=5, carried=1, scanned=1, backward=[0,1,0]}
    graph(%i: s64[], %s: f32[4], %x: f32[4], %m: f32[4,4]) -> (%t, %u, %i) {
      %a = matmul(%s, %m)
      %b = tanh(%a)
      %t = add(%b, %x)
      %u = sub(%t, %s)
      return %t, %u, %i
    }
  return %y, %all, %i
})";
  ExpectAgree(text);
  EXPECT_THAT(Text(text), HasSubstr("for (int32_t i_2 = 0; i_2 < 5; ++i_2) {"));
  EXPECT_THAT(Text(text), Not(HasSubstr("TC_ETRIPS")));
}

TEST(ControlTest, LoopUntilAConditionAndLoopsInside) {
  ExpectAgree(R"(
graph(%x: f32[3], %go: bool[]) -> (%y, %n) {
  %n0 = const [0] : s64[]
  %limit = const [40] : s64[]
  %y, %n = loop(%limit, %go, %x, %n0) {carried=2, asks=true}
    graph(%i: s64[], %x: f32[3], %n: s64[]) -> (%more, %z, %m) {
      %one = const [1] : s64[]
      %m = add(%n, %one)
      %z = loop(%m, _, %x) {carried=1}
        graph(%j: s64[], %x: f32[3]) -> (%h) {
          %f = cast(%j) {to=f32}
          %k = const [0.5] : f32[]
          %g = mul(%x, %k)
          %h = add(%g, %f)
          return %h
        }
      %six = const [6] : s64[]
      %left = sub(%six, %m)
      %more = cast(%left) {to=bool}
      return %more, %z, %m
    }
  return %y, %n
})");
}

// A value that stays, one that two results share, and one that swaps.
TEST(ControlTest, CarriedValuesThatAreEachOther) {
  ExpectAgree(R"(
graph(%a: s32[3], %b: s32[3], %c: s32[3]) -> (%x, %y, %z, %w) {
  %x, %y, %z, %w = loop(_, _, %a, %b, %c, %a) {trips=3, carried=4}
    graph(%i: s64[], %a: s32[3], %b: s32[3], %c: s32[3], %d: s32[3]) -> (%b, %a, %c, %s) {
      %s = add(%d, %b)
      return %b, %a, %c, %s
    }
  return %x, %y, %z, %w
})");
}

TEST(ControlTest, LoopWithoutTripsOrBytes) {
  ExpectAgree(R"(
graph(%x: f32[2], %e: f32[0,3]) -> (%y, %none, %f) {
  %y, %f, %none = loop(_, _, %x, %e) {trips=0, carried=2}
    graph(%i: s64[], %x: f32[2], %e: f32[0,3]) -> (%z, %e, %z) {
      %z = exp(%x)
      return %z, %e, %z
    }
  return %y, %none, %f
})");
}

TEST(ControlTest, ConstantsAreSharedAndScanned) {
  ExpectAgree(R"(
graph(%x: f32[2]) -> (%y) {
  %table = const rand(5) : f32[4,2]
  %zero = const fill(0) : f32[2]
  %y = loop(_, _, %zero, %table, %x) {trips=4, carried=1, scanned=1}
    graph(%i: s64[], %s: f32[2], %row: f32[2], %x: f32[2]) -> (%t) {
      %p = mul(%row, %x)
      %t = add(%s, %p)
      return %t
    }
  return %y
})");
}

TEST(ControlTest, ALoopThatMustRunNTimesSaysWhenItDoesNot) {
  constexpr absl::string_view text = R"(
graph(%n: s64[]) -> (%y) {
  %y = loop(%n) {trips=3}
    graph(%i: s64[]) -> (%i) { return %i }
  return %y
})";
  EXPECT_THAT(Text(text), HasSubstr("!= 3) return TC_ETRIPS;"));
}

TEST(ControlTest, QuantizedRegions) {
  ExpectAgreeByDefault(R"(
graph(%c: bool[], %x: u8[1,4,4,3] q(0.05, 120)) -> (%y) {
  %y = if(%c, %x)
    graph(%x: u8[1,4,4,3] q(0.05, 120)) -> (%y) {
      %w = const rand(3) : s8[3,3,1,1] q(0.02, 0)
      %y = conv(%x, %w) {layout=nhwc} : u8[?] q(0.05, 120)
      return %y
    }
    graph(%x: u8[1,4,4,3] q(0.05, 120)) -> (%x) { return %x }
    : u8[?] q(0.05, 120)
  return %y
})");
}

}  // namespace
}  // namespace tinyc
