// SPDX-License-Identifier: Apache-2.0
//
// Inputs that are handed in row by row: arenas counted by hand, requests that
// cannot be met, and the emitted C used as its header says.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "passes/memory/arena.h"
#include "passes/pass.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr absl::string_view kBackend =
    "prepare-outputs,select-kernels,pack-weights,plan-memory,check-plan";
constexpr absl::string_view kLeast =
    "prepare-outputs,select-kernels,pack-weights,plan-memory{ram=min},"
    "check-plan";

Module Planned(absl::string_view text, absl::string_view backend = kBackend,
               absl::string_view rows = "input-rows") {
  absl::StatusOr<Module> module =
      RunPasses(text, absl::StrCat(rows, ",", backend));
  if (module.ok()) return *std::move(module);
  ADD_FAILURE() << module.status();
  return RunPasses(
             "graph(%x: f32[1]) -> (%y) {\n  %y = exp(%x)\n"
             "  return %y\n}")
      .value();
}

std::string ErrorOf(absl::string_view text, absl::string_view pass) {
  return std::string(RunPasses(text, pass).status().message());
}

// 12 rows of 10 columns of 2 floats: 80 bytes each, 960 together.  %a has 480.
constexpr absl::string_view kConvs = R"(
graph(%x: f32[1,12,10,2]) -> (%y) {
  %v = const rand(1) : f32[4,2,3,3]
  %w = const rand(2) : f32[3,4,6,5]
  %a = conv(%x, %v) {pads=[1,1,1,1], strides=[2,2], layout=nhwc}
  %y = conv(%a, %w) {layout=nhwc}
  return %y
})";

TEST(InputRowsTest, OnlyAWindowOfTheInputIsThere) {
  // %a, which the last layer needs as a whole, and three rows of the input.
  const Module module = Planned(kConvs);
  EXPECT_EQ(module.plan->arena_bytes, 480 + 3 * 80);
  EXPECT_EQ(DifferenceOfEngines(module), "");
  EXPECT_EQ(DifferenceOfEngines(module, {.caller_arena = true}), "");
  EXPECT_THAT(module.notes, IsEmpty());
}

TEST(InputRowsTest, RowsGoOnThroughElementwiseLayers) {
  // A row of floats, and three rows of bytes.
  const Module module = Planned(R"(
graph(%x: f32[1,12,10,2]) -> (%y) {
  %v = const rand(1) : s8[4,2,3,3] q(0.01, 0)
  %q = quantize(%x) : s8[?] q(0.05, 3)
  %y = conv(%q, %v) {pads=[1,1,1,1], layout=nhwc} : s8[?] q(0.05, 3)
  return %y
})");
  EXPECT_EQ(module.plan->arena_bytes, 80 + 3 * 20);
  EXPECT_EQ(DifferenceOfEngines(module), "");
}

TEST(InputRowsTest, RowsAreRepeatedAsTheyCome) {
  // A row of the image and four of the larger one.
  const absl::StatusOr<Module> module =
      RunPasses(R"(
graph(%x: s8[1,12,10,2] q(0.05, 3)) -> (%y) {
  %v = const rand(1) : s8[4,2,4,1] q(0.01, 0)
  %a = resize_nearest(%x) {axis=1, rows=[0,0,1,1,2,2,3,3,4,4,5,5,6,6,7,7,8,8,9,9,10,10,11,11], columns=[0,1,2,3,4,5,6,7,8,9]} : s8[?] q(0.05, 3)
  %y = conv(%a, %v) {strides=[4,1], layout=nhwc} : s8[?] q(0.05, 3)
  return %y
})",
                absl::StrCat("input-rows,", kLeast));
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(module->plan->arena_bytes, 20 + 4 * 20);
  EXPECT_EQ(DifferenceOfEngines(*module), "");
}

TEST(InputRowsTest, WhatNeedsItAllKeepsItAll) {
  const Module module = Planned(R"(
graph(%x: f32[1,3,4]) -> (%y) {
  %w = const rand(1) : f32[4,4]
  %y = matmul(%x, %w)
  return %y
})");
  EXPECT_EQ(module.plan->arena_bytes, 48);
  EXPECT_EQ(DifferenceOfEngines(module), "");
  EXPECT_THAT(module.notes,
              ElementsAre("the input \"x\" is handed in row by row, and all of "
                          "it is kept: 48 bytes"));
}

TEST(InputRowsTest, SeveralInputsAreReadAtOnce) {
  // A row of each.
  const Module module = Planned(R"(
graph(%x: f32[1,6,5], %z: f32[1,6,5]) -> (%y) {
  %y = add(%x, %z)
  return %y
})");
  EXPECT_EQ(module.plan->arena_bytes, 2 * 20);
  EXPECT_EQ(DifferenceOfEngines(module), "");
}

TEST(InputRowsTest, OneOfSeveralIsABufferStill) {
  // The rows of %z go where the sums do, which overwrite them.
  const Module module = Planned(R"(
graph(%x: f32[1,6,5], %z: f32[1,6,5]) -> (%y) {
  %y = add(%x, %z)
  return %y
})",
                                kBackend, "input-rows{input=z}");
  EXPECT_EQ(module.plan->arena_bytes, 0);
  EXPECT_EQ(DifferenceOfEngines(module), "");
}

TEST(InputRowsTest, SeveralReadersAndTheOutputSeeTheSameRows) {
  const Module module = Planned(R"(
graph(%x: f32[1,6,5,1]) -> (%y, %x) {
  %v = const rand(1) : f32[1,1,3,3]
  %a = conv(%x, %v) {pads=[1,1,1,1], layout=nhwc}
  %y = add(%a, %x)
  return %y, %x
})");
  EXPECT_EQ(DifferenceOfEngines(module), "");
}

TEST(InputRowsTest, PlanesAreHandedInAsPixels) {
  const Module module = Planned(R"(
graph(%x: s16[1,3,5,4] q(0.5, 0)) -> (%y) {
  %v = const rand(1) : s8[2,3,3,3] q(0.01, 0)
  %a = transpose(%x) {perm=[0,2,3,1]} : s16[?] q(0.5, 0)
  %y = conv(%a, %v) {layout=nhwc} : s16[?] q(0.5, 0)
  return %y
})");
  EXPECT_EQ(module.plan->arena_bytes, 3 * 4 * 3 * 2);
  EXPECT_EQ(DifferenceOfEngines(module), "");
}

TEST(InputRowsTest, OutputsMayLieInTheArenaAllTheSame) {
  const Module module = Planned(absl::StrCat("module model io(arena)", R"(
graph(%x: f32[1,6,5], %z: f32[1,6,5]) -> (%y) {
  %y = add(%x, %z)
  return %y
})"),
                                kBackend, "input-rows{input=x}");
  // A row of %x, and %y a row below %z.
  EXPECT_EQ(module.plan->arena_bytes, 20 + 20 + 120);
  EXPECT_EQ(*ArenaBytes(module, false), 20);
  EXPECT_EQ(DifferenceOfEngines(module), "");
  EXPECT_EQ(DifferenceOfEngines(module, {.caller_arena = true}), "");
}

TEST(InputRowsTest, RowsAreNeverAskedForTwice) {
  // Strips would, and so would a layer from its last row.
  const Module least = Planned(kConvs, kLeast);
  ASSERT_EQ(least.plan->streams.size(), 1);
  Module module = Planned(kConvs, kLeast);
  for (const int strips : {1, 2}) {
    for (const bool upwards : {false, true}) {
      module.plan->streams[0].strips = strips;
      module.plan->streams[0].upwards = upwards;
      EXPECT_EQ(CheckPlan(module, PassOptions()).ok(), strips == 1 && !upwards);
    }
  }
}

TEST(InputRowsTest, RequestsThatCannotBeMet) {
  const std::string text =
      "graph(%x: f32[8], %z: f32[2,3,4], %image: u4[1,3,4], %none: f32[1,2,2])"
      " -> (%y, %v, %u) {\n  %y = exp(%x)\n  %v = exp(%z)\n"
      "  %u = reshape(%image) {shape=[12]} : u4[?]\n  return %y, %v, %u\n}";
  EXPECT_THAT(
      ErrorOf(text, "input-rows{input=imag}"),
      HasSubstr("the model has no input \"imag\"; did you mean image?"));
  EXPECT_THAT(ErrorOf(text, "input-rows{input=x}"),
              HasSubstr("the input \"x\", f32 8, has no rows to hand in: rows "
                        "take a batch of 1, at least three dimensions and "
                        "elements of whole bytes"));
  EXPECT_THAT(ErrorOf(text, "input-rows{input=z}"),
              HasSubstr("\"z\", f32 2x3x4, has no rows"));
  EXPECT_THAT(ErrorOf(text, "input-rows{input=image}"),
              HasSubstr("\"image\", u4 1x3x4, has no rows"));
  EXPECT_THAT(ErrorOf(text, "input-rows{input=none}"),
              HasSubstr("nothing reads the input \"none\""));
  EXPECT_THAT(ErrorOf(text, "input-rows"),
              HasSubstr("no input of the model has rows to hand in"));
}

// Calls a model that takes rows from a reader that looks at the order, and
// compares with the model that takes a buffer.  Returns the number of its first
// check that fails.
constexpr char kMain[] = R"(
#include <string.h>
#include "buffer.h"
#include "rows.h"
#include "least.h"
#include "callers.h"

typedef struct {
  const float *image;
  int32_t next;  /* the row that is to come */
  int32_t stop;  /* the row at which there is no more */
} camera;

static int read_row(void *user, int32_t row, float *to) {
  camera *const c = (camera *)user;
  int i;
  if (row != c->next++) return 77;
  if (row == c->stop) return 5;
  for (i = 0; i < (int)ROWS_X_ROW_SIZE; ++i) {
    to[i] = c->image[row * (int)ROWS_X_ROW_SIZE + i];
  }
  return 0;
}

static uint64_t arena[CALLERS_ARENA_SIZE / 8u + 1u];
static float image[BUFFER_X_SIZE];
static float expected[BUFFER_Y_SIZE], y[BUFFER_Y_SIZE];

int main(void) {
  const void *in[] = {image};
  const void *no_in[] = {NULL};
  void *out[] = {y};
  camera c = {image, 0, -1};
  int i;
  for (i = 0; i < (int)BUFFER_X_SIZE; ++i) image[i] = (float)(i * 37 % 101);
  if (ROWS_X_ROWS * ROWS_X_ROW_SIZE != BUFFER_X_SIZE) return 1;
  if (buffer_run(image, expected) != 0) return 2;
  if (rows_run(read_row, &c, y) != 0) return 3;
  if (c.next != (int32_t)ROWS_X_ROWS) return 4;
  if (memcmp(y, expected, sizeof y) != 0) return 5;
  memset(y, 0, sizeof y);
  c.next = 0;
  if (least_run(read_row, &c, y) != 0) return 6;
  if (c.next != (int32_t)ROWS_X_ROWS) return 7;
  if (memcmp(y, expected, sizeof y) != 0) return 8;
  /* A camera without more rows ends the run, and the next one begins anew. */
  c.next = 0;
  c.stop = 7;
  if (rows_run(read_row, &c, y) != 5 || c.next != 8) return 9;
  c.next = 0;
  c.stop = -1;
  memset(y, 0, sizeof y);
  if (callers_run(arena, read_row, &c, y) != 0) return 10;
  if (memcmp(y, expected, sizeof y) != 0) return 11;
  /* As data there are buffers. */
  memset(y, 0, sizeof y);
  if (rows_model.run(NULL, in, out) != 0) return 12;
  if (memcmp(y, expected, sizeof y) != 0) return 13;
  memset(y, 0, sizeof y);
  if (callers_model.run(arena, in, out) != 0) return 14;
  if (memcmp(y, expected, sizeof y) != 0) return 15;
  if (rows_model.run(NULL, NULL, out) != TC_EINVAL) return 16;
  if (rows_model.run(NULL, no_in, out) != TC_EINVAL) return 17;
  if (rows_run(NULL, &c, y) != TC_EINVAL) return 18;
  if (rows_run(read_row, &c, NULL) != TC_EINVAL) return 19;
  if (callers_run(NULL, read_row, &c, y) != TC_EINVAL) return 20;
  return 0;
}
)";

TEST(InputRowsTest, EachRowIsAskedForOnceAndInOrder) {
  const Module plain = RunPasses(kConvs, kBackend).value();
  const Module rows = Planned(kConvs);
  const Module least = Planned(kConvs, kLeast);
  EmittedProgram program;
  program.Add(plain, {.prefix = "buffer"});
  program.Add(rows, {.prefix = "rows", .poison = true});
  program.Add(least, {.prefix = "least", .poison = true});
  program.Add(rows, {.prefix = "callers", .caller_arena = true});
  program.main = kMain;
  EXPECT_EQ(BuildAndRun(program), 0);
}

TEST(InputRowsTest, NamesMeetNoOtherNames) {
  const Module module = Planned(R"(
graph(%x: f32[1,3,2], %read_x: f32[1,3,2], %x_user: f32[1,3,2], %code: f32[1,3,2]) -> (%x_reader) {
  %a = add(%x, %read_x)
  %b = add(%a, %x_user)
  %x_reader = add(%b, %code)
  return %x_reader
})");
  EXPECT_EQ(DifferenceOfEngines(module), "");
}

}  // namespace
}  // namespace tinyc
