// SPDX-License-Identifier: Apache-2.0
//
// Whether a model fits, from a report written by hand.

#include "tools/driver/fit.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

// At step 1 `a` [0,100), `b` [100,140), its bytes again as `view`, and scratch
// [140,150) are live; `late` is not.
Json Report() {
  return Json::parse(R"({
      "arena_bytes": 150, "weight_bytes": 1000, "code_bytes_estimate": 200,
      "stack_bytes_estimate": 296, "macs": 5,
      "peak_step": 1, "inputs": [{"bytes": 30}], "outputs": [{"bytes": 4}],
      "layers": [{"name": "conv <1>", "weight_bytes": 700, "weights":
                    {"bytes": 600, "others": [{"bytes": 350}, {"bytes": 800}]}},
                 {"name": "relu", "weight_bytes": 0},
                 {"name": "dense", "weight_bytes": 300}],
      "tensors": [
        {"name": "view", "layer": 1, "arena_offset": 110, "bytes": 20,
         "live_from": 1, "live_to": 2},
        {"name": "b", "layer": 1, "arena_offset": 100, "bytes": 40,
         "live_from": 1, "live_to": 1},
        {"name": "a", "layer": 0, "arena_offset": 0, "bytes": 100,
         "live_from": 0, "live_to": 1},
        {"name": "scratch of relu", "layer": 1, "arena_offset": 140,
         "bytes": 10, "live_from": 1, "live_to": 1},
        {"name": "late", "layer": 2, "arena_offset": 0, "bytes": 120,
         "live_from": 2, "live_to": 2}]})");
}

CompiledModel ModelOf(absl::string_view text) {
  absl::StatusOr<Module> module = RunPasses(text, "clean");
  TINYC_CHECK(module.ok());
  CompiledModel model;
  model.imported = *std::move(module);
  return model;
}

const char kFloat[] = R"(
graph(%x: f32[4]) -> (%y) {
  %y = relu(%x)
  return %y
})";
const char kIntegers[] = R"(
graph(%x: s8[4] q(0.5, 0)) -> (%y) {
  %y = relu(%x) : s8[4] q(0.5, 0)
  return %y
})";

Json FitOf(absl::string_view text, const CompileOptions& options) {
  const CompiledModel model = ModelOf(text);
  return FitJson({&model}, options, Report());
}

std::vector<std::string> OptionsIn(const Json& memory) {
  std::vector<std::string> options;
  for (const Json& option : memory["options"]) {
    options.push_back(option["option"]);
  }
  return options;
}

TEST(FitTest, SaysWhatIsMissingAndWhatIsLargest) {
  CompileOptions options;
  options.limits = {.ram = 128, .flash = 1200};
  const Json fit = FitOf(kFloat, options);
  EXPECT_EQ(fit["ram"]["bytes"], 150);
  EXPECT_EQ(fit["ram"]["missing"], 22);
  EXPECT_EQ(fit["ram"]["largest"], Json::parse(R"([
      {"name": "a", "layer": "conv <1>", "bytes": 100},
      {"name": "b", "layer": "relu", "bytes": 40},
      {"name": "scratch of relu", "layer": "relu", "bytes": 10}])"));
  EXPECT_EQ(fit["flash"]["bytes"], 1200);
  EXPECT_EQ(fit["flash"]["missing"], 0);
  EXPECT_EQ(fit["flash"]["largest"], Json::parse(R"([
      {"name": "weights of conv <1>", "layer": "conv <1>", "bytes": 700},
      {"name": "weights of dense", "layer": "dense", "bytes": 300},
      {"name": "code, estimated", "layer": "", "bytes": 200}])"));
  EXPECT_EQ(FitStatus(fit).message(),
            "the model does not fit: it needs 150 bytes of RAM, 22 more than "
            "the 128 of --ram");
  EXPECT_EQ(FitLine(fit),
            "RAM 150 of 128 bytes, 22 too many (without a stack of about "
            "296 and the caller's 34 bytes of inputs and outputs), flash about "
            "1,200 of "
            "1,200 bytes");
  EXPECT_THAT(FitText(fit), HasSubstr("100  a, of conv <1>\n"));
  EXPECT_THAT(FitText(fit), HasSubstr("10  scratch of relu\n"));
  EXPECT_THAT(FitHtml(fit), HasSubstr("22 bytes more than the 128"));
}

TEST(FitTest, SaysNothingOfWhatFits) {
  CompileOptions options;
  options.limits = {.ram = 150, .flash = {}};
  const Json fit = FitOf(kFloat, options);
  EXPECT_TRUE(FitStatus(fit).ok());
  EXPECT_FALSE(fit.contains("flash"));
  EXPECT_EQ(FitText(fit), "");
  EXPECT_EQ(FitHtml(fit), "");
}

TEST(FitTest, NamesTheOptionsThatAreLeft) {
  CompileOptions options;
  options.limits = {.ram = 1, .flash = 1};
  const auto left = [&](const char* model, const char* memory) {
    return OptionsIn(FitOf(model, options)[memory]);
  };
  using testing::ElementsAre;
  const std::string int8 = "--quantize=int8 --calibration=FILE.npz";
  const std::string prune = "--prune=macs=50% --calibration=FILE.npz";
  EXPECT_THAT(left(kFloat, "ram"), ElementsAre(int8, prune));
  EXPECT_THAT(left(kFloat, "flash"),
              ElementsAre(int8, prune, "--weights=small"));
  EXPECT_THAT(left(kIntegers, "ram"), ElementsAre(prune));
  EXPECT_THAT(left(kIntegers, "flash"), ElementsAre(prune, "--weights=small"));
  options.prune.emplace();
  options.no_slim = true;
  options.weights = WeightStorage::kSmall;
  EXPECT_THAT(left(kIntegers, "flash"), ElementsAre("without --no-slim"));
  options.no_slim = false;
  options.quantize.emplace();
  EXPECT_THAT(left(kFloat, "ram"), ElementsAre());
  EXPECT_THAT(left(kFloat, "flash"), ElementsAre("--quantize=w4a8"));
  options.quantize->type = QuantizeOptions::Type::kInt16x8;
  EXPECT_THAT(left(kFloat, "ram"), ElementsAre("--quantize=int8"));
}

TEST(FitTest, ModelsThatShareAnArenaAddUp) {
  Json small = Report();
  small["arena_bytes"] = 90;
  small["layers"][0]["name"] = "other";
  const CompiledModel model = ModelOf(kFloat);
  CompileOptions options;
  options.limits = {.ram = 100, .flash = 2000};
  const std::vector<Json> reports = {small, Report()};
  const Json fit = FitJson({&model, &model}, options, MergedReport(reports));
  EXPECT_EQ(fit["ram"]["bytes"], 150);
  EXPECT_EQ(fit["ram"]["caller_bytes"], 2 * 34);
  EXPECT_EQ(fit["ram"]["largest"][0]["layer"], "conv <1>");
  EXPECT_EQ(fit["flash"]["bytes"], 2 * 1200);
  EXPECT_EQ(fit["flash"]["missing"], 400);
  EXPECT_EQ(fit["flash"]["largest"][0]["layer"], "conv <1>");
  EXPECT_EQ(fit["flash"]["largest"][1]["layer"], "other");
}

TEST(FitTest, CountsWhatSmallerFormsSave) {
  CompileOptions options;
  options.limits = {.ram = {}, .flash = 1};
  const Json fit = FitOf(kIntegers, options);
  EXPECT_EQ(fit["flash"]["options"][1]["effect"],
            "weights of 250 bytes less, which takes longer to compute");
}

}  // namespace
}  // namespace tinyc
