// SPDX-License-Identifier: Apache-2.0
//
// tinyc-opt as a user runs it, and the lists it prints.

#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"
#include "tools/driver/lists.h"
#include "tools/driver/module_file.h"

namespace tinyc {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kModule[] =
    "graph() -> (%c) {\n"
    "  %c = const rand(1) : s8[20]\n"
    "  return %c\n"
    "}\n";

class TinycOptTest : public testing::Test {
 protected:
  TinycOptTest() { EXPECT_TRUE(WriteFiles({{Path("in.tir"), kModule}}).ok()); }
  std::string Path(const std::string& name) const {
    return temporary_.path() + "/" + name;
  }
  // The exit code; leaves what was printed in out_ and err_.
  int Run(const std::string& arguments) {
    const int status =
        std::system(absl::StrCat(Program("tinyc-opt"), " ", arguments, " >",
                                 Path("stdout"), " 2>", Path("stderr"))
                        .c_str());
    out_ = *ReadFile(Path("stdout"));
    err_ = *ReadFile(Path("stderr"));
    return WEXITSTATUS(status);
  }

  const TempDir temporary_;
  std::string out_;
  std::string err_;
};

TEST_F(TinycOptTest, PrintsToStdout) {
  EXPECT_EQ(Run(Path("in.tir")), 0);
  EXPECT_THAT(out_, HasSubstr("%c = const hex("));
  EXPECT_EQ(err_, "");
  const std::string printed = out_;
  ASSERT_TRUE(WriteFiles({{Path("again.tir"), printed}}).ok());
  EXPECT_EQ(Run("- <" + Path("again.tir")), 0);
  EXPECT_EQ(out_, printed);
}

TEST_F(TinycOptTest, WritesAFileAndItsConstants) {
  EXPECT_EQ(Run(Path("in.tir") + " -o " + Path("out.tir")), 0);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(*ReadFile(Path("out.tir")), HasSubstr("blob(\"out.bin\", 0)"));
  EXPECT_EQ(fs::file_size(Path("out.bin")), 20u);
  EXPECT_EQ(Run(Path("out.tir")), 0);
  EXPECT_THAT(out_, HasSubstr("%c = const hex("));
  EXPECT_EQ(Run(Path("in.tir") + " -o " + Path("none/out.tir")), 1);
  EXPECT_THAT(err_, StartsWith("error: cannot write "));
}

TEST_F(TinycOptTest, ChecksOnly) {
  EXPECT_EQ(Run("--verify-only " + Path("in.tir")), 0);
  EXPECT_EQ(out_ + err_, "");
  ASSERT_TRUE(WriteFiles({{Path("bad.tir"),
                           "graph() -> (%x) {\n"
                           "  return %x\n"
                           "}\n"}})
                  .ok());
  EXPECT_EQ(Run("--verify-only " + Path("bad.tir")), 1);
  EXPECT_EQ(err_,
            "error: " + Path("bad.tir") + ":2:10: %x is not defined before\n");
}

TEST_F(TinycOptTest, TellsWrongUsageFromAWrongModule) {
  EXPECT_EQ(Run(""), 2);
  EXPECT_EQ(err_,
            "tinyc-opt: one file is expected, not 0\n"
            "Run tinyc-opt --help for the options.\n");
  EXPECT_EQ(Run("--pases=clean " + Path("in.tir")), 2);
  EXPECT_THAT(err_, HasSubstr("did you mean --passes?"));
  EXPECT_EQ(Run("--passes=cleen " + Path("in.tir")), 2);
  EXPECT_THAT(err_, HasSubstr("did you mean clean?"));
  EXPECT_EQ(Run("--print-after=cleen " + Path("in.tir")), 1);
  EXPECT_EQ(Run(Path("none.tir")), 1);
  EXPECT_EQ(out_, "");
}

TEST_F(TinycOptTest, HelpsOnStdout) {
  EXPECT_EQ(Run("--help"), 0);
  EXPECT_THAT(out_, StartsWith("usage: tinyc-opt "));
  EXPECT_EQ(err_, "");
  EXPECT_EQ(Run("--version"), 0);
  EXPECT_THAT(out_, testing::MatchesRegex("tinyc-opt [0-9.]+\n"));
  EXPECT_EQ(Run("--list-passes"), 0);
  EXPECT_THAT(out_, HasSubstr("remove-dead"));
  EXPECT_EQ(Run("--list-ops"), 0);
  EXPECT_EQ(out_, ListOps());
  EXPECT_EQ(Run("--list-onnx"), 0);
  EXPECT_THAT(out_, testing::ContainsRegex("\nRelu +6,13,14 +relu\n"));
  EXPECT_THAT(out_, testing::ContainsRegex("\nHannWindow +17 +def"));
  EXPECT_THAT(out_, testing::ContainsRegex("\nStringConcat +- +-\n"));
}

TEST(ListsTest, DocsHoldTheListOfOperators) {
  constexpr char kPath[] = "docs/ops.md";
  const char* bless = std::getenv("TINYC_BLESS");
  if (bless != nullptr && std::string(bless) == "1") {
    ASSERT_TRUE(WriteFiles({{kPath, ListOps()}}).ok());
  }
  EXPECT_EQ(*ReadFile(kPath), ListOps())
      << "write it again: build/bin/tinyc-opt --list-ops > docs/ops.md";
}

}  // namespace
}  // namespace tinyc
