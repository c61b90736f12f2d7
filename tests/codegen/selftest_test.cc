// SPDX-License-Identifier: Apache-2.0
//
// Self-tests built with the host's compiler: sound C passes, and where it is
// broken on purpose the first layer that differs is named.
#include "compiler/codegen/selftest.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/interpreter/interpreter.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"
#include "tools/driver/process.h"

namespace tinyc {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr absl::string_view kStreams =
    "select-kernels,pack-weights,plan-memory{ram=min;extra-macs=100%},"
    "check-plan";

// Three layers that become a stream of rows in strips.
constexpr absl::string_view kInts = R"(
graph(%x: s8[1,8,16,1] q(0.05, 3)) -> (%y) {
  %w0 = const rand(1) : s8[2,1,3,3] q(0.01, 0)
  %a = conv(%x, %w0) {pads=[1,1,1,1], layout=nhwc} : s8[1,8,16,2] q(0.05, 3)
  %w1 = const rand(2) : s8[2,2,3,3] q(0.01, 0)
  %b = conv(%a, %w1) {pads=[1,1,1,1], layout=nhwc} : s8[1,8,16,2] q(0.05, 3)
  %w2 = const rand(3) : s8[2,2,3,3] q(0.01, 0)
  %y = conv(%b, %w2) {pads=[1,1,1,1], layout=nhwc} : s8[1,8,16,2] q(0.05, 3)
  return %y
})";
constexpr absl::string_view kFloats = R"(
graph(%x: f32[1,8,16,1]) -> (%y) {
  %w0 = const rand(1) : f32[2,1,3,3]
  %a = conv(%x, %w0) {pads=[1,1,1,1], layout=nhwc}
  %w1 = const rand(2) : f32[2,2,3,3]
  %b = conv(%a, %w1) {pads=[1,1,1,1], layout=nhwc}
  %y = sigmoid(%b)
  return %y
})";

class SelfTest {
 public:
  SelfTest(const Module& module, EmitOptions options) {
    options.selftest = true;
    ReferenceRun run;
    run.inputs = RandomInputs(*module.graph, 1);
    run.outputs = *Interpret(*module.graph, run.inputs,
                             [&](const Value& value, const Tensor& tensor) {
                               run.values.emplace(&value, tensor);
                             });
    files_ = *EmitC(module, options);
    files_.push_back(*EmitSelfTest(module, options, run));
  }
  SelfTest(absl::string_view text, absl::string_view passes,
           EmitOptions options = {})
      : SelfTest(Planned(text, passes), std::move(options)) {}

  // Changes a byte of the result of a layer after it was shown.
  SelfTest& OverwriteResultOf(int layer) {
    std::string& text = files_[0].text;
    const std::string hook = absl::StrCat("TC_LAYER_DONE(", layer, ", ");
    const size_t pointer = text.find(hook) + hook.size();
    const std::string result =
        text.substr(pointer, text.find(',', pointer) - pointer);
    text.insert(text.find(";\n", pointer) + 1,
                absl::StrCat(" ((uint8_t *)(", result, "))[21] ^= 64;"));
    return *this;
  }
  // Adds 1 to the first element of the array whose declaration has `name`.
  SelfTest& ChangeConstant(const std::string& name) {
    size_t at = files_[0].text.find(absl::StrCat(" ", name, "["));
    at = files_[0].text.find("{\n", at);
    TINYC_CHECK(at != std::string::npos);
    files_[0].text.insert(at + 2, "1 + ");
    return *this;
  }

  // What it prints, and its exit code at the end.
  std::string Run(std::string flag = "-DTC_SELFTEST") const {
    const ScratchDir dir = *ScratchDir::Create();
    std::vector<std::string> command = {"cc",
                                        "-std=c99",
                                        "-O1",
                                        "-Wall",
                                        "-Wextra",
                                        "-Wconversion",
                                        "-pedantic",
                                        "-Werror",
                                        "-fsanitize=address,undefined",
                                        flag,
                                        "-DTC_SELFTEST_MAIN",
                                        "-I" + dir.path()};
    for (const OutputFile& file : files_) {
      EXPECT_TRUE(dir.Write(file.name, file.text).ok());
      if (absl::EndsWith(file.name, ".c")) {
        command.push_back(dir.File(file.name));
      }
    }
    for (const std::string& last :
         {std::string("-o"), dir.File("program"), std::string("-lm")}) {
      command.push_back(last);
    }
    const ProcessEnd built = *RunProcess(command, dir.File("log"));
    if (built.exit_code != 0) return built.text;
    const ProcessEnd end = *RunProcess({dir.File("program")}, dir.File("log"));
    return absl::StrCat(end.text, "exit ", end.exit_code);
  }

  const std::vector<OutputFile>& files() const { return files_; }

 private:
  std::vector<OutputFile> files_;
};

TEST(SelfTestTest, SoundCodePasses) {
  for (const absl::string_view text : {kInts, kFloats}) {
    for (const absl::string_view passes :
         {absl::string_view("backend"), kStreams}) {
      EXPECT_EQ(SelfTest(text, passes).Run(),
                "model: 3 layers and 1 output agree with the reference\nexit "
                "0");
    }
    EXPECT_THAT(SelfTest(text, "backend", {.caller_arena = true}).Run(),
                StartsWith("model: 3 layers and 1 output agree"));
  }
}

TEST(SelfTestTest, NamesTheFirstLayerThatDiffers) {
  for (const absl::string_view passes :
       {absl::string_view("backend"), kStreams}) {
    const std::string text =
        SelfTest(kInts, passes).ChangeConstant("b_weight").Run();
    EXPECT_THAT(text,
                AllOf(StartsWith("layer 2 conv (tc_conv2d_s8): expected 0x"),
                      HasSubstr("\noutput \"y\": expected 0x"),
                      HasSubstr("\nmodel: 2 of 3 layers differ from the "
                                "reference\nexit 1")));
  }
}

TEST(SelfTestTest, NamesTheFirstLayerOfFloatsThatDiffers) {
  for (const absl::string_view passes :
       {absl::string_view("backend"), kStreams}) {
    EXPECT_THAT(SelfTest(kFloats, passes).ChangeConstant("b_weight").Run(),
                AllOf(StartsWith("layer 2 conv (tc_conv2d_f32): off by "),
                      HasSubstr(" millionths of its magnitude\n")));
  }
}

// What comes too late for the layer's own result shows in the next one.
TEST(SelfTestTest, MemoryThatIsOverwrittenShowsInTheLayerThatReadsIt) {
  EXPECT_THAT(SelfTest(kInts, "backend").OverwriteResultOf(1).Run(),
              StartsWith("layer 2 conv (tc_conv2d_s8): expected 0x"));
  EXPECT_THAT(SelfTest(kInts, "backend").OverwriteResultOf(3).Run(),
              AllOf(StartsWith("output \"y\": expected 0x"),
                    HasSubstr("model: 0 of 3 layers differ")));
}

TEST(SelfTestTest, SaysThatTheModelWasBuiltWithoutIt) {
  EXPECT_EQ(SelfTest(kInts, "backend").Run("-DTC_OTHER"),
            "model.c was compiled without TC_SELFTEST\nexit 1");
}

TEST(SelfTestTest, IsCppToo) {
  EXPECT_EQ(CxxComplaints(SelfTest(kInts, kStreams).files()), "");
  EXPECT_EQ(CxxComplaints(SelfTest(kFloats, "backend").files()), "");
}

TEST(SelfTestTest, RefusesAModelWithNothingToCompare) {
  const Module module = Planned(R"(
graph(%x: f32[4]) -> (%y) {
  %y = cast(%x) {to=f16}
  return %y
})");
  ReferenceRun run;
  run.inputs = RandomInputs(*module.graph, 1);
  run.outputs = *Interpret(*module.graph, run.inputs);
  const absl::StatusOr<OutputFile> file =
      EmitSelfTest(module, {.selftest = true}, run);
  ASSERT_TRUE(absl::IsUnimplemented(file.status()));
  EXPECT_THAT(file.status().message(), HasSubstr("no layer that a self-test"));
}

}  // namespace
}  // namespace tinyc
