// SPDX-License-Identifier: Apache-2.0
//
// A dense layer of 2 x 16 weights, of which one in each row is not zero; bytes
// are counted by hand.

#include "tools/driver/report_weights.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/targets/registry.h"
#include "compiler/text/parse.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;

// What is said when the layer runs `symbol`.
Json WeightsWith(const std::string& symbol) {
  const absl::StatusOr<Module> module = ParseModule(absl::StrCat(R"(
      module m target(generic) stage(lowered)
      graph(%x: s8[1,16] q(0.5, 3)) -> (%y) {
        %w = const [5,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,
                    0,0,6,0,0,0,0,0,0,0,0,0,0,0,0,0] : s8[2,16] q(0.5, 0)
        %y = dense(%x, %w) : s8[1,2] q(0.5, 0) using )",
                                                                 symbol, R"(
        return %y
      })"));
  EXPECT_TRUE(module.ok()) << module.status();
  if (!module.ok()) return nullptr;
  const Node& node = *module->graph->nodes().front();
  return WeightsJson(node, module->lowering->calls.at(&node), module->target);
}

// The bytes of each other form.
Json OthersOf(const Json& weights) {
  Json bytes;
  for (const Json& other : weights["others"]) {
    bytes[other["form"].get<std::string>()] = other["bytes"];
  }
  return bytes;
}

TEST(ReportWeightsTest, ComparesFormsOfDenseWeights) {
  const Json weights = WeightsWith("tc_dense_s8");
  EXPECT_EQ(weights["form"], "dense");
  EXPECT_EQ(weights["zeros"], 30.0 / 32);
  EXPECT_EQ(weights["bytes"], 32);
  EXPECT_EQ(weights["dense_bytes"], 32);
  // skip: a count and a pair in each row; mask: two bytes and a value; 2of4 and
  // 1of4: 5 bytes for 8 and 16 weights; codes: a table and half a byte each.
  EXPECT_EQ(OthersOf(weights), Json::parse(R"({"skip": 8, "mask": 6, "2of4": 20,
                                               "1of4": 10, "codes": 32})"));
  const double time = FindKernel("tc_dense_s8_mask")->cycles_per_mac * 6 /
                      (FindKernel("tc_dense_s8")->cycles_per_mac * 32);
  EXPECT_EQ(weights["others"][1]["time"], time);
}

TEST(ReportWeightsTest, NamesTheFormTaken) {
  const Json weights = WeightsWith("tc_dense_s8_1of4");
  EXPECT_EQ(weights["form"], "1of4");
  EXPECT_EQ(weights["bytes"], 10);
  EXPECT_EQ(weights["dense_bytes"], 32);
  EXPECT_EQ(OthersOf(weights), Json::parse(R"({"skip": 8, "mask": 6, "2of4": 20,
                                               "codes": 32})"));
  EXPECT_EQ(WeightsText(weights), "1of4, 94 % zeros, dense 32 B");
}

TEST(ReportWeightsTest, SaysWhatWasNotTaken) {
  Json weights = Json::parse(R"({"form": "dense", "zeros": 0.496, "bytes": 900,
      "dense_bytes": 900, "others": [
        {"form": "skip", "bytes": 950, "time": 0.9},
        {"form": "mask", "bytes": 700, "time": 1.24},
        {"form": "2of4", "bytes": 800, "time": 1.1}]})");
  EXPECT_EQ(WeightsText(weights),
            "dense, 50 % zeros, mask would take 700 B and 1.2 times as long");
  weights["bytes"] = 600;
  EXPECT_EQ(WeightsText(weights), "dense, 50 % zeros");
}

TEST(ReportWeightsTest, SaysNothingOfOtherLayers) {
  const absl::StatusOr<Module> module = ParseModule(R"(
      module m target(generic) stage(lowered)
      graph(%x: f32[1,2]) -> (%y) {
        %w = const [1,2] : f32[1,2]
        %y = dense(%x, %w) using tc_dense_f32
        return %y
      })");
  ASSERT_TRUE(module.ok()) << module.status();
  const Node& node = *module->graph->nodes().front();
  EXPECT_TRUE(
      WeightsJson(node, module->lowering->calls.at(&node), module->target)
          .is_null());
}

}  // namespace
}  // namespace tinyc
