// SPDX-License-Identifier: Apache-2.0
//
// Models through the backend to C: every engine gives the same numbers, and the
// text is what the contract says.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"
#include "tests/support/temp_dir.h"
#include "tools/driver/process.h"

namespace tinyc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

// Two convolutions of one shape, so that they share a body, and a depthwise one
// between them.
constexpr absl::string_view kConvS8 = R"(
graph(%x: s8[1,9,7,6] q(0.05, 3)) -> (%y) {
  %w1 = const rand(1) : s8[6,6,3,3] q(axis=0, rand(11))
  %b1 = const rand(2) : s32[6]
  %a = conv(%x, %w1, %b1) {pads=[1,1,1,1], layout=nhwc} : s8[?] q(0.1, -4) loc(0 Conv "one")
  %w2 = const rand(3) : s8[6,1,3,3] q(0.01, 0)
  %b = conv(%a, %w2) {pads=[1,1,1,1], group=6, layout=nhwc} : s8[?] q(0.05, 3) loc(1 Conv "two")
  %w3 = const rand(4) : s8[6,6,3,3] q(0.02, 0)
  %y = conv(%b, %w3) {pads=[1,1,1,1], act_min=0, layout=nhwc} : s8[?] q(0.05, -128) loc(2 Conv "three")
  return %y
}
)";

constexpr absl::string_view kConvF32 = R"(
graph(%x: f32[2,5,6,3]) -> (%y) {
  %w = const rand(1) : f32[5,3,2,3]
  %b = const rand(2) : f32[5]
  %y = conv(%x, %w, %b) {strides=[2,1], pads=[0,1,1,1], act_min=0, layout=nhwc} : f32[?]
  return %y
}
)";

std::string Engines(absl::string_view text, const EmitOptions& options = {},
                    absl::string_view target = "generic") {
  const absl::StatusOr<Module> module = RunPasses(text, "backend", target);
  if (!module.ok()) return std::string(module.status().message());
  return DifferenceOfEngines(*module, options);
}

std::vector<OutputFile> Emit(absl::string_view text,
                             const EmitOptions& options = {}) {
  const absl::StatusOr<Module> module = RunPasses(text);
  EXPECT_TRUE(module.ok()) << module.status();
  if (!module.ok()) return {{}, {}};
  const absl::StatusOr<std::vector<OutputFile>> files = EmitC(*module, options);
  EXPECT_TRUE(files.ok()) << files.status();
  return files.ok() ? *files : std::vector<OutputFile>(2);
}

TEST(EmitTest, QuantizedConvolutionsGiveTheReferencesBits) {
  EXPECT_EQ(Engines(kConvS8), "");
  EXPECT_EQ(Engines(kConvS8, {}, "host"), "");
}

TEST(EmitTest, FloatConvolutionIsClose) { EXPECT_EQ(Engines(kConvF32), ""); }

TEST(EmitTest, CallersArena) {
  EXPECT_EQ(Engines(kConvS8, {.prefix = "kws", .caller_arena = true}), "");
}

TEST(EmitTest, SplitKernels) {
  EXPECT_EQ(Engines(kConvS8, {.prefix = "kws", .split = true}), "");
}

TEST(EmitTest, WeightsKnownAtRunTimeArePackedAtRunTime) {
  EXPECT_EQ(Engines(R"(
graph(%x: f32[1,5,5,4], %w: f32[14,2,3,3]) -> (%y) {
  %y = conv(%x, %w) {group=2, layout=nhwc} : f32[?]
  return %y
})"),
            "");
  EXPECT_EQ(Engines(R"(
graph(%x: f32[1,5,5,4], %w: f32[8,1,3,3]) -> (%y) {
  %y = conv(%x, %w) {group=4, layout=nhwc} : f32[?]
  return %y
})"),
            "");
}

TEST(EmitTest, OutputsThatAreInputsConstantsOrEachOther) {
  EXPECT_EQ(Engines(R"(
graph(%x: f32[2,3]) -> (%x, %c, %y, %y, %z, %w) {
  %c = const rand(1) : f32[4]
  %y = relu(%x) : f32[?]
  %z = reshape(%y) {shape=[6]} : f32[?]
  %w = reshape(%x) {shape=[3,2]} : f32[?]
  return %x, %c, %y, %y, %z, %w
})"),
            "");
}

TEST(EmitTest, ViewsAndResultsInPlace) {
  EXPECT_EQ(Engines(R"(
graph(%x: f32[8,6]) -> (%y, %z) {
  %a = exp(%x) : f32[?]
  %top = slice(%a) {starts=[0,0], sizes=[3,6]} : f32[?]
  %rest = slice(%a) {starts=[3,0], sizes=[5,6]} : f32[?]
  %b = relu(%rest) : f32[?]
  %c = exp(%x) : f32[?]
  %d = concat(%b, %c, %top) {axis=0} : f32[?]
  %y = add(%d, %d) : f32[?]
  %s = slice(%x) {starts=[2,0], sizes=[2,6]} : f32[?]
  %z = softmax(%s) : f32[?]
  return %y, %z
})"),
            "");
}

TEST(EmitTest, NamesThatAreNotC) {
  const absl::string_view text = R"(
graph(%"a b": f32[2], %a_b: f32[2], %arena: f32[], %int: f32[0,3], %"\303\251?\?/": f32[2]) -> (%y) {
  %1 = add(%"a b", %a_b) : f32[?] loc(0 Add "*/ int x; /*")
  %2 = add(%1, %arena) : f32[?] loc(1 Add "\n??/\\")
  %y = add(%2, %"\303\251?\?/") : f32[?] loc(2 Add "add_f32_1")
  return %y
})";
  EXPECT_EQ(Engines(text), "");
  EXPECT_EQ(CxxComplaints(Emit(text)), "");
  EXPECT_THAT(Emit(text, {.prefix = "tc"})[1].text,
              HasSubstr("extern const tc_model m_tc_model;"));
  EXPECT_THAT(Emit(text, {.prefix = "2 nets"})[1].text,
              HasSubstr("extern const tc_model n2_nets_model;"));
}

TEST(EmitTest, CxxAcceptsTheText) {
  for (const absl::string_view text : {kConvS8, kConvF32}) {
    for (const bool caller : {false, true}) {
      EXPECT_EQ(CxxComplaints(Emit(text, {.caller_arena = caller})), "");
    }
  }
}

// Builds and runs two models of one program, one with its own arena.
TEST(EmitTest, ModelsMeetInOneProgramAndRefuseWrongPointers) {
  const absl::StatusOr<Module> module = RunPasses(kConvS8);
  ASSERT_TRUE(module.ok()) << module.status();
  EmittedProgram program;
  program.Add(*module, {.prefix = "own"});
  program.Add(*module, {.prefix = "callers", .caller_arena = true});
  program.main = R"(
#include "own.h"
#include "callers.h"
#include <stddef.h>

static uint64_t arena[CALLERS_ARENA_SIZE / 8u + 2u];
static int8_t x[CALLERS_X_SIZE], y[CALLERS_Y_SIZE];

int main(void) {
  const void *in[] = {x};
  void *out[] = {y};
  const void *no_in[] = {NULL};
  void *no_out[] = {NULL};
  if (own_model.run(NULL, in, out) != 0) return 1;
  if (own_model.run(NULL, NULL, out) != TC_EINVAL) return 2;
  if (own_model.run(NULL, in, NULL) != TC_EINVAL) return 3;
  if (own_model.run(NULL, no_in, out) != TC_EINVAL) return 4;
  if (own_model.run(NULL, in, no_out) != TC_EINVAL) return 5;
  if (callers_model.run(arena, in, out) != 0) return 6;
  if (callers_model.run(NULL, in, out) != TC_EINVAL) return 7;
  if (callers_run((uint8_t *)arena + 1, x, y) != TC_EALIGN) return 8;
  return 0;
}
)";
  EXPECT_EQ(BuildAndRun(program), 0);
}

TEST(EmitTest, ExportsTheFunctionAndTheModelOnly) {
  const TempDir dir;
  std::string source;
  for (const OutputFile& file : Emit(kConvS8, {.prefix = "kws"})) {
    const std::string path = dir.Write(file.name, file.text);
    if (absl::EndsWith(path, ".c")) source = path;
  }
  const std::string object = dir.path() + "/kws.o";
  ASSERT_EQ(RunProcess({"cc", "-std=c99", "-c", source, "-o", object},
                       dir.path() + "/log")
                ->exit_code,
            0);
  const absl::StatusOr<ProcessEnd> symbols = RunProcess(
      {"nm", "-g", "-P", "--defined-only", object}, dir.path() + "/log");
  ASSERT_TRUE(symbols.ok()) << symbols.status();
  std::vector<std::string> names;
  for (const absl::string_view line :
       absl::StrSplit(symbols->text, '\n', absl::SkipEmpty())) {
    names.emplace_back(line.substr(0, line.find(' ')));
  }
  EXPECT_THAT(names, UnorderedElementsAre("kws_run", "kws_model"));
}

TEST(EmitTest, TheSameTwice) {
  const std::vector<OutputFile> a = Emit(kConvS8);
  const std::vector<OutputFile> b = Emit(kConvS8);
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].text, b[i].text);
}

TEST(EmitTest, HeaderSaysWhatTheContractSays) {
  const std::string header =
      Emit(kConvS8, {.prefix = "kws", .stem = "keywords"})[1].text;
  EXPECT_THAT(header, HasSubstr("#define KWS_ARENA_SIZE "));
  EXPECT_THAT(header, HasSubstr("#define KWS_X_SIZE 378u\n"));
  EXPECT_THAT(header, HasSubstr("#define KWS_Y_SIZE 378u\n"));
  EXPECT_THAT(header, HasSubstr("int kws_run(const int8_t x[KWS_X_SIZE], "
                                "int8_t y[KWS_Y_SIZE]);\n"));
  EXPECT_THAT(header, HasSubstr("extern const tc_model kws_model;\n"));
  EXPECT_THAT(
      Emit(kConvS8, {.prefix = "kws", .caller_arena = true})[1].text,
      HasSubstr("int kws_run(void *arena, const int8_t x[KWS_X_SIZE], "));
}

TEST(EmitTest, OneBodyPerShapeAndOneArrayPerContent) {
  const std::string text = Emit(kConvS8)[0].text;
  EXPECT_THAT(text, HasSubstr("void conv2d_s8_1("));
  EXPECT_THAT(text, Not(HasSubstr("void conv2d_s8_2(")));
  EXPECT_THAT(text, HasSubstr("Used by \"one\";"));
  const std::string twice = Emit(R"(
graph(%x: f32[4]) -> (%y) {
  %a = const [1,2,3,4] : f32[4]
  %b = const [1,2,3,4] : f32[4]
  %1 = add(%x, %a) : f32[?]
  %y = mul(%1, %b) : f32[?]
  return %y
})")[0]
                                .text;
  const std::string array = "static const float ";
  EXPECT_EQ(twice.find(array), twice.rfind(array));
}

}  // namespace
}  // namespace tinyc
