// SPDX-License-Identifier: Apache-2.0
//
// Weights before and after, against numbers counted by hand.

#include <string>

#include "compiler/ir/module.h"
#include "compiler/text/parse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/driver/pruning.h"

namespace tinyc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Module Parsed(const std::string& weights, const std::string& shape) {
  absl::StatusOr<Module> module = ParseModule(
      "graph(%x: f32[4]) -> (%y) {\n  %w = const " + weights + " : f32" +
      shape + "\n  %y = dense(%x, %w)\n  return %y\n}\n");
  EXPECT_TRUE(module.ok()) << module.status();
  return *std::move(module);
}

TEST(PruningReportTest, CountsZerosAndPlaces) {
  const Module before = Parsed("[1,-1,0.25,0,0.5,0.5,-0.25,1]", "[2,4]");
  const Module after = Parsed("[2,0,0,0,0.5,0,-0.25,1]", "[2,4]");
  const auto json = PruningJson(*before.graph, *after.graph);
  ASSERT_EQ(json["layers"].size(), 1U);
  const auto& layer = json["layers"][0];
  EXPECT_EQ(layer["limit"], 2);
  EXPECT_EQ(layer["before"]["zeros"], 1);
  EXPECT_EQ(layer["after"]["zeros"], 4);
  EXPECT_EQ(layer["after"]["rows"], 2);
  // 9 * sqrt(|w| / 2), rounded up; 0 for nothing but zeros.
  EXPECT_EQ(layer["before"]["heat"]["cells"], "77405547");
  EXPECT_EQ(layer["after"]["heat"]["cells"], "90005047");
  // Of 33 bins from -2 to 2, -0.25 is in the 15th from 0 on, 0.5 in the 21st,
  // 1 in the 25th, 2 in the last.
  const auto& bins = layer["after"]["histogram"];
  ASSERT_EQ(bins.size(), kHistogramBins);
  EXPECT_EQ(bins[14], 1);
  EXPECT_EQ(bins[20], 1);
  EXPECT_EQ(bins[24], 1);
  EXPECT_EQ(bins[32], 1);
}

TEST(PruningReportTest, ShowsRowsThatAreGone) {
  const Module before = Parsed("[1,1,1,1,1,1,1,1]", "[2,4]");
  const Module after = Parsed("[1,1,1,1]", "[1,4]");
  const std::string html =
      PruningHtml(PruningJson(*before.graph, *after.graph));
  EXPECT_THAT(html, HasSubstr("2 &times; 4<br>&rarr; 1 &times; 4"));
  // One row of four cells of the highest level; nothing of the others.
  EXPECT_THAT(html, HasSubstr("M0 0.5h4\" stroke=\"hsl(210 50% 16%)\""));
  EXPECT_THAT(html, Not(HasSubstr("hsl(210 50% 80%)")));
}

}  // namespace
}  // namespace tinyc
