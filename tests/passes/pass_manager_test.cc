// SPDX-License-Identifier: Apache-2.0

#include "passes/pass_manager.h"

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/base/file.h"
#include "compiler/text/parse.h"
#include "compiler/text/print.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "passes/pipelines.h"
#include "tests/support/temp_dir.h"

namespace tinyc {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kModule[] =
    "module kws\n"
    "graph(%x: f32[1,1,2,2]) -> (%y) {\n"
    "  %w = const rand(1) : f32[5,1,2,2]\n"
    "  %y = conv(%x, %w) : f32[1,5,1,1]\n"
    "  return %y\n"
    "}\n";

// Passes of this test's own, so that it needs none of passes.def.
absl::Status RenameOutput(Module& module, const PassOptions& options) {
  module.graph->Rename(module.graph->outputs()[0], options.Get("to", "z"));
  return absl::OkStatus();
}
absl::Status ForgetStage(Module&, const PassOptions&) {
  return absl::OkStatus();
}
absl::Status Refuse(Module&, const PassOptions&) {
  return Unimplemented("conv is too hard");
}
// Leaves a type that no operator infers.
absl::Status RetypeInput(Module& module, const PassOptions&) {
  module.graph->SetInputType(module.graph->inputs()[0],
                             TensorType(DType::kF32, {1, 1, 3, 3}));
  return absl::OkStatus();
}

constexpr Pass kRename = {"rename",      RenameOutput,    Stage::kGraph,
                          Stage::kGraph, Numbers::kExact, ""};
constexpr Pass kForget = {"forget",        ForgetStage,     Stage::kGraph,
                          Stage::kLowered, Numbers::kExact, ""};
constexpr Pass kRefuse = {"refuse",      Refuse,          Stage::kGraph,
                          Stage::kGraph, Numbers::kExact, ""};
constexpr Pass kRetype = {"retype",      RetypeInput,     Stage::kGraph,
                          Stage::kGraph, Numbers::kExact, ""};
constexpr Pass kLate = {"late",          ForgetStage,     Stage::kPlanned,
                        Stage::kPlanned, Numbers::kExact, ""};

PassOptions One(const std::string& key, const std::string& value) {
  std::map<std::string, std::string> values;
  values[key] = value;
  return PassOptions(std::move(values));
}

class PassManagerTest : public testing::Test {
 protected:
  PassManagerTest() : module_(*ParseModule(kModule)) {
    options_.log = [this](absl::string_view text) {
      absl::StrAppend(&log_, text);
    };
    options_.replay_dir = folder_;
  }

  std::string Run(const Pipeline& pipeline) {
    return std::string(RunPipeline(module_, pipeline, options_).message());
  }

  Module module_;
  PassManagerOptions options_;
  std::string log_;
  const TempDir temporary_;
  const fs::path folder_ = temporary_.path();
};

TEST_F(PassManagerTest, RunsPassesInOrderWithTheirOptions) {
  EXPECT_EQ(Run({{&kRename, {}}, {&kRename, One("to", "last")}}), "");
  EXPECT_THAT(PrintModule(module_), HasSubstr("-> (%last)"));
  EXPECT_EQ(log_, "");
}

TEST_F(PassManagerTest, RefusesStagesThatDoNotFitBeforeRunning) {
  EXPECT_THAT(Run({{&kRename, {}}, {&kLate, {}}}),
              StartsWith("late needs [planned], and the module is [graph] by "
                         "then"));
  EXPECT_THAT(PrintModule(module_), HasSubstr("-> (%y)"));
}

TEST_F(PassManagerTest, NamesThePassThatGivesUp) {
  const absl::Status status =
      RunPipeline(module_, Pipeline{{&kRefuse, {}}}, options_);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(status.message(), "conv is too hard [while running refuse]");
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(PassManagerTest, WritesAReplayWhenAPassBreaksTheModule) {
  const std::string text = PrintModule(module_);
  const absl::Status status =
      RunPipeline(module_, Pipeline{{&kRetype, One("k", "v")}}, options_);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  const std::string stem = folder_ / "kws-before-retype";
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(StartsWith("pass retype left a broken module: conv: %y has type "
                       "f32[1,5,1,1], not f32[1,5,2,2]"),
            HasSubstr("tinyc-opt '--passes=retype{k=v}' " + stem + ".tir")));

  const absl::StatusOr<Module> replayed = ParseModule(
      *ReadFile(stem + ".tir"), {.read_blob = [&](const std::string& file) {
        return ReadFile(folder_ / file);
      }});
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  EXPECT_EQ(PrintModule(*replayed), text);
}

TEST_F(PassManagerTest, WritesNoReplayWithoutAFolder) {
  options_.replay_dir = "";
  EXPECT_EQ(Run({{&kRetype, {}}}),
            "pass retype left a broken module: conv: %y has type f32[1,5,1,1], "
            "not f32[1,5,2,2]");
}

TEST_F(PassManagerTest, NoticesAPassThatDoesNotReachItsStage) {
  EXPECT_THAT(Run({{&kForget, {}}}),
              StartsWith("pass forget left a broken module: it is [graph], not "
                         "[lowered]"));
}

TEST_F(PassManagerTest, PrintsAndTimes) {
  options_.print_after = {"all"};
  options_.time_passes = true;
  EXPECT_EQ(Run({{&kRename, One("to", "a")}, {&kRename, {}}}), "");
  EXPECT_THAT(log_, AllOf(StartsWith("// after rename{to=a}\nmodule kws\n"),
                          HasSubstr("%w = const ... : f32[5,1,2,2]\n"),
                          HasSubstr("-> (%a)"), HasSubstr("// after rename\n"),
                          HasSubstr("  rename\n"), HasSubstr("  total\n")));
}

TEST_F(PassManagerTest, RefusesUnknownNamesToPrintAfter) {
  options_.print_after = {"no-such-pass"};
  EXPECT_EQ(Run({}), "there is no pass no-such-pass");
}

// --- pipeline text -----------------------------------------------------------

// The canonical texts of the items, or the error.
std::vector<std::string> Items(absl::string_view text) {
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline(text);
  if (!pipeline.ok()) return {std::string(pipeline.status().message())};
  std::vector<std::string> items;
  for (const PipelineItem& item : *pipeline) items.push_back(ToString(item));
  return items;
}

TEST(PipelineTest, ReadsOptions) {
  ASSERT_FALSE(AllPasses().empty());
  const std::string a(AllPasses().front().name);
  const std::string b(AllPasses().back().name);
  EXPECT_THAT(Items(""), ElementsAre());
  EXPECT_THAT(Items(a + "," + b), ElementsAre(a, b));
  EXPECT_THAT(Items(" " + a + " , " + b + " "), ElementsAre(a, b));
  EXPECT_THAT(Items(a + "{}," + b + "{y=1,2; x ;z=p=q}"),
              ElementsAre(a, b + "{x=true;y=1,2;z=p=q}"));
}

TEST(PipelineTest, ExpandsPresets) {
  for (const Preset& preset : AllPresets()) {
    EXPECT_EQ(Items(preset.name), Items(preset.text)) << preset.name;
  }
}

TEST(PipelineTest, SaysWhatIsWrong) {
  ASSERT_FALSE(AllPasses().empty());
  const std::string a(AllPasses().front().name);
  EXPECT_THAT(Items("fuze"),
              ElementsAre("there is no pass fuze; did you mean fuse?"));
  EXPECT_THAT(Items("clean{x=1}"),
              ElementsAre("the preset clean takes no options"));
  EXPECT_THAT(Items(a + "{x"),
              ElementsAre("the braces of " + a + "{x do not match"));
  EXPECT_THAT(Items(a + "{x}}"),
              ElementsAre("the braces of " + a + "{x}} do not match"));
  EXPECT_THAT(Items(a + "{x;x}"),
              ElementsAre(a + " is given the option x twice"));
}

TEST(PassOptionsTest, GivesValuesAndDefaults) {
  const PassOptions options({{"depth", "3"}, {"fast", "true"}});
  EXPECT_EQ(options.Get("depth", "1"), "3");
  EXPECT_EQ(options.Get("width", "1"), "1");
  EXPECT_TRUE(options.Has("fast"));
  EXPECT_FALSE(options.Has("slow"));
  EXPECT_TRUE(options.CheckKnown({"fast", "depth"}).ok());
  EXPECT_EQ(options.CheckKnown({"fast", "depths"}).message(),
            "there is no option depth; did you mean depths?");
}

}  // namespace
}  // namespace tinyc
