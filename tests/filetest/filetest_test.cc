// SPDX-License-Identifier: Apache-2.0
//
// Runs every tests/**/*.tir, one test per file, and tests the runner itself.

#include "tests/filetest/filetest.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "compiler/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> TestFiles() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator("tests")) {
    if (entry.path().extension() == ".tir") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class FileTest : public testing::TestWithParam<std::string> {};

TEST_P(FileTest, Passes) {
  const absl::StatusOr<std::string> contents = ReadFile(GetParam());
  ASSERT_TRUE(contents.ok()) << contents.status();
  FileOutcome outcome = RunCases(GetParam(), *contents);
  const char* bless = std::getenv("TINYC_BLESS");
  if (bless != nullptr && absl::string_view(bless) == "1" &&
      outcome.blessed != *contents) {
    ASSERT_TRUE(WriteFiles({{GetParam(), outcome.blessed}}).ok());
    outcome = RunCases(GetParam(), outcome.blessed);
  }
  for (const std::string& failure : outcome.failures) ADD_FAILURE() << failure;
}

INSTANTIATE_TEST_SUITE_P(
    Tir, FileTest, testing::ValuesIn(TestFiles()), [](const auto& info) {
      std::string name = info.param.substr(sizeof("tests/") - 1);
      name.resize(name.size() - sizeof(".tir") + 1);
      for (char& c : name) {
        if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '_';
      }
      return name;
    });

// --- the runner --------------------------------------------------------------

constexpr char kReturnsOne[] =
    "graph() -> (%c) {\n"
    "  %c = const [1] : s8[]\n"
    "  return %c\n"
    "}\n";

TEST(RunnerTest, AcceptsWhatIsExpected) {
  const std::string file = std::string("// test print\n") + kReturnsOne +
                           "// =>\n" + kReturnsOne + "// -----\n" +
                           kReturnsOne + "// =>\n" + kReturnsOne;
  const FileOutcome outcome = RunCases("a.tir", file);
  EXPECT_THAT(outcome.failures, IsEmpty());
  EXPECT_EQ(outcome.blessed, file);
}

TEST(RunnerTest, RefusesAndBlessesWhatIsNot) {
  const std::string input = std::string("// test print\n") + kReturnsOne;
  const FileOutcome outcome = RunCases("a.tir", input + "// =>\nsomething\n");
  EXPECT_THAT(outcome.failures,
              ElementsAre(HasSubstr("a.tir:1: expected: something")));
  EXPECT_EQ(outcome.blessed, input + "// =>\n" + kReturnsOne);
}

TEST(RunnerTest, PutsErrorsOnTheirLines) {
  const FileOutcome outcome = RunCases("a.tir",
                                       "// test verify\n"
                                       "graph() -> (%c) {  // error: wrong\n"
                                       "  return %c\n"
                                       "}\n");
  EXPECT_EQ(outcome.failures.size(), 1u);
  EXPECT_EQ(outcome.blessed,
            "// test verify\n"
            "graph() -> (%c) {\n"
            "  return %c  // error: %c is not defined before\n"
            "}\n");
  EXPECT_THAT(RunCases("a.tir", outcome.blessed).failures, IsEmpty());
}

TEST(RunnerTest, MissesErrorsThatDoNotOccur) {
  const std::string input = std::string("// test verify\n") + kReturnsOne;
  EXPECT_THAT(RunCases("a.tir", input).failures, IsEmpty());
  EXPECT_THAT(RunCases("a.tir", input + "// error: none\n").failures,
              ElementsAre(HasSubstr("// error: none")));
}

TEST(RunnerTest, DoesNotBlessWhatFails) {
  const std::string file =
      std::string("// test passes=none\n") + kReturnsOne + "// =>\nkept\n";
  const FileOutcome outcome = RunCases("a.tir", file);
  EXPECT_THAT(outcome.failures, ElementsAre("a.tir:1: there is no pass none"));
  EXPECT_EQ(outcome.blessed, file);
}

TEST(RunnerTest, NamesBadFiles) {
  EXPECT_THAT(RunCases("a.tir", kReturnsOne).failures,
              ElementsAre("a.tir:1: expected `// test ...`"));
  EXPECT_THAT(RunCases("a.tir", "// test nothing\n").failures,
              ElementsAre("a.tir:1: there is no kind of test nothing"));
  EXPECT_THAT(RunCases("a.tir", "// test print\n// =>\n// =>\n").failures,
              ElementsAre("a.tir:3: two arrows"));
}

}  // namespace
}  // namespace tinyc
