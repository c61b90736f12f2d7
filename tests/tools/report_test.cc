// SPDX-License-Identifier: Apache-2.0
//
// Two 1x1 convolutions, lowered and planned by hand, with every figure of
// their report counted by hand.

#include "tools/driver/report.h"

#include <memory>
#include <string>
#include <utility>

#include "compiler/ops/conv.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

Kernel KernelNamed(const char* symbol) {
  Kernel kernel{};
  kernel.symbol = symbol;
  return kernel;
}
const Kernel kKernel = KernelNamed("tc_conv2d_f32");

// x [1,2,4,4] -> a [1,3,4,4] -> y [1,1,4,4].  a lies in the arena at 64; the
// first node has 64 bytes of scratch at 0.
class ReportTest : public testing::Test {
 protected:
  ReportTest() {
    Graph& graph = *module_.graph;
    Value* x = graph.AddInput("x", TensorType(DType::kF32, {1, 2, 4, 4}));
    Node* first = AddConv(x, 3, "a", Loc({0, "Conv", "<first>"}));
    Node* second =
        AddConv(first->output(), 1, "y",
                Loc::Join(Loc({1, "Conv", "second"}), Loc({2, "Relu", ""})));
    graph.AddOutput(second->output());
    first_call_.call.scratch_bytes = 64;

    module_.name = "two";
    module_.stage = Stage::kPlanned;
    module_.notes = {"a < b"};
    module_.lowering.emplace();
    module_.lowering->calls[first] = {first_call_};
    module_.lowering->calls[second] = {second_call_};
    module_.plan.emplace();
    module_.plan->arena_bytes = 256;
    module_.plan->lower_bound = 256;
    module_.plan->optimal = true;
    module_.plan->values[x] = {Place::Kind::kModelInput, 0, 0};
    module_.plan->values[first->output()] = {Place::Kind::kArena, 0, 64};
    module_.plan->values[second->output()] = {Place::Kind::kModelOutput, 0, 0};
    module_.plan->scratch[first] = 0;
  }

  Node* AddConv(Value* x, int64_t channels, const char* name, Loc loc) {
    Graph& graph = *module_.graph;
    Tensor weight(
        TensorType(DType::kF32, {channels, x->type().shape[1], 1, 1}));
    LoweredCall& lowered = channels == 3 ? first_call_ : second_call_;
    lowered.kernel = &kKernel;
    lowered.call.args = {KernelArg::Input(0),
                         KernelArg::Constant("weight", weight),
                         KernelArg::Output(0)};
    Graph::Options options;
    options.loc = std::move(loc);
    options.names = {name};
    auto node =
        graph.Append(std::make_unique<Conv>(), {x, graph.AddConstant(weight)},
                     std::move(options));
    TINYC_CHECK(node.ok());
    return *node;
  }

  Module module_;
  LoweredCall first_call_, second_call_;
};

TEST_F(ReportTest, CountsEverything) {
  const Json report = ReportJson(module_);
  EXPECT_EQ(report["model"], "two");
  EXPECT_EQ(report["arena_bytes"], 256);
  EXPECT_EQ(report["arena_lower_bound"], 256);
  EXPECT_EQ(report["arena_optimal"], true);
  EXPECT_EQ(report["weight_bytes"], 4 * (6 + 3));
  EXPECT_EQ(report["macs"], 16 * (6 + 3));
  EXPECT_GT(report["code_bytes_estimate"], 0);
  EXPECT_EQ(report["stack_bytes_estimate"], 64 + 112);
  EXPECT_EQ(report["peak_step"], 0);
  EXPECT_EQ(report["peak_bytes"], 192 + 64);
  EXPECT_EQ(report["peak_tensors"], Json::parse(R"([{"name": "a", "bytes": 192},
                            {"name": "scratch of <first>", "bytes": 64}])"));
  EXPECT_EQ(report["layers"], Json::parse(R"([
      {"name": "<first>", "op": "conv", "kernel": "tc_conv2d_f32",
       "output": "a", "macs": 96, "weight_bytes": 24, "arena_offset": 64,
       "bytes": 192, "live_from": 0, "live_to": 1, "scratch_offset": 0,
       "scratch_bytes": 64},
      {"name": "second + Relu_2", "op": "conv", "kernel": "tc_conv2d_f32",
       "output": "y", "macs": 48, "weight_bytes": 12, "arena_offset": null,
       "bytes": 64, "live_from": 1, "live_to": 1, "scratch_offset": null,
       "scratch_bytes": 0}])"));
  EXPECT_EQ(report["tensors"], Json::parse(R"([
      {"name": "a", "layer": 0, "arena_offset": 64, "bytes": 192,
       "live_from": 0, "live_to": 1},
      {"name": "scratch of <first>", "layer": 0, "arena_offset": 0,
       "bytes": 64, "live_from": 0, "live_to": 0}])"));
}

TEST_F(ReportTest, CountsABodyOncePerShape) {
  const int64_t one_body = CodeBytesEstimate(module_);
  const Kernel other = KernelNamed("tc_conv2d_f32_fast");
  for (auto& [node, calls] : module_.lowering->calls) {
    if (calls[0].call.scratch_bytes > 0) calls[0].kernel = &other;
  }
  EXPECT_GT(CodeBytesEstimate(module_), one_body);
}

TEST_F(ReportTest, DrawsOnePageFromTheSameData) {
  const std::string html = ReportHtml(ReportJson(module_));
  // The scratch at the bottom of column 0, the tensor above it in both.
  EXPECT_THAT(html, HasSubstr("<rect x=\"0\" y=\"315\" width=\"500\" "
                              "height=\"105\""));
  EXPECT_THAT(html, HasSubstr("<rect x=\"0\" y=\"0\" width=\"1000\" "
                              "height=\"315\""));
  EXPECT_THAT(html, HasSubstr("&lt;first&gt;"));
  EXPECT_THAT(html, HasSubstr("second + Relu_2"));
  EXPECT_THAT(html, HasSubstr("<li>a &lt; b</li>"));
  EXPECT_EQ(html.find("http"), std::string::npos);
  EXPECT_EQ(html.find("<script"), std::string::npos);
}

TEST_F(ReportTest, SaysTheSameInAFewLines) {
  EXPECT_EQ(ReportText([&] {
              Json report = ReportJson(module_);
              report["code_bytes_estimate"] = 1200;
              report["stack_bytes_estimate"] = 1296;
              return report;
            }()),
            R"(two
  input   x: f32 1x2x4x4, 128 bytes
  output  y: f32 1x1x4x4, 64 bytes
  arena   256 bytes of RAM, the least for this order of layers
  stack   about 1,296 bytes more (Thumb-2 at -Os)
  flash   about 1,236 bytes: weights 36, code about 1,200 (Thumb-2 at -Os)
  work    144 multiply-accumulates in 2 layers

             MACs  share      weights  layer
               96   67 %           24  <first> (conv)
               48   33 %           12  second + Relu_2 (conv)

            bytes  in the arena during <first>
              192  a
               64  scratch of <first>
)");
}

TEST_F(ReportTest, ShowsTheArenaWithInputsAndOutputs) {
  Json report = ReportJson(module_);
  // x 128 bytes and a 192 at the first step, with 64 of scratch.
  report["io"] = {{"in_arena", false},
                  {"arena_bytes_with", 384},
                  {"arena_bytes_without", 256}};
  EXPECT_THAT(ReportText(report),
              HasSubstr("          without inputs and outputs; with them "
                        "384\n"));
  EXPECT_THAT(ReportHtml(report), HasSubstr("<td class=\"n\">384 B</td>"));
  report["io"]["in_arena"] = true;
  EXPECT_THAT(ReportText(report),
              HasSubstr("          with inputs and outputs; without them "
                        "256\n"));
}

TEST_F(ReportTest, SaysHowManyRowsOfAnInputAreKept) {
  Json report = ReportJson(module_);
  EXPECT_FALSE(report["inputs"][0].contains("rows"));
  report["inputs"][0]["rows"] = 96;
  report["inputs"][0]["rows_kept"] = 3;
  EXPECT_THAT(
      ReportText(report),
      HasSubstr("x: f32 1x2x4x4, 128 bytes handed in by 96 rows, 3 kept\n"));
  EXPECT_THAT(ReportHtml(report), HasSubstr("handed in by 96 rows, 3 kept"));
}

TEST_F(ReportTest, KnowsInputsInTheArena) {
  module_.io_in_arena = true;
  module_.plan->arena_bytes = 384;
  module_.plan->values[module_.graph->inputs()[0]] = {Place::Kind::kArena, 0,
                                                      256};
  const Json report = ReportJson(module_);
  EXPECT_EQ(report["tensors"][0], Json::parse(R"(
      {"name": "x", "layer": null, "arena_offset": 256, "bytes": 128,
       "live_from": 0, "live_to": 0})"));
  EXPECT_EQ(report["peak_bytes"], 384);
  EXPECT_THAT(ReportHtml(report), HasSubstr("input of the model"));
}

Json Quality() {
  return Json::parse(R"({
      "samples": 200, "agreement": 0.985, "sqnr_db": 32.5, "layer_samples": 32,
      "layers": [
        {"name": "<first>", "op": "conv", "output": "a", "dtype": "s8",
         "scale": 0.5, "zero_point": -3, "min": -60.5, "max": 65, "saturated":
         0.0125, "sqnr_db": 30.1, "own_sqnr_db": 31.2, "output_sqnr_db": 40},
        {"name": "second", "op": "dense", "output": "y", "dtype": "s16",
         "scale": 0.25, "zero_point": 0, "min": 0, "max": 9, "saturated": 0,
         "sqnr_db": 32.5, "own_sqnr_db": 33, "output_sqnr_db": 33},
        {"name": "third", "op": "add", "output": "z", "dtype": "s8",
         "scale": 1, "zero_point": 0, "min": 0, "max": 9, "saturated": 0,
         "sqnr_db": 20, "own_sqnr_db": null, "output_sqnr_db": null}]})");
}

TEST_F(ReportTest, ShowsWhatQuantizationCost) {
  Json report = ReportJson(module_);
  EXPECT_FALSE(report.contains("quantization"));
  EXPECT_THAT(ReportHtml(report), Not(HasSubstr("Quantization")));
  report["quantization"] = Quality();
  const std::string html = ReportHtml(report);
  EXPECT_THAT(html,
              HasSubstr("On 200 calibration samples the signal is 32.5 "
                        "dB above the noise at the outputs, and 98.5 % of "
                        "the winners"));
  EXPECT_THAT(html, HasSubstr("<td>s8</td><td class=\"n\">0.5</td>"
                              "<td class=\"n\">-3</td>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"n\">1.25 %</td>"));
  EXPECT_THAT(html,
              HasSubstr("<td class=\"db\" style=\"--share:50%\">40.0</td>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"db\">-</td>"));
  EXPECT_THAT(ReportText(report), EndsWith(R"(
    outputs dB  were only this layer quantized
          33.0  second (dense)
          40.0  <first> (conv)
)"));
}

}  // namespace
}  // namespace tinyc
