// SPDX-License-Identifier: Apache-2.0
// Functions for several shapes: their parameters by hand, and the C that has
// them.
#include "compiler/codegen/shared_shapes.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

using testing::HasSubstr;
using testing::Not;

// Three convolutions that differ in sizes, and a depthwise one.
constexpr absl::string_view kSizes = R"(
graph(%x: s8[1,9,7,4] q(0.05, 3)) -> (%y) {
  %w1 = const rand(1) : s8[5,4,3,3] q(0.01, 0)
  %a = conv(%x, %w1) {pads=[1,1,1,1], layout=nhwc} : s8[?] q(0.1, -4) loc(0 Conv "one")
  %w2 = const rand(2) : s8[6,5,3,3] q(0.01, 0)
  %b = conv(%a, %w2) {pads=[1,1,1,1], layout=nhwc} : s8[?] q(0.1, -4) loc(1 Conv "two")
  %v = const rand(3) : s8[6,1,3,3] q(0.01, 0)
  %c = conv(%b, %v) {pads=[1,1,1,1], group=6, layout=nhwc} : s8[?] q(0.05, 3) loc(2 Conv "three")
  %w3 = const rand(4) : s8[7,6,3,3] q(0.02, 0)
  %y = conv(%c, %w3) {pads=[1,1,1,1], layout=nhwc} : s8[?] q(0.05, 3) loc(3 Conv "four")
  return %y
})";

// The functions of layers and their calls, where no layer goes row by row.
std::string CodeOf(absl::string_view text, bool share_code) {
  const absl::StatusOr<Module> module = RunPasses(
      text, "prepare-outputs,select-kernels,pack-weights,plan-memory{whole}");
  EXPECT_TRUE(module.ok()) << module.status();
  const std::string code =
      (*EmitC(*module, {.share_code = share_code}))[0].text;
  return code.substr(code.find("---- one function per kernel"));
}

TEST(SharedShapesTest, EqualFieldsAreOneParameter) {
  const absl::StatusOr<Module> module = RunPasses(kSizes);
  ASSERT_TRUE(module.ok()) << module.status();
  std::vector<Block> shapes;
  for (const auto& node : module->graph->nodes()) {
    const KernelCall& call = module->lowering->calls.at(node.get())[0].call;
    if (call.family == "conv2d_s8") shapes.push_back(call.shape);
  }
  ASSERT_EQ(shapes.size(), 3);
  // Rows and columns are those of all; the others differ from each other.
  const std::vector<ShapeParam> channels = ParamsOf(shapes);
  ASSERT_EQ(channels.size(), 2);
  EXPECT_EQ(channels[0].name, "in_c");
  EXPECT_EQ(channels[0].elements.size(), 1);
  EXPECT_EQ(channels[1].name, "out_c");
  EXPECT_EQ(channels[1].ValueOf(shapes[2]), "7");
  for (const char* field : {"in_h", "in_w", "out_h", "out_w"}) {
    shapes[1].SetInt(field, 0, 12);
  }
  const std::vector<ShapeParam> sizes = ParamsOf(shapes);
  ASSERT_EQ(sizes.size(), 4);
  EXPECT_EQ(sizes[0].name, "in_h");
  EXPECT_EQ(sizes[0].elements.size(), 2);
  EXPECT_EQ(sizes[1].name, "in_w");
}

TEST(SharedShapesTest, OneFunctionServesThreeShapes) {
  EXPECT_THAT(CodeOf(kSizes, false), HasSubstr("conv2d_s8_3("));
  const std::string code = CodeOf(kSizes, true);
  EXPECT_THAT(code, HasSubstr("/* conv of 3 shapes. Used by \"one\"; \"two\"; "
                              "\"four\". */"));
  EXPECT_THAT(code, HasSubstr("conv2d_s8_1(int32_t in_c, int32_t out_c,"));
  EXPECT_THAT(code, HasSubstr("conv2d_s8_1(6, 7, &"));
  EXPECT_THAT(code, Not(HasSubstr("conv2d_s8_2(")));
  // A shape alone stays a constant.
  EXPECT_THAT(code,
              HasSubstr("depthwise2d_s8_1(\n    const tc_weighted_quant *q"));
}

TEST(SharedShapesTest, TheBitsAreTheSame) {
  for (const char* target : {"generic", "cortex-m4", "cortex-m55"}) {
    for (const char* backend : {"backend", "input-rows,backend"}) {
      const absl::StatusOr<Module> module = RunPasses(kSizes, backend, target);
      ASSERT_TRUE(module.ok()) << module.status();
      EXPECT_EQ(DifferenceOfEngines(*module, {.share_code = true}), "")
          << target;
    }
  }
}

TEST(SharedShapesTest, BodiesOfLoopsShareThem) {
  const absl::StatusOr<Module> module = RunPasses(R"(
graph(%x: f32[3,2], %s: f32[2], %u: f32[7], %v: f32[4,4]) -> (%y, %all, %p, %q) {
  %p = exp(%u)
  %q = exp(%v)
  %y, %all = loop(_, _, %s, %x) {trips=3, carried=1, scanned=1}
    graph(%i: s64[], %h: f32[2], %row: f32[2]) -> (%t, %e) {
      %t = add(%h, %row)
      %e = exp(%t)
      return %t, %e
    }
  return %y, %all, %p, %q
})");
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_THAT((*EmitC(*module, {.share_code = true}))[0].text,
              HasSubstr("exp of 3 shapes"));
  EXPECT_EQ(DifferenceOfEngines(*module, {.share_code = true}), "");
}

}  // namespace
}  // namespace tinyc
