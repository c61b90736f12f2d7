// SPDX-License-Identifier: Apache-2.0
//
// Several models with one arena, as a user gets them.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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

// 4x4 matrices: 64 bytes each; %a and %b are live at once.
constexpr char kTwoLive[] = R"(
graph(%x: f32[4,4]) -> (%y) {
  %a = matmul(%x, %x) : f32[4,4]
  %b = matmul(%a, %a) : f32[4,4]
  %y = matmul(%b, %b) : f32[4,4]
  return %y
})";
// %p is 16 bytes.
constexpr char kOneLive[] = R"(
graph(%x: f32[2,2]) -> (%y) {
  %p = matmul(%x, %x) : f32[2,2]
  %y = matmul(%p, %p) : f32[2,2]
  return %y
})";

// Runs one, the other and the first again, on matrices of ones: each product
// multiplies by the size.
constexpr char kMain[] = R"(
#include "both.h"

int main(void) {
  static float x[16], y[16], v[4], w[4];
  int i, round;
  for (i = 0; i < 16; ++i) x[i] = 1;
  for (i = 0; i < 4; ++i) v[i] = 1;
  for (round = 0; round < 2; ++round) {
    if (large_run(x, y) != 0) return 1;
    if (y[0] != 16384.0f || y[15] != 16384.0f) return 2;
    if (small_run(v, w) != 0) return 3;
    if (w[0] != 8.0f || w[3] != 8.0f) return 4;
  }
  if (small_model.arena_size != 16) return 5;
  return BOTH_ARENA_SIZE == 128u ? 0 : 6;
}
)";

class ShareArenaTest : public testing::Test {
 protected:
  ShareArenaTest()
      : large_(models_.Write("large.tir", kTwoLive)),
        small_(models_.Write("small.tir", kOneLive)) {}

  ProgramRun Tinyc(std::vector<std::string> more) const {
    more.insert(more.begin(), {large_, small_, "--share-arena"});
    return RunProgram("tinyc", more);
  }
  std::string Path(const std::string& name) const {
    return dir_.path() + "/" + name;
  }

  const TempDir models_;
  const TempDir dir_;
  const std::string large_;
  const std::string small_;
};

TEST_F(ShareArenaTest, TheModelsRunInOneArena) {
  const ProgramRun run = Tinyc({"-o", Path("both.c"), "--verify"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("the emitted C agrees with the reference"));
  EXPECT_THAT(dir_.Names(), ElementsAre("both.c", "both.h", "large.c",
                                        "large.h", "small.c", "small.h"));
  const std::string main = models_.Write("main.c", kMain);
  const std::string program = models_.path() + "/program";
  const std::string log = models_.path() + "/log";
  const absl::StatusOr<ProcessEnd> built = RunProcess(
      {"cc", "-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic",
       "-Werror", "-fsanitize=address,undefined", "-I" + dir_.path(), main,
       Path("both.c"), Path("large.c"), Path("small.c"), "-o", program, "-lm"},
      log);
  ASSERT_TRUE(built.ok()) << built.status();
  ASSERT_EQ(built->exit_code, 0) << built->text;
  const absl::StatusOr<ProcessEnd> end = RunProcess({program}, log);
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(end->exit_code, 0) << end->text;
  // Neither has an arena of its own.
  EXPECT_THAT(*ReadFile(Path("small.c")),
              HasSubstr("extern uint64_t both_arena[];"));
  EXPECT_THAT(*ReadFile(Path("small.c")), Not(HasSubstr("small_arena")));
}

TEST_F(ShareArenaTest, InputsAndOutputsLieThereToo) {
  const ProgramRun run =
      Tinyc({"-o", Path("both.c"), "--verify", "--io-in-arena", "--emit=split",
             "--target=host"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(*ReadFile(Path("both.h")), HasSubstr("those of `large`"));
  EXPECT_THAT(*ReadFile(Path("small.h")), HasSubstr("float *small_x(void);"));
}

TEST_F(ShareArenaTest, FitsByTheSharedArena) {
  ProgramRun run = Tinyc({"--check", "--ram=128", "--flash=1M"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("note: RAM 128 of 128 bytes"));
  EXPECT_THAT(run.out, HasSubstr("  arena   128 bytes of RAM, shared\n"));
  run = Tinyc({"-o", Path("both.c"), "--ram=127"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("it needs 128 bytes of RAM, 1 more than"));
  EXPECT_THAT(dir_.Names(), ElementsAre());
}

TEST_F(ShareArenaTest, WrongRequestsAreRefused) {
  const auto refusal = [&](const std::vector<std::string>& arguments) {
    const ProgramRun run = RunProgram("tinyc", arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(dir_.Names(), ElementsAre());
    return run.err;
  };
  const std::string out = Path("both.c");
  EXPECT_THAT(refusal({large_, "--share-arena", "-o", out}),
              HasSubstr("for two models or more"));
  EXPECT_THAT(refusal({large_, small_, "-o", out}),
              HasSubstr("one model is expected, not 2"));
  EXPECT_THAT(refusal({large_, large_, "--share-arena", "-o", out}),
              HasSubstr("two files would be called large.c"));
  EXPECT_THAT(refusal({large_, small_, "--share-arena", "-o", Path("small.c")}),
              HasSubstr("two files would be called small.c"));
  for (const char* option :
       {"--arena=caller", "--prefix=x", "--report=r.json", "--verify=x.npz"}) {
    EXPECT_THAT(refusal({large_, small_, "--share-arena", "-o", out, option}),
                HasSubstr("--share-arena goes without"));
  }
}

}  // namespace
}  // namespace tinyc
