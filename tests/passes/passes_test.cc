// SPDX-License-Identifier: Apache-2.0
//
// The rules that tie a pass to its row, its file and its tests.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "compiler/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "passes/pass.h"
#include "passes/pass_manager.h"
#include "passes/pipelines.h"

namespace tinyc {
namespace {

using ::testing::HasSubstr;

// The names of the functions of passes.def, in its order.
const std::vector<std::string>& Functions() {
  static const auto* const kFunctions = new std::vector<std::string>{
#define TINYC_PASS(name, function, from, to, numbers, summary) #function,
#include "passes/passes.def"
#undef TINYC_PASS
  };
  return *kFunctions;
}

// fold-pad -> fold_pad
std::string Stem(absl::string_view name) {
  return absl::StrReplaceAll(name, {{"-", "_"}});
}

// fold-pad -> FoldPad
std::string FunctionName(absl::string_view name) {
  std::string function;
  for (const absl::string_view word : absl::StrSplit(name, '-')) {
    function += absl::ascii_toupper(static_cast<unsigned char>(word[0]));
    function += std::string(word.substr(1));
  }
  return function;
}

// The file of that name in or under `folder`, or "".
std::string Find(const std::string& folder, const std::string& name) {
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().filename() == name) return entry.path();
  }
  return "";
}

TEST(PassesTest, FunctionsAreNamedAfterTheirPass) {
  for (size_t i = 0; i < AllPasses().size(); ++i) {
    EXPECT_EQ(Functions()[i], FunctionName(AllPasses()[i].name));
  }
}

TEST(PassesTest, EachHasAFileThatDefinesIt) {
  for (const Pass& pass : AllPasses()) {
    const std::string path = Find("passes", Stem(pass.name) + ".cc");
    ASSERT_NE(path, "") << "there is no " << Stem(pass.name) << ".cc";
    EXPECT_THAT(*ReadFile(path),
                HasSubstr(absl::StrCat("absl::Status ", FunctionName(pass.name),
                                       "(Module&")))
        << path;
  }
}

TEST(PassesTest, EachHasATestThatRunsIt) {
  for (const Pass& pass : AllPasses()) {
    const std::string path = Find("tests/passes", Stem(pass.name) + ".tir");
    ASSERT_NE(path, "") << "there is no " << Stem(pass.name) << ".tir";
    EXPECT_THAT(*ReadFile(path),
                testing::AnyOf(
                    HasSubstr(absl::StrCat("// test passes=", pass.name, "\n")),
                    HasSubstr(absl::StrCat("// test passes=", pass.name, "{"))))
        << path;
  }
}

TEST(PassesTest, NamesAreUnique) {
  std::vector<std::string> names;
  for (const Pass& pass : AllPasses()) names.emplace_back(pass.name);
  for (const Preset& preset : AllPresets()) names.emplace_back(preset.name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(PassesTest, PresetsNamePassesWhoseStagesFit) {
  for (const Preset& preset : AllPresets()) {
    const absl::StatusOr<Pipeline> pipeline = ParsePipeline(preset.name);
    ASSERT_TRUE(pipeline.ok()) << preset.name << ": " << pipeline.status();
    if (pipeline->empty()) continue;
    EXPECT_TRUE(CheckStages(*pipeline, pipeline->front().pass->from).ok())
        << preset.name;
  }
}

}  // namespace
}  // namespace tinyc
