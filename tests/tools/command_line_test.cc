// SPDX-License-Identifier: Apache-2.0

#include "tools/driver/command_line.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;

class CommandLineTest : public testing::Test {
 protected:
  // The sentence of the error, or "ok".
  std::string Parse(const std::vector<std::string>& args) {
    absl::StatusOr<std::vector<std::string>> parsed =
        ParseArguments(options_, args);
    if (!parsed.ok()) return std::string(parsed.status().message());
    operands_ = *parsed;
    return "ok";
  }

  bool quick_ = false;
  int64_t ram_ = 0;
  std::string target_ = "generic";
  std::string output_;
  std::vector<std::string> dims_;
  std::optional<std::string> verify_;
  std::vector<std::string> operands_;
  const std::vector<Option> options_ = {
      {"quick", "", "hurry", &quick_},
      {"ram", "BYTES", "what there is", &ram_},
      {"target", "NAME", "what to compile for\n(default: generic)", &target_},
      {"o", "FILE", "where to write", &output_},
      {"dim", "NAME=N", "binds a dimension", &dims_},
      {"verify", "FILE", "compares", &verify_},
  };
};

TEST_F(CommandLineTest, StoresValues) {
  EXPECT_EQ(Parse({"a.onnx", "--quick", "--ram=64", "--target", "host", "-o",
                   "out.c", "--verify=x.npz", "b"}),
            "ok");
  EXPECT_TRUE(quick_);
  EXPECT_EQ(ram_, 64);
  EXPECT_EQ(target_, "host");
  EXPECT_EQ(output_, "out.c");
  EXPECT_EQ(verify_, "x.npz");
  EXPECT_THAT(operands_, ElementsAre("a.onnx", "b"));
}

TEST_F(CommandLineTest, TheLastValueCountsAndListsGrow) {
  EXPECT_EQ(Parse({"--target=a", "--target=b", "--dim", "N=1", "--dim=M=2"}),
            "ok");
  EXPECT_EQ(target_, "b");
  EXPECT_THAT(dims_, ElementsAre("N=1", "M=2"));
}

TEST_F(CommandLineTest, AnOptionalValueStandsAfterTheEqualsSignOnly) {
  EXPECT_EQ(Parse({"--verify", "a.onnx"}), "ok");
  EXPECT_EQ(verify_, "");
  EXPECT_THAT(operands_, ElementsAre("a.onnx"));
}

TEST_F(CommandLineTest, TwoDashesEndTheOptions) {
  EXPECT_EQ(Parse({"-", "--", "--quick"}), "ok");
  EXPECT_FALSE(quick_);
  EXPECT_THAT(operands_, ElementsAre("-", "--quick"));
}

TEST_F(CommandLineTest, SaysWhatIsWrong) {
  EXPECT_EQ(Parse({"--tarjet=host"}),
            "there is no option --tarjet; did you mean --target?");
  EXPECT_EQ(Parse({"-x"}), "there is no option -x");
  EXPECT_EQ(Parse({"--target"}), "--target needs a value: NAME");
  EXPECT_EQ(Parse({"-o"}), "-o needs a value: FILE");
  EXPECT_EQ(Parse({"--quick=1"}), "--quick takes no value");
  EXPECT_EQ(Parse({"--ram=much"}),
            "the value of --ram is a whole number, not \"much\"");
}

TEST_F(CommandLineTest, PrintsHelpFromTheTable) {
  EXPECT_EQ(HelpText({"tinyc", "model.onnx", "Compiles."}, options_),
            "usage: tinyc model.onnx\n"
            "\n"
            "Compiles.\n"
            "\n"
            "  --quick                   hurry\n"
            "  --ram=BYTES               what there is\n"
            "  --target=NAME             what to compile for\n"
            "                            (default: generic)\n"
            "  -o FILE                   where to write\n"
            "  --dim=NAME=N              binds a dimension\n"
            "  --verify[=FILE]           compares\n"
            "  --help                    print this text\n"
            "  --version                 print the version\n");
}

}  // namespace
}  // namespace tinyc
