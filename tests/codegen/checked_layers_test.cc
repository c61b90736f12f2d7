// SPDX-License-Identifier: Apache-2.0
//
// What a self-test compares, and in which order rows come; by hand.
#include "compiler/codegen/checked_layers.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

CheckedLayers Checked(const Module& module) {
  absl::StatusOr<CheckedLayers> checked = LayersToCheck(module);
  TINYC_CHECK(checked.ok());
  return *std::move(checked);
}

// "conv:bits", per layer.
std::vector<std::string> Kinds(const CheckedLayers& checked) {
  std::vector<std::string> kinds;
  for (const CheckedLayer& layer : checked.layers) {
    kinds.push_back(
        absl::StrCat(layer.node->op().name(),
                     layer.kind == CheckKind::kBits ? ":bits" : ":sum"));
  }
  return kinds;
}

TEST(CheckedLayersTest, IntegersOfIntegersAreTheSameEverywhere) {
  const Module module = Planned(R"(
graph(%x: f32[1,4]) -> (%y) {
  %t = transpose(%x) {perm=[1,0]} : f32[4,1]
  %q = quantize(%t) : s8[4,1] q(0.1, 0)
  %n = requantize(%q) : s8[4,1] q(0.2, 0)
  %y = dequantize(%n)
  return %y
})");
  const CheckedLayers checked = Checked(module);
  EXPECT_THAT(Kinds(checked), ElementsAre("quantize:bits", "requantize:bits",
                                          "dequantize:bits"));
  EXPECT_THAT(checked.unchecked, IsEmpty());
  EXPECT_THAT(checked.outputs, ElementsAre(CheckKind::kBits));
}

TEST(CheckedLayersTest, FloatsMayDifferALittleAndIntegersOfThemAtRandom) {
  const Module module = Planned(R"(
graph(%x: f32[4]) -> (%y, %f) {
  %f = exp(%x)
  %q = quantize(%f) : s8[4] q(0.1, 0)
  %y = dequantize(%q)
  return %y, %f
})");
  const CheckedLayers checked = Checked(module);
  EXPECT_THAT(Kinds(checked), ElementsAre("exp:sum", "dequantize:sum"));
  ASSERT_THAT(checked.unchecked, SizeIs(1));
  EXPECT_EQ(checked.unchecked[0]->op().name(), "quantize");
  EXPECT_THAT(checked.outputs, ElementsAre(CheckKind::kSum, CheckKind::kSum));
}

TEST(CheckedLayersTest, ALoopIsALayer) {
  const Module module = Planned(R"(
graph(%x: s32[4]) -> (%y) {
  %y = loop(_, _, %x) {trips=3, carried=1}
    graph(%i: s64[], %c: s32[4]) -> (%d) {
      %d = add(%c, %c)
      return %d
    }
  return %y
})");
  EXPECT_THAT(Kinds(Checked(module)), ElementsAre("loop:bits"));
}

constexpr absl::string_view kConvs = R"(
graph(%x: f32[1,8,16,1]) -> (%y) {
  %w0 = const rand(1) : f32[2,1,3,3]
  %a = conv(%x, %w0) {pads=[1,1,1,1], layout=nhwc}
  %w1 = const rand(2) : f32[2,2,3,3]
  %b = conv(%a, %w1) {pads=[1,1,1,1], layout=nhwc}
  %w2 = const rand(3) : f32[2,2,3,3]
  %y = conv(%b, %w2) {pads=[1,1,1,1], layout=nhwc}
  return %y
})";

// Strips end at columns 3, 6, 9, 12 and 16 of %y, and each 3x3 layer needs one
// column more on either side.  A row of %a has 16 columns of 8 bytes.
TEST(CheckedLayersTest, RowsOfAWindowComeStripByStrip) {
  const Module module =
      Planned(kConvs,
              "select-kernels,pack-weights,"
              "plan-memory{ram=min;extra-macs=100%},check-plan");
  const CheckedLayers checked = Checked(module);
  ASSERT_THAT(checked.layers, SizeIs(3));
  const std::vector<ByteRange>& a = checked.layers[0].rows;
  ASSERT_THAT(a, SizeIs(5 * 8));
  EXPECT_EQ(a[0], (ByteRange{0, 5 * 8}));
  EXPECT_EQ(a[1], (ByteRange{128, 128 + 5 * 8}));
  EXPECT_EQ(a[8], (ByteRange{1 * 8, 8 * 8}));
  EXPECT_EQ(a[39], (ByteRange{7 * 128 + 10 * 8, 7 * 128 + 16 * 8}));
  EXPECT_EQ(checked.layers[1].rows[8], (ByteRange{2 * 8, 7 * 8}));
  // The last one is there as a whole.
  EXPECT_THAT(checked.layers[2].rows, IsEmpty());
}

}  // namespace
}  // namespace tinyc
