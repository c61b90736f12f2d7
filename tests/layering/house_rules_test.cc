// SPDX-License-Identifier: Apache-2.0
//
// Every file keeps the rules of house_rules.h.

#include "tests/layering/house_rules.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/layering/source_tree.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kLicence = "// SPDX-License-Identifier: Apache-2.0\n";

TEST(HouseRulesTest, EveryFileOfTheCheckoutKeepsThem) {
  const SourceTree tree = ReadCheckout();
  if (tree.empty()) GTEST_SKIP() << "skipped: not a git checkout";
  EXPECT_THAT(FindHouseRuleErrors(tree), IsEmpty());
}

TEST(HouseRulesTest, SourcesCarryTheLicence) {
  EXPECT_THAT(FindHouseRuleErrors({{"a.cc", "int x;\n"}}),
              ElementsAre("a.cc:1: no SPDX line"));
  EXPECT_THAT(FindHouseRuleErrors({{"a.cc", kLicence}}), IsEmpty());
  EXPECT_THAT(FindHouseRuleErrors({{"a.md", "text\n"}}), IsEmpty());
}

TEST(HouseRulesTest, HeadersGuardWithTheirPath) {
  EXPECT_THAT(
      FindHouseRuleErrors({{"compiler/ir/a.h", kLicence + "#ifndef A_H\n"}}),
      ElementsAre("compiler/ir/a.h:1: the include guard is not "
                  "TINYC_COMPILER_IR_A_H_"));
  EXPECT_THAT(
      FindHouseRuleErrors(
          {{"compiler/ir/a.h", kLicence + "#ifndef TINYC_COMPILER_IR_A_H_\n"}}),
      IsEmpty());
}

TEST(HouseRulesTest, BlanksAreClean) {
  EXPECT_THAT(FindHouseRuleErrors({{"a.md", "a\tb\nc \nd"}}),
              ElementsAre("a.md:1: a tab", "a.md:2: trailing blanks",
                          "a.md:3: no newline at the end"));
  EXPECT_THAT(
      FindHouseRuleErrors(
          {{"Makefile", "# SPDX-License-Identifier: Apache-2.0\n\tx\n"}}),
      IsEmpty());
}

TEST(HouseRulesTest, NoMachinePaths) {
  const std::string home = std::string("/ho") + "me";
  const std::string root = std::string("/ro") + "ot";
  EXPECT_THAT(FindHouseRuleErrors({{"a.md", "cd " + home + "/me/tinyc\n"}}),
              ElementsAre("a.md:1: an absolute machine path"));
  EXPECT_THAT(FindHouseRuleErrors({{"a.md", root + "\n"}}),
              ElementsAre("a.md:1: an absolute machine path"));
  EXPECT_THAT(FindHouseRuleErrors({{"a.md", "x" + home + "/y ${d}" + root +
                                                " " + root + "s\n"}}),
              IsEmpty());
}

}  // namespace
}  // namespace tinyc
