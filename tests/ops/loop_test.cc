// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "compiler/interpreter/interpreter.h"
#include "compiler/text/parse.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

absl::StatusOr<std::vector<Tensor>> Results(absl::string_view text,
                                            std::vector<Tensor> inputs) {
  TINYC_ASSIGN_OR_RETURN(const Module module, ParseModule(text));
  return Interpret(*module.graph, inputs);
}

std::string ErrorOf(absl::string_view text) {
  return std::string(ParseModule(text).status().message());
}

// s = 3 s + x, four times, with the sums collected.
TEST(LoopTest, CarriesAndCollects) {
  const auto results =
      Results(R"(
graph(%s: f32[2], %x: f32[2]) -> (%y, %all) {
  %y, %all = loop(_, _, %s, %x) {trips=3, carried=1}
    graph(%i: s64[], %s: f32[2], %x: f32[2]) -> (%t, %t) {
      %three = const [3] : f32[]
      %m = mul(%s, %three)
      %t = add(%m, %x)
      return %t, %t
    }
  return %y, %all
})",
              {Tensor::Of<float>({2}, {1, 0}), Tensor::Of<float>({2}, {0, 1})});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_THAT((*results)[0].data<float>(), ElementsAre(27, 13));
  EXPECT_THAT((*results)[1].data<float>(), ElementsAre(3, 1, 9, 4, 27, 13));
}

// The first operand is read from the back, the second result written from
// there: pieces i + x[2 - i] at 0, 1, 2 and at 2, 1, 0.
TEST(LoopTest, ScansBothWays) {
  const auto results = Results(R"(
graph(%x: s64[3]) -> (%y, %z) {
  %y, %z = loop(_, _, %x) {trips=3, scanned=1, backward=[1,0,1]}
    graph(%i: s64[], %x: s64[]) -> (%p, %p) {
      %p = add(%i, %x)
      return %p, %p
    }
  return %y, %z
})",
                               {Tensor::Of<int64_t>({3}, {100, 200, 300})});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_THAT((*results)[0].data<int64_t>(), ElementsAre(300, 201, 102));
  EXPECT_THAT((*results)[1].data<int64_t>(), ElementsAre(102, 201, 300));
}

// Counts as long as the region's flag, which is `flags[i]`, says so.
constexpr absl::string_view kWhile = R"(
graph(%n: s64[], %go: bool[], %one: s64[], %more: bool[]) -> (%count) {
  %zero = const [0] : s64[]
  %count = loop(%n, %go, %zero, %one, %more) {carried=1, asks=true}
    graph(%i: s64[], %c: s64[], %one: s64[], %more: bool[]) -> (%more, %d) {
      %d = add(%c, %one)
      return %more, %d
    }
  return %count
})";

TEST(LoopTest, EndsByItsConditionOrItsLimit) {
  const auto count = [](int64_t n, bool go, bool more) {
    const auto results = Results(
        kWhile, {Tensor::Scalar<int64_t>(n), Tensor::Scalar<bool>(go),
                 Tensor::Scalar<int64_t>(1), Tensor::Scalar<bool>(more)});
    return results.ok() ? (*results)[0].IntAt(0) : -1;
  };
  EXPECT_EQ(count(5, true, true), 5);
  EXPECT_EQ(count(5, true, false), 1);
  EXPECT_EQ(count(5, false, true), 0);
  EXPECT_EQ(count(0, true, true), 0);
  EXPECT_EQ(count(-3, true, true), 0);
}

TEST(LoopTest, ResultsHaveAsManySlicesAsThereAreTrips) {
  constexpr absl::string_view text = R"(
graph(%n: s64[]) -> (%y) {
  %y = loop(%n) {trips=3}
    graph(%i: s64[]) -> (%i) { return %i }
  return %y
})";
  const auto results = Results(text, {Tensor::Scalar<int64_t>(3)});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_THAT((*results)[0].data<int64_t>(), ElementsAre(0, 1, 2));
  EXPECT_EQ(Results(text, {Tensor::Scalar<int64_t>(2)}).status().message(),
            "the loop runs 2 times, its results have 3 slices");
}

TEST(LoopTest, Errors) {
  const auto error = [](absl::string_view loop, absl::string_view region) {
    return ErrorOf(absl::StrCat(
        "graph(%x: f32[2], %n: s64[], %b: bool[]) -> (%y) {\n  %y = loop", loop,
        " ", region, "\n  return %y\n}"));
  };
  const absl::string_view same =
      "graph(%i: s64[], %x: f32[2]) -> (%x) { return %x }";
  EXPECT_THAT(error("(_, _, %x) {carried=1}", ""),
              HasSubstr("loop has 0 regions, not 1"));
  EXPECT_THAT(error("(%x, _, %x) {carried=1}", same),
              HasSubstr("the number of trips is f32[2], not one s64"));
  EXPECT_THAT(error("(_, %n, %x) {carried=1}", same),
              HasSubstr("the condition is s64[], not one bool"));
  EXPECT_THAT(error("(_, _, %x, %x) {carried=1}", same),
              HasSubstr("2 inputs and 1 results, which do not fit the loop"));
  EXPECT_THAT(error("(_, _, %x) {carried=1}",
                    "graph(%i: f32[], %x: f32[2]) -> (%x) { return %x }"),
              HasSubstr("the iteration is f32[], not one s64"));
  EXPECT_THAT(error("(_, _, %x) {carried=1, asks=true}",
                    "graph(%i: s64[], %x: f32[2]) -> (%x, %x) "
                    "{ return %x, %x }"),
              HasSubstr("result 0 of the region is f32[2], not one bool"));
  EXPECT_THAT(error("(_, _, %x)", same), HasSubstr("needs a number of trips"));
  EXPECT_THAT(error("(_, _, %x) {scanned=1, trips=3}",
                    "graph(%i: s64[], %x: f32[]) -> (%x) { return %x }"),
              HasSubstr("scanned operand 2 has 2 slices, the loop 3 trips"));
  EXPECT_THAT(error("(_, _, %x) {scanned=1, trips=2}", same),
              HasSubstr("input 1 of the region is f32[2], not f32[]"));
  EXPECT_THAT(
      error("(_, _, %x) {carried=1}",
            "graph(%i: s64[], %x: f32[2]) -> (%z) "
            "{ %z = reshape(%x) {shape=[2,1]} return %z }"),
      HasSubstr("carried value 0 is f32[2] before an iteration and f32[2,1] "
                "after it"));
}

}  // namespace
}  // namespace tinyc
