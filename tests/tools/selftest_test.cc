// SPDX-License-Identifier: Apache-2.0
//
// tinyc --emit-selftest as a user runs it.

#include <string>
#include <vector>

#include "compiler/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_dir.h"
#include "tools/driver/process.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr char kModel[] = "examples/mnist/mnist_int8.onnx";
constexpr char kDigits[] = "examples/mnist/digits.npz";

class SelfTestOptionTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const {
    return dir_.path() + "/" + name;
  }
  ProgramRun Tinyc(std::vector<std::string> options) const {
    options.insert(options.begin(), {kModel, "-o", Path("m.c")});
    return RunProgram("tinyc", options);
  }
  // What a program says, compiled with these arguments as well.
  std::string Cc(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"cc", "-std=c99", "-O1"});
    const ProcessEnd end = *RunProcess(arguments, Path("log"));
    return end.text;
  }
  std::string RunTest() const {
    const std::string complaints =
        Cc({"-DTC_SELFTEST", "-DTC_SELFTEST_MAIN", Path("m.c"),
            Path("m_selftest.c"), "-o", Path("program"), "-lm"});
    if (!complaints.empty()) return complaints;
    return RunProcess({Path("program")}, Path("log"))->text;
  }

  const TempDir dir_;
};

TEST_F(SelfTestOptionTest, PassesHoweverTheModelIsEmitted) {
  for (const std::vector<std::string>& options :
       std::vector<std::vector<std::string>>{
           {},
           {"--ram=min", "--max-macs-increase=10%", "--arena=caller"},
           {"--io-in-arena"},
           {"--memory=dtcm:2K:fast,sram:64K"},
           {"--io-in-arena", "--arena=caller", "--target=cortex-m55"},
           {std::string("--selftest-input=") + kDigits, "--verify"}}) {
    std::vector<std::string> all = options;
    all.push_back("--emit-selftest");
    const ProgramRun run = Tinyc(all);
    ASSERT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(RunTest(),
              "m: 10 layers and 1 output agree with the reference\n");
  }
}

// The rows that are handed in are a layer of their own, whether all of them or
// only some are there at a time.
TEST_F(SelfTestOptionTest, PassesWhenTheInputComesByRows) {
  for (const char* memory : {"--ram=min", "--arena=static"}) {
    const ProgramRun run = Tinyc({"--emit-selftest", "--input=rows", memory});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(RunTest(),
              "m: 11 layers and 1 output agree with the reference\n");
  }
}

TEST_F(SelfTestOptionTest, RunsOnTheInputOfTheUser) {
  ASSERT_EQ(Tinyc({"--emit-selftest"}).exit_code, 0);
  EXPECT_THAT(dir_.Names(), ElementsAre("m.c", "m.h", "m_selftest.c"));
  const std::string random = *ReadFile(Path("m_selftest.c"));
  ASSERT_EQ(Tinyc({"--emit-selftest"}).exit_code, 0);
  EXPECT_EQ(*ReadFile(Path("m_selftest.c")), random);
  const std::string input = std::string("--selftest-input=") + kDigits;
  ASSERT_EQ(Tinyc({"--emit-selftest", input}).exit_code, 0);
  EXPECT_NE(*ReadFile(Path("m_selftest.c")), random);
}

// The model quantizes 0 to 1 and nothing below: such inputs would be lost.
TEST_F(SelfTestOptionTest, SpreadsFloatsOverWhatTheModelCanTell) {
  ASSERT_EQ(Tinyc({"--emit-selftest"}).exit_code, 0);
  const std::string text = *ReadFile(Path("m_selftest.c"));
  const size_t begin = text.find("tc_in_0[784] = {");
  ASSERT_NE(begin, std::string::npos);
  const std::string input = text.substr(begin, text.find("};") - begin);
  EXPECT_THAT(input, HasSubstr(" 0x1."));
  EXPECT_THAT(input, Not(HasSubstr(" -0x")));
}

// The product is built of the same text without TC_SELFTEST.
TEST_F(SelfTestOptionTest, LeavesTheMachineCodeAsItWas) {
  ASSERT_EQ(Tinyc({}).exit_code, 0);
  EXPECT_EQ(Cc({"-S", Path("m.c"), "-o", Path("without.s")}), "");
  ASSERT_EQ(Tinyc({"--emit-selftest"}).exit_code, 0);
  EXPECT_EQ(Cc({"-S", Path("m.c"), "-o", Path("with.s")}), "");
  EXPECT_EQ(*ReadFile(Path("with.s")), *ReadFile(Path("without.s")));
}

TEST_F(SelfTestOptionTest, WrongRequestsAreRefused) {
  const auto refusal = [&](const std::vector<std::string>& arguments) {
    const ProgramRun run = RunProgram("tinyc", arguments);
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_THAT(dir_.Names(), ElementsAre());
    return run.err;
  };
  const std::string out = Path("m.c");
  EXPECT_THAT(refusal({kModel, "-o", out, "--selftest-input=x.npz"}),
              HasSubstr("--selftest-input is for --emit-selftest"));
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{
           {kModel, "--emit-selftest", "--check"},
           {kModel, "--emit-selftest", "--verify"},
           {kModel, "--emit-selftest", "--emit=tir", "-o", Path("m.tir")},
           {kModel, "--emit-selftest", "--emit=onnx", "-o", Path("m.onnx")}}) {
    EXPECT_THAT(refusal(arguments),
                HasSubstr("--emit-selftest writes C beside -o FILE.c"));
  }
  EXPECT_THAT(refusal({kModel, "examples/mnist/mnist.onnx", "-o", out,
                       "--share-arena", "--emit-selftest"}),
              HasSubstr("--share-arena goes without"));
}

TEST_F(SelfTestOptionTest, AMissingInputIsTheUsersFault) {
  const ProgramRun run =
      Tinyc({"--emit-selftest", "--selftest-input=" + Path("none.npz")});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("none.npz"));
  EXPECT_THAT(dir_.Names(), ElementsAre());
}

}  // namespace
}  // namespace tinyc
