// SPDX-License-Identifier: Apache-2.0
//
// Emitted C that makes dead bytes useless: sound plans run, wrong ones do not.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "compiler/interpreter/interpreter.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"
#include "tools/driver/run_emitted.h"

namespace tinyc {
namespace {

using testing::HasSubstr;

class PoisonTest : public testing::Test {
 protected:
  PoisonTest() {
    absl::StatusOr<Module> module = RunPasses(kMatmulChain);
    TINYC_CHECK(module.ok());
    module_ = *std::move(module);
    setenv("ASAN_OPTIONS", "detect_leaks=0", /*overwrite=*/0);
  }

  const Value* Find(absl::string_view name) const {
    for (const auto& node : module_.graph->nodes()) {
      if (node->output()->name() == name) return node->output();
    }
    return nullptr;
  }
  int64_t& OffsetOf(absl::string_view name) {
    return module_.plan->values.at(Find(name)).offset;
  }

  std::vector<OutputFile> Emit() const {
    absl::StatusOr<std::vector<OutputFile>> files =
        EmitC(module_, {.poison = true});
    TINYC_CHECK(files.ok());
    return *std::move(files);
  }

  // What is wrong with a run, its numbers included; "" when nothing is.
  std::string Fault(const std::vector<OutputFile>& files,
                    std::vector<std::string> flags) const {
    const std::vector<std::vector<Tensor>> samples = {
        RandomInputs(*module_.graph, 1)};
    const absl::StatusOr<EmittedModel> model =
        EmittedModel::Build(files, "model", flags);
    if (!model.ok()) return std::string(model.status().message());
    const auto outputs = model->Run(*module_.graph, samples);
    if (!outputs.ok()) return std::string(outputs.status().message());
    const auto expected = Interpret(*module_.graph, samples[0]);
    double largest = 0;
    for (int64_t i = 0; i < 16; ++i) {
      largest = std::max(largest, std::abs((*expected)[0].At(i)));
    }
    for (int64_t i = 0; i < 16; ++i) {
      const double want = (*expected)[0].At(i);
      const double got = (*outputs)[0][0].At(i);
      if (!(std::abs(got - want) <= 1e-5 * largest)) {
        return absl::StrCat("element ", i, " is ", got, ", not ", want);
      }
    }
    return "";
  }

  const std::vector<std::string> plain_ = {"-std=c99", "-O1"};
  const std::vector<std::string> sanitized_ = {"-std=c99", "-O1",
                                               "-fsanitize=address"};
  Module module_;
};

TEST_F(PoisonTest, ASoundPlanRuns) {
  EXPECT_EQ(Fault(Emit(), plain_), "");
  EXPECT_EQ(Fault(Emit(), sanitized_), "");
}

TEST_F(PoisonTest, MarksWhatIsDeadAndWhatANodeWrites) {
  // %a at 0, %b at 64, %c at 128: 192 bytes.
  OffsetOf("a") = 0;
  OffsetOf("b") = 64;
  OffsetOf("c") = 128;
  const absl::StatusOr<std::string> calls =
      EmitCalls(module_, {.poison = true});
  ASSERT_TRUE(calls.ok()) << calls.status();
  std::vector<std::string> marks;
  for (const absl::string_view line : absl::StrSplit(*calls, '\n')) {
    if (absl::StrContains(line, "model_dead(") ||
        absl::StrContains(line, "model_live(")) {
      marks.emplace_back(absl::StripAsciiWhitespace(line));
    }
  }
  EXPECT_THAT(marks, testing::ElementsAre(
                         "model_live(arena, 192);",       // the caller's
                         "model_dead(arena, 192);",       // no inputs here
                         "model_live(arena, 64);",        // %a
                         "model_dead(arena + 64, 128);",  // all but %a
                         "model_live(arena + 64, 64);",   // %b
                         "model_dead(arena + 128, 64);",  // all but %a, %b
                         "model_live(arena + 128, 64);",  // %c
                         "model_dead(arena, 128);",       // all but %c
                         "model_dead(arena, 192);",       // %y is the caller's
                         "model_live(arena, 192);"));
}

TEST_F(PoisonTest, AValueMovedOntoAnotherIsCaught) {
  OffsetOf("b") = OffsetOf("a");
  EXPECT_NE(Fault(Emit(), plain_), "");
}

TEST_F(PoisonTest, AnArenaTooSmallIsCaught) {
  module_.plan->arena_bytes -= 8;  // the static arena is a multiple of that
  EXPECT_THAT(Fault(Emit(), sanitized_), HasSubstr("AddressSanitizer"));
}

TEST_F(PoisonTest, ACallThatIsMissingIsCaught) {
  // Without poison the arena is all zeros, which may be right by chance.
  module_.lowering->calls.at(Find("b")->producer())[0].kernel = nullptr;
  EXPECT_THAT(Fault(Emit(), plain_), HasSubstr("is nan, not "));
}

TEST_F(PoisonTest, APointerToDeadBytesIsCaught) {
  // The last node reads %c; now it reads what %a left.
  std::vector<OutputFile> files = Emit();
  const std::string c = OffsetOf("c") == 0 ? std::string("(float *)arena")
                                           : absl::StrCat("(float *)(arena + ",
                                                          OffsetOf("c"), ")");
  const std::string a = OffsetOf("a") == 0 ? std::string("(float *)arena")
                                           : absl::StrCat("(float *)(arena + ",
                                                          OffsetOf("a"), ")");
  const std::string right = absl::StrCat(c, ", ", c, ", y)");
  ASSERT_THAT(files[0].text, HasSubstr(right));
  files[0].text = absl::StrReplaceAll(
      files[0].text, {{right, absl::StrCat(c, ", ", a, ", y)")}});
  EXPECT_THAT(Fault(files, sanitized_), HasSubstr("use-after-poison"));
}

TEST_F(PoisonTest, AWriteOutsideOfTheResultIsCaught) {
  // %b is written where nothing lives.
  std::vector<OutputFile> files = Emit();
  const std::string live =
      absl::StrCat("model_live(arena + ", OffsetOf("b"), ", 64)");
  ASSERT_THAT(files[0].text, HasSubstr(live));
  files[0].text = absl::StrReplaceAll(files[0].text, {{live, "(void)0"}});
  EXPECT_THAT(Fault(files, sanitized_), HasSubstr("use-after-poison"));
}

TEST_F(PoisonTest, OtherwiseTheTextHasNoTrace) {
  const absl::StatusOr<std::vector<OutputFile>> files = EmitC(module_, {});
  ASSERT_TRUE(files.ok());
  EXPECT_FALSE(absl::StrContains((*files)[0].text, "_dead"));
  EXPECT_FALSE(absl::StrContains((*files)[0].text, "sanitizer"));
}

}  // namespace
}  // namespace tinyc
